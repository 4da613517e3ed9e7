"""A sample of hits goes upstream instead, and the cache learns whether its answer would have been right."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from tests.flow.makers import (
    NEARLY_NORTH,
    NORTH,
    arrived,
    ask,
    cache,
    delivered,
    entry,
    outcome,
    play,
    pool,
    pools,
    rooms,
    row_of,
)
from tests.flow.test_fetching import Elsewhere
from wrp_cache import Bar, Cache, MemoryStore
from wrp_cache.bars.acceptance import Neighbour, Verdict
from wrp_policies import Planner, RoundRobin, Static
from wrp_policies.cascading.types import Answer as Said
from wrp_policies.comparing import Comparer
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import (
    Answer,
    ClientGone,
    Comparing,
    Delivered,
    Embed,
    Entered,
    Fetch,
    Fetched,
    Inquire,
    Inquired,
    Look,
    Note,
    Part,
    Relay,
    Send,
    Way,
)
from wrp_router.flow.asks import CacheControl
from wrp_signals.facts import Vector

EAST = np.array([0.0, 1.0], dtype=np.float32)


class Doubtful:
    """Probes whatever is near; `heard` is what it was told."""

    def __init__(self) -> None:
        self.heard: list[bool] = []
        self.relief = 0.0

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        self.relief = relief
        return bar.threshold

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: random.Random) -> Verdict:
        return "probe"

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        self.heard.append(right)

    def forget(self, name: bytes) -> None:
        """It keeps nothing."""


def said(text: str) -> bytes:
    """A chat completion that says this."""
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}).encode()


@pytest.fixture
def doubtful() -> Doubtful:
    """Who decides on neighbours."""
    return Doubtful()


def probing(
    doubtful: Doubtful,
    text: str,
    reviewed: bool = False,
    asked: str = "Say hello to me",
    comparing: Comparing | None = None,
    **changes: Any,
) -> Playbook:
    """A flow that goes upstream though the cache holds an answer of this text to a like question."""
    kept = Cache({"default": Bar()}, MemoryStore(), 1 << 20, 1 << 16, random.Random(0), acceptance=doubtful)
    kept.put(entry("Say hello to me", key=b"other", body=said(text)), NORTH, 90.0)
    book = play(ask(asked, **changes), rooms(cache=kept, semantic=True, reviewed=reviewed, comparing=comparing))
    return book << Embed >> NEARLY_NORTH


def fresh(book: Playbook, text: str) -> Playbook:
    """The engine answers this."""
    body = said(text)
    return book << Send >> arrived() << expect(Relay, record=True) >> delivered(body=body)


@pytest.mark.parametrize(
    ("cached", "answer", "right"),
    [("Hello!", "hello", True), ("It is 3.", "It is 5.", False), ("Yes, you can", "No, you cannot", False)],
)
def test_words_decide_where_they_can(doubtful: Doubtful, cached: str, answer: str, right: bool) -> None:
    """The client gets the fresh answer; the cache learns whether its own would have been right."""
    row = row_of(fresh(probing(doubtful, cached), answer))
    assert (row.cache, row.status, len(row.outcomes)) == ("miss", 200, 1)
    assert doubtful.heard == [right]


@pytest.mark.parametrize(("second", "right"), [(NEARLY_NORTH, True), (EAST, False), (None, False)])
def test_else_their_meaning_does(doubtful: Doubtful, second: Vector | None, right: bool) -> None:
    """Both answers are embedded; without vectors the answer counts as wrong."""
    book = fresh(probing(doubtful, "Hello, nice to see you"), "Good morning, welcome")
    book << Embed >> NORTH << Embed >> second
    row_of(book)
    assert doubtful.heard == [right]


JUDGES = Comparing(
    Comparer("judge"), Way("judge", Planner(Static(("judge",)), {}, "judge", {"judge": RoundRobin()}), ())
)


def unsure(doubtful: Doubtful, **changes: Any) -> Playbook:
    """A flow whose answers neither words nor vectors tell apart, in a house that has a judge."""
    book = fresh(probing(doubtful, "Yes, you can do so.", comparing=JUDGES, **changes), "No reason why not, you can.")
    return book << Part


@pytest.mark.parametrize(
    ("said", "right"), [('{"same": true}', True), ('{"same": false}', False), ("I think so", False), (None, False)]
)
def test_then_a_judge_does(doubtful: Doubtful, said: str | None, right: bool) -> None:
    """When the client no longer waits, and at this request's cost. No verdict counts as a no."""
    asked = unsure(doubtful) >> True << Look >> Entered((*pools(), pool("judge")), 101.0)
    answer = Said(said) if said is not None else None
    row = row_of(asked << Inquire >> (Inquired(answer, outcome("judge-a")),))
    assert doubtful.heard == [right]
    assert [one.pool for one in row.inquiries] == ["judge"]
    assert row.cost > row.outcomes[0].cost
    assert row.gone == ""


