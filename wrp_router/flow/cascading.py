"""What becomes of an answer that has to pass a bar: given, set aside for a better one, or given after all.

The bar is the plan's, the verifier the selection policy's; nothing here knows what makes an answer good.
"""

from __future__ import annotations

import msgspec

from wrp_policies.cascading.types import Hold, Verdict
from wrp_policies.questions import Asking
from wrp_policies.types import REJECTED, Attempt, Pool, Verifying
from wrp_signals.facts import Facts

from .asks import Ask, Label
from .commands import LOOK, NOW, SET_ASIDE, Arrived, Delivered, Entered, Failed, Flow, Relay
from .inquiring import asking
from .rooms import Rooms, Way
from .story import Story

SHORT = 16
"""Tokens: no answer is expected to be shorter."""


def hold_for(way: Way) -> Hold | None:
    """How the answer to an attempt with a bar is held back."""
    cascade = way.planner.cascade
    return cascade.hold if cascade is not None else None


def verified(ask: Ask, rooms: Rooms, story: Story, way: Way, attempt: Attempt, arrived: Arrived) -> Flow[Failed | None]:
    """None where the answer may be given to the client: it is there to be relayed, or was set aside meanwhile
    (`story.ended`). Otherwise it was set aside for good: how its attempt ended, which was paid for like any other."""
    cascade, held = way.planner.cascade, arrived.held
    assert cascade is not None
    assert held is not None
    found = cascade.verify(story.facts, held, attempt, ask.view)
    verdict = found if isinstance(found, Verdict) else (yield from _examined(ask, rooms, story, way, cascade, found))
    story.verdict = verdict
    accepted = cascade.doubt(held) == "accept" if verdict.score is None else verdict.score >= attempt.accept_at
    if accepted:
        story.cascade = "accepted" if verdict.score is not None else "unverified"
        return None
    if (yield from _too_late(ask, story, cascade, attempt)):
        story.cascade = "aborted"
        return None
    story.aside = story.label(attempt, story.model) if held.whole else None
    story.rejected = (*story.rejected, attempt.pool)
    story.cascade = "escalated"
    yield from _set_aside(story)
    assert story.ended is not None
    outcome = story.learn(msgspec.structs.replace(story.ended, reason=REJECTED))
    story.verdict = story.ended = None
    return Failed(outcome)


def _set_aside(story: Story) -> Flow[None]:
    """Its server is let go, unless it was before."""
    if story.ended is None:
        story.ended = yield SET_ASIDE


def _examined(
    ask: Ask, rooms: Rooms, story: Story, way: Way, cascade: Verifying, work: Asking[Verdict]
) -> Flow[Verdict]:
    """The verdict of who has to ask for it. Meanwhile the server that answered does something else: nobody knows how
    long it takes, and it may be the one that is asked again."""
    now: float = yield NOW
    left = cascade.left(now - ask.arrived, ask.until - now)

    def late(facts: Facts, pool: Pool) -> str:
        assert story.ended is not None
        tokens = min(facts.max_tokens or SHORT, max(SHORT, story.ended.tokens_out))
        return cascade.too_slow(facts, pool, tokens, left)

    return (yield from asking(ask, rooms, story, way, work, now + left, late, lambda: _set_aside(story)))


def _too_late(ask: Ask, story: Story, cascade: Verifying, attempt: Attempt) -> Flow[bool]:
    """Whether the next pool's first token would come too late; then the plan says so."""
    plan = story.plan
    assert plan is not None
    done = {*story.rejected, attempt.pool}
    name = next((one.pool for one in plan.attempts if one.pool not in done), "")
    look: Entered = yield LOOK
    pool = _named(name, look)
    if pool is None:
        return False  # it is up to the next attempt to find out
    why = cascade.too_late(story.facts, pool, look.now - ask.arrived, ask.until - look.now)
    if why:
        story.plan = msgspec.structs.replace(plan, why=f"{plan.why}; not escalated: {why}")
    return bool(why)


def _named(name: str, look: Entered) -> Pool | None:
    return next((pool for pool in look.pools or () if pool.name == name), None)


def returned(story: Story, label: Label) -> Flow[None]:
    """The next pool could not answer: the answer that was set aside, under its label, is better than an error, and the
    row says so."""
    story.cascade, story.shed = "returned", ""
    done: Delivered = yield Relay(msgspec.structs.replace(label, attempts=len(story.outcomes)), False, aside=True)
    story.delivered = done
