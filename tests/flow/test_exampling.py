"""A request with past answers before its prompt, from the plan to the row; and an answer on its way to be one."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.flow.exampling import aided_rooms, aided_way, aiding
from tests.flow.makers import ARRIVED, NEARLY_NORTH, NORTH, arrived, ask, cache, delivered, failed, play, row_of
from wrp_cache.examples import Example
from wrp_policies.selection.in_context import Aiding
from wrp_policies.when import compile as compile_when
from wrp_router.fakes.playbook import Playbook, expect
from wrp_router.flow import CacheControl, Embed, Relay, Rooms, Send
from wrp_router.record import Row
from wrp_signals.prefix import prefix_hashes

BODY = b'{"choices":[{"message":{"content":"Less and less."},"finish_reason":"stop"}]}'
LONG = "What is up? " * 60
"""Of more than a block."""


def asked(policy: Aiding, world: Rooms, vector: Any = NORTH, tells: Any = None, **changes: Any) -> tuple[Playbook, Any]:
    """A flow up to the first attempt, and its Send."""
    made = ask(changes.pop("asked", "What is up?"), **changes)
    book = play(made, world) << expect(Embed, tier="static") >> vector
    return book, (book << Send).command


def answered(book: Playbook, send: Any, body: bytes = BODY, **outcome: Any) -> Row:
    """To the end."""
    done = delivered(send.attempt.server, body=body, outcome=outcome)
    return row_of(book >> arrived() << Relay >> done)


def until(policy: Aiding, arm: str, world: Rooms, **changes: Any) -> tuple[Playbook, Any]:
    """A request that chance sends there."""
    for seed in range(200):
        rooms = replace(world, rng=random.Random(seed))
        book, send = asked(policy, rooms, **changes)
        if send.attempt.arm == arm:
            return book, send
    raise AssertionError(f"never {arm}")


def taught(policy: Aiding, world: Rooms, **changes: Any) -> Row:
    """The large pool has answered a question."""
    book, send = until(policy, "large", world, **{"id": "dec_0", "key": b"k0", "vector": NEARLY_NORTH, **changes})
    return answered(book, send)


def test_from_the_plan_to_the_row() -> None:
    """What is sent, what the server is charged for and what the plan names are the request with the example; the row's
    facts are of the request alone, and hold no text."""
    policy = aiding()
    world = aided_rooms(policy, way=aided_way(policy, prefix=True))
    taught(policy, world, asked="What is down?")
    book, send = until(policy, "small+examples", world, asked=LONG)
    assert send.extra.examples == (Example("What is down?", "Less and less.", b"pall"),)
    assert send.facts.prompt_tokens > 100 > ask().prompt_tokens
    row = answered(book, send)
    assert row.plan is not None
    given = row.plan.attempts[0].given
    assert given is not None
    assert (given.ids, given.pool) == (("dec_0",), "small")
    assert [one.given for one in row.plan.attempts] == [given, given, None]
    assert row.facts.prompt_tokens == ask().prompt_tokens
    assert row.facts.prefix == prefix_hashes(ask(LONG).view)
    assert send.facts.prefix != row.facts.prefix
    assert len(send.facts.prefix) == len(row.facts.prefix)
    assert b"Less" not in msgspec.json.encode(row)
    assert b"down" not in msgspec.json.encode(row)


def test_what_was_being_made_when_its_like_was_purged_is_no_example() -> None:
    """Another tenant's purge is not about it."""
    for whose, count in (("local", 0), ("another", 1)):
        policy = aiding()
        world = aided_rooms(policy)
        book, send = until(policy, "large", world, id="dec_0", vector=NEARLY_NORTH)
        assert world.cache is not None
        world.cache.purge(whose, now=ARRIVED)
        answered(book, send)
        shelves = world.ways[0].shelves
        assert shelves is not None
        assert (len(world.cache), shelves.purge(None, None)) == (count, count)