def test_where_too_many_go_on_no_judge_is_asked(doubtful: Doubtful) -> None:
    """What nobody says counts as wrong, as ever."""
    row_of(unsure(doubtful) >> False)
    assert doubtful.heard == [False]


def test_a_router_that_closes_learns_nothing_from_a_judge(doubtful: Doubtful) -> None:
    """The client has its answer, and the row says so."""
    book = unsure(doubtful) >> True << Look >> Entered((*pools(), pool("judge")), 101.0)
    book << Inquire >> Throw(ClientGone("ttft", None, (outcome("judge-a"),)))
    row = row_of(book)
    assert (doubtful.heard, row.gone, row.status, len(row.inquiries)) == ([], "", 200, 1)


def test_an_answer_that_says_nothing_readable_counts_as_wrong(doubtful: Doubtful) -> None:
    """It may be a call of a tool."""
    book = probing(doubtful, "Hello") << Send >> arrived() << Relay >> delivered(body=b"{}")
    row_of(book)
    assert doubtful.heard == [False]


def test_a_client_that_leaves_meanwhile_has_its_answer(doubtful: Doubtful) -> None:
    """Its row says so; nothing is learned."""
    book = fresh(probing(doubtful, "Hello, nice to see you"), "Good morning, welcome")
    book << Embed >> Throw(ClientGone("stream", None))
    book << expect(Note, record=lambda row: (row.status, row.gone) == (200, ""))
    assert doubtful.heard == []


def test_a_failed_answer_teaches_nothing(doubtful: Doubtful) -> None:
    """It broke off in the middle."""
    book = probing(doubtful, "Hello") << Send >> arrived()
    book << Relay >> delivered(outcome={"ended": "failed"}, body=None, error="upstream_stream_interrupted")
    row_of(book)
    assert doubtful.heard == []


def test_what_must_not_be_kept_is_compared_all_the_same(doubtful: Doubtful) -> None:
    """The answer is recorded for that, and then let go."""
    book = fresh(probing(doubtful, "Hello", control=CacheControl(no_store=True)), "hello")
    row_of(book)
    assert doubtful.heard == [True]


def test_only_if_cached_is_never_sent_upstream(doubtful: Doubtful) -> None:
    """Who wants no engine gets the answer that is there."""
    book = probing(doubtful, "Hello", control=CacheControl(only_if_cached=True))
    book << expect(Answer, hit=lambda hit: hit.kind == "semantic") >> Delivered()
    assert row_of(book).cache == "hit-semantic"


def test_an_overloaded_route_eases_its_bars(doubtful: Doubtful) -> None:
    """What it is eased by reaches whoever decides."""
    kept = Cache({"default": Bar()}, MemoryStore(), 1 << 20, 1 << 16, random.Random(0), acceptance=doubtful)
    kept.put(entry("Say hello to me", key=b"other"), NORTH, 90.0)
    made = rooms(cache=kept, semantic=True, easing=lambda way, now: 0.07)
    play(ask("Say hello to me"), made) << Embed >> NEARLY_NORTH << Send
    assert doubtful.relief == 0.07


def test_nothing_is_probed_without_need() -> None:
    """By default, every neighbour that passes answers."""
    kept = cache(entry("Say hello to me", key=b"other"), vector=NORTH)
    book = play(ask("Say hello to me"), rooms(cache=kept, semantic=True))
    book << Embed >> NEARLY_NORTH << Answer


@pytest.mark.parametrize(("found", "heard"), [(said("Hello!"), [True]), (None, [])])
def test_an_answer_that_is_elsewhere_is_fetched_for_it(doubtful: Doubtful, found: bytes | None, heard: list[bool]):
    """What is gone is compared with nothing."""
    kept = Cache({"default": Bar()}, Elsewhere(), 1 << 20, 1 << 16, random.Random(0), acceptance=doubtful)
    header = entry("Say hello to me", key=b"other", body=b"")
    assert kept.learn(header, NORTH, 100, 90.0)
    book = play(ask("Say hello to me"), rooms(cache=kept, semantic=True)) << Embed >> NEARLY_NORTH
    fresh(book, "hello")
    whole = None if found is None else entry("Say hello to me", key=b"other", body=found)
    row_of(book << Fetch >> Fetched(whole))
    assert doubtful.heard == heard
