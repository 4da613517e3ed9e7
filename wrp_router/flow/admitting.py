"""Which answers the cache keeps: whole ones, to requests that nothing speaks against. Nobody waits for it."""

from __future__ import annotations

from wrp_cache.types import Entry
from wrp_policies.types import Outcome
from wrp_router.wire.answers import worth_repeating
from wrp_signals.facts import Vector

from .asks import Ask
from .commands import ClientGone, Delivered, Flow
from .reading import UNHURRIED, cheapest, env_of, read
from .rooms import Rooms, Way
from .story import Story

COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "completed"})
"""Finish reasons of an answer that said all it had to say."""


def may_keep(ask: Ask, rooms: Rooms, way: Way) -> bool:
    """Whether the answer may go into the cache, if it is whole."""
    return rooms.cache is not None and way.cache and ask.key is not None and not ask.control.no_store


def welcome(ask: Ask, rooms: Rooms, story: Story, done: Delivered, outcome: Outcome) -> Flow[bool]:
    """Whether an answer is one to keep. A cut, refused, filtered, empty or tool-calling one never is, nor one to a
    request of which `unless` holds, or is unknown for good."""
    numbers = ask.view.operation == "embedding"
    if done.body is None or not outcome.ok or not (numbers or outcome.finish_reason in COMPLETE):
        return False
    if not numbers and not worth_repeating(done.body):
        return False
    return rooms.unless is None or (yield from _welcome(ask, rooms, story))


def admit(
    ask: Ask, rooms: Rooms, story: Story, way: Way, done: Delivered, outcome: Outcome, vector: Vector | None
) -> bool:
    """Keep an answer that is `welcome`; False: a purge came while it was being made, and nobody is to remember it. One
    that was given with examples is as good as any to its tenant, and there is no key without a tenant."""
    assert rooms.cache is not None
    assert ask.key is not None
    assert done.body is not None
    entry = Entry(
        key=ask.key,
        partition=(ask.partition or b"") + way.name.encode(),
        tenant=ask.view.tenant,
        category=story.facts.category(),
        asked=ask.view.asked() if vector is not None else "",
        body=done.body,
        content_type=done.content_type,
        created=ask.arrived + done.last,
        model=outcome.model,
        served_by=outcome.pool,
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        cost=outcome.cost,
        begun=ask.arrived,
    )
    story.kept = entry
    rooms.cache.put(entry, vector, entry.created)
    return not rooms.cache.outlawed(entry)


def _welcome(ask: Ask, rooms: Rooms, story: Story) -> Flow[bool]:
    """Whether nothing speaks against keeping the answer. What routing did not ask is asked now."""
    assert rooms.unless is not None
    env = env_of(ask, story)
    try:
        while wanted := rooms.unless.needs(env):
            yield from read(ask, story, cheapest(rooms, wanted), UNHURRIED)
    except ClientGone:
        return False  # it has its answer; the next to ask may leave one
    return rooms.unless.evaluate(env) is False