def test_what_is_learned_of_tokens() -> None:
    """By the prompt as it was sent: an engine that counts the examples, too, teaches nobody that prompts are longer."""
    policy = aiding()
    world = aided_rooms(policy)
    taught(policy, world, asked="What is down? " * 50)
    book, send = until(policy, "small+examples", world)
    view = ask().view
    before = world.calibration.tokens(view)
    answered(book, send, tokens_in=send.facts.prompt_tokens)
    assert abs(world.calibration.tokens(view) - before) < 20


def test_the_spare_is_asked_without() -> None:
    """Where the small pool's servers fail the large one gets the request as it came."""
    policy = aiding()
    world = aided_rooms(policy)
    taught(policy, world)
    book, send = until(policy, "small+examples", world)
    for _ in range(2):
        assert send.extra.examples
        send = (book >> failed(send.attempt.server) << Send).command
    assert (send.attempt.pool, send.extra.examples, send.facts) == ("large", (), row_facts(answered(book, send)))


def row_facts(row: Row) -> Any:
    return row.facts


@pytest.mark.parametrize(
    ("taught_by", "changes"),
    [
        ({"control": CacheControl(no_store=True)}, {}),
        ({"key": None}, {}),
        ({}, {"key": None}),
        ({}, {"control": CacheControl(no_cache=True)}),
        ({}, {"control": CacheControl(max_age=60.0)}),
        ({}, {"view": {"tenant": "other"}}),
        ({"view": {"tenant": "other"}}, {}),
        ({"view": {"n": 2}}, {}),
    ],
)
def test_who_is_given_nothing(taught_by: dict[str, Any], changes: dict[str, Any]) -> None:
    """The other side of that may not be kept, or is another tenant; or this one wants nothing old, or cannot be cached
    at all."""
    policy = aiding()
    world = aided_rooms(policy)
    taught(policy, world, **taught_by)
    for seed in range(60):
        _, send = asked(policy, replace(world, rng=random.Random(seed)), **changes)
        assert send.extra.examples == ()


@pytest.mark.parametrize(
    ("arm", "body", "outcome", "kept"),
    [
        ("large", BODY, {}, 1),
        ("small", BODY, {}, 0),
        ("large", BODY, {"finish_reason": "length"}, 0),
        ("large", b"no JSON", {}, 0),
        ("large", BODY.replace(b"Less and less.", b"  "), {}, 0),
        ("large", b'{"choices":[{"message":{"content":"a","tool_calls":[{}]}}]}', {}, 0),
    ],
)
def test_which_answers_become_examples(arm: str, body: bytes, outcome: dict[str, Any], kept: int) -> None:
    """Whole ones of the large pool that say something, in words."""
    policy = aiding()
    world = aided_rooms(policy)
    book, send = until(policy, arm, world)
    answered(book, send, body, **outcome)
    assert len(policy.memory) == kept


def test_what_the_cache_may_not_keep() -> None:
    """By its own condition: nothing is an example of which that holds."""
    policy = aiding()
    for condition, kept in (("tenant == 'local'", 0), ("tenant == 'other'", 1)):
        world = aided_rooms(policy, unless=compile_when(condition, {}))
        taught(policy, world)
        assert len(policy.memory) == kept


def test_an_answer_with_examples_is_its_tenants() -> None:
    """It is kept by the cache like any other, under a key that no other tenant's request has."""
    policy, kept = aiding(), cache()
    world = aided_rooms(policy, cache=kept)
    taught(policy, world)
    before = len(kept)
    book, send = until(policy, "small+examples", world, key=b"another")
    answered(book, send)
    assert len(kept) == before + 1
    assert kept.exact(b"another", "local", 101.0) is not None
    assert kept.exact(b"another", "other", 101.0) is None


def test_a_way_without_shelves() -> None:
    """Nothing is looked at, and nothing kept."""
    policy = aiding()
    world = aided_rooms(policy, way=aided_way(policy, shelves=None))
    row = taught(policy, world)
    assert (row.facts.shelf, len(policy.memory)) == ("", 0)
