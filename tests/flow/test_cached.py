"""What the cache answers, what it keeps, and what it is told of each request."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.flow.makers import (
    EAST,
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
    rooms,
    row_of,
    way,
)
from wrp_cache import Bar, Cache
from wrp_policies.types import Ended
from wrp_router.fakes.playbook import Playbook, expect
from wrp_router.flow import Answer, Ask, CacheControl, Delivered, Embed, Label, Read, Relay, Rooms, Send
from wrp_router.record import Row
from wrp_signals.facts import Reading

UNCACHED = ("true", way("all", cache=False))
BY_CATEGORY: dict[str, Any] = {"costs": {"category": 1e-3}, "semantic": True}
ABOUT_CATEGORY: dict[str, Any] = {"schema": {"category": "string"}, **BY_CATEGORY}


def answered(book: Playbook, **recorded: Any) -> Row:
    """The row of a flow that asks an engine now and gets a good answer."""
    book << Send >> arrived() << expect(Relay, **recorded) >> delivered()
    return row_of(book)


def kept_of(cache: Cache) -> bytes | None:
    """What the cache now answers to the same request."""
    hit = cache.exact(b"k", "local", 200.0)
    return hit.entry.body if hit is not None else None


def test_an_exact_hit_asks_nobody() -> None:
    """The answer comes at once, with what it saves; neither routes nor engines are asked."""
    kept = entry()
    book = play(ask(), rooms(("false", way("never")), cache=cache(kept)))
    label = Label("dec_1", "", "cache", "large-model", "large", "", "hit-exact", 0)
    book << expect(Answer, label=label, hit=lambda hit: hit.entry == kept, error=None)
    book >> Delivered(first=0.01, last=0.02, overhead=0.02)
    row = row_of(book)
    assert (row.cache, row.similarity, row.saved, row.cost) == ("hit-exact", 1.0, 0.5, 0.0)
    assert (row.status, row.plan, row.duration, row.overhead) == (200, None, 0.02, 0.02)


def test_where_the_route_may_vary_it_is_known_first() -> None:
    """What was kept under another route does not answer for one without a cache; else it does."""
    assert answered(play(ask(), rooms(UNCACHED, cache=cache(entry()), route_first=True))).cache == "bypass"
    book = play(ask(), rooms(cache=cache(entry()), route_first=True))
    book << expect(Answer, hit=lambda hit: hit is not None) >> Delivered(first=0.01, last=0.02, overhead=0.02)
    assert row_of(book).cache == "hit-exact"
    named = play(ask(view={"model": "small-model"}), rooms(UNCACHED, cache=cache(entry()), route_first=True))
    named << expect(Answer, hit=lambda hit: hit is not None) >> Delivered(first=0.01, last=0.02, overhead=0.02)
    assert row_of(named).cache == "hit-exact"


def test_another_tenant_gets_no_hit() -> None:
    """The key alone does not open the cache."""
    book = play(ask(view={"tenant": "other"}), rooms(cache=cache(entry())))
    assert answered(book).cache == "miss"


@pytest.mark.parametrize("stores", [None, cache()])
def test_only_if_cached_is_never_sent(stores: Cache | None) -> None:
    """Without a cached answer it is 504, as RFC 9111 says, before anybody waits for a server."""
    book = play(ask(control=CacheControl(only_if_cached=True)), rooms(cache=stores))
    book << expect(Answer, error=lambda error: (error.code, error.status) == ("not_cached", 504)) >> Delivered()
    row = row_of(book)
    assert (row.status, row.error, row.outcomes) == (504, "not_cached", ())


def test_only_if_cached_gets_what_is_cached() -> None:
    """The directive does not stand in the way of a hit."""
    book = play(ask(control=CacheControl(only_if_cached=True)), rooms(cache=cache(entry())))
    book << expect(Answer, hit=lambda hit: hit is not None)


def test_no_cache_asks_an_engine_and_refreshes() -> None:
    """The kept answer is passed over, and replaced by the new one."""
    kept = cache(entry())
    book = play(ask(control=CacheControl(no_cache=True)), rooms(cache=kept))
    assert answered(book, record=True).cache == "bypass"
    assert kept_of(kept) == b"answer"


@pytest.mark.parametrize(("seconds", "served"), [(10.0, True), (9.0, False), (0.0, False)])
def test_max_age(seconds: float, served: bool) -> None:
    """An answer older than the caller wants is passed over, and replaced by the new one."""
    kept = cache(entry())
    book = play(ask(control=CacheControl(max_age=seconds)), rooms(cache=kept))
    if served:
        book << expect(Answer, hit=lambda hit: hit.age == 10.0)
    else:
        assert answered(book, record=True).cache == "miss"
        assert kept_of(kept) == b"answer"


def test_max_age_of_a_neighbour() -> None:
    """It holds for answers to like questions, too."""
    kept = cache(entry("Say hello to me", key=b"other"), vector=NORTH)
    book = play(ask("Say hello to me", control=CacheControl(max_age=9.0)), rooms(cache=kept, semantic=True))
    book << Embed >> NEARLY_NORTH
    assert answered(book, record=True).cache == "miss"


def test_no_store_leaves_no_trace() -> None:
    """A hit would be fine; the new answer is not even recorded."""
    kept = cache()
    book = play(ask(control=CacheControl(no_store=True)), rooms(cache=kept))
    assert answered(book, record=False).cache == "miss"


def test_no_store_may_be_answered_by_likeness() -> None:
    """What must not be kept may still be answered by what was."""
    kept = cache(entry("Say hello to me", key=b"other"), vector=NORTH)
    book = play(ask("Say hello to me", control=CacheControl(no_store=True)), rooms(cache=kept, semantic=True))
    book << Embed >> NEARLY_NORTH << expect(Answer, hit=lambda hit: hit.kind == "semantic")


def test_a_request_without_a_key_passes_the_cache_by() -> None:
    """What may not be cached is neither looked up nor recorded, nor embedded."""
    book = play(ask(key=None, partition=None), rooms(cache=cache(), semantic=True))
    assert answered(book, record=False).cache == "bypass"


def test_without_a_cache_it_is_off() -> None:
    """The row says so, and nothing is recorded."""
    assert answered(play(ask(), rooms()), record=False).cache == "off"


def test_a_route_may_opt_out() -> None:
    """Its answers are not kept, likeness is not asked, no category is read for it; the row calls it a bypass."""
    kept = cache()
    book = play(ask(), rooms(UNCACHED, cache=kept, **BY_CATEGORY))
    assert answered(book, record=False).cache == "bypass"
    assert len(kept) == 0


def test_a_neighbour_answers() -> None:
    """A question of the same meaning, within the same partition and route, gets the kept answer."""
    kept = entry("Say hello to me", key=b"other")
    book = play(ask("Say hello to me"), rooms(cache=cache(kept, vector=NORTH), semantic=True))
    book << expect(Embed, patience=0.25) >> NEARLY_NORTH
    label = Label("dec_1", "all", "cache", "large-model", "large", "", "hit-semantic", 0)
    book << expect(Answer, label=label, hit=lambda hit: hit.entry == kept) >> Delivered(first=0.1, last=0.1)
    row = row_of(book)
    assert (row.cache, row.route, row.saved) == ("hit-semantic", "all", 0.5)
    assert row.similarity == pytest.approx(0.99, abs=1e-3)


def test_a_vetoed_neighbour_does_not() -> None:
    """Near, but about another number: an engine is asked, and the row says why."""
    kept = entry("What is 3 plus 4?", key=b"other")
    book = play(ask("What is 3 plus 5?"), rooms(cache=cache(kept, vector=NORTH), semantic=True))
    book << Embed >> NORTH
    row = answered(book)
    assert row.cache == "miss"
    assert [veto.partition(":")[0] for veto in row.vetoes] == ["number"]


@pytest.mark.parametrize("vector", [None, EAST])
def test_nothing_near_is_a_miss(vector: Any) -> None:
    """So is an embedding that did not make it."""
    kept = cache(entry(key=b"other"), vector=NORTH)
    book = play(ask(), rooms(cache=kept, semantic=True))
    book << Embed >> vector
    row = answered(book)
    assert (row.cache, row.vetoes) == ("miss", ())


def test_what_was_embedded_is_kept_with_its_question() -> None:
    """The next question near it gets the answer; one that was not embedded is only ever an exact hit."""
    kept = cache()
    book = play(ask("Say hello to me"), rooms(cache=kept, semantic=True))
    book << Embed >> NORTH
    answered(book)
    again = play(ask("Say hello to me", key=b"other"), rooms(cache=kept, semantic=True))
    again << Embed >> NEARLY_NORTH << expect(Answer, hit=lambda hit: hit.entry.asked == "Say hello to me")


def test_the_category_is_read_for_the_cache_alone() -> None:
    """No route asks for it, but the cache keeps its bars by it."""
    kept = cache(entry(category="law", key=b"other"), vector=NORTH, law=Bar(0.999))
    book = play(ask(), rooms(cache=kept, **BY_CATEGORY))
    book << expect(Read, signals=("category",)) >> {"category": Reading("law")} << Embed >> NEARLY_NORTH
    row = answered(book)
    assert (row.cache, row.facts.category()) == ("miss", "law")


def test_it_is_read_where_only_equal_questions_count() -> None:
    """How long an answer is good is a matter of its category, however it is found."""
    kept = cache(law=Bar(ttl=30.0))
    book = play(ask(), rooms(cache=kept, costs={"category": 1e-3}))
    book << Read >> {"category": Reading("law")}
    answered(book)
    assert kept_of(kept) is None


def test_a_refreshed_answer_keeps_its_category() -> None:
    """`no-cache` does not move an answer to a category with a longer life."""
    kept = cache(law=Bar(ttl=30.0))
    book = play(ask(control=CacheControl(no_cache=True)), rooms(cache=kept, **BY_CATEGORY))
    book << Read >> {"category": Reading("law")} << Embed >> NORTH
    assert answered(book, record=True).cache == "bypass"
    assert kept_of(kept) is None


@pytest.mark.parametrize("readings", [{}, {"category": Reading("law")}])
def test_a_category_that_routing_asked_for_is_not_read_twice(readings: dict[str, Reading]) -> None:
    """Whether it was told then or not."""
    first = ('category == "math"', way("math"))
    book = play(ask(), rooms(first, ("true", way("all")), cache=cache(), **ABOUT_CATEGORY))
    book << Read >> readings << Embed >> None
    assert answered(book).facts.readings == readings


NOT_KEPT: dict[str, dict[str, Any]] = {
    "cut off": {"outcome": {"ended": Ended.FAILED}, "body": None, "error": "upstream_stream_interrupted"},
    "cut off, yet recorded": {"outcome": {"ended": Ended.FAILED}},
    "out of tokens": {"outcome": {"finish_reason": "length"}},
    "filtered": {"outcome": {"finish_reason": "content_filter"}},
    "a tool call": {"outcome": {"finish_reason": "tool_calls"}},
    "without a finish": {"outcome": {"finish_reason": ""}},
    "too long to record": {"body": None},
    "a refusal that stopped": {"body": b'{"choices":[{"message":{"content":null,"refusal":"No."}}]}'},
    "nothing said": {"body": b'{"choices":[{"message":{"content":""}}]}'},
}


@pytest.mark.parametrize("changes", NOT_KEPT.values(), ids=NOT_KEPT.keys())
def test_only_complete_answers_are_kept(changes: dict[str, Any]) -> None:
    """What was cut, refused, filtered or a tool's is answered once and never again."""
    kept = cache()
    book = play(ask(), rooms(cache=kept)) << Send >> arrived() << Relay >> delivered(**changes)
    row = row_of(book)
    assert (len(kept), row.midstream) == (0, "error" in changes)


@pytest.mark.parametrize("finish", ["stop", "end_turn", "stop_sequence", "completed"])
def test_complete_answers_of_every_dialect_are_kept(finish: str) -> None:
    """Each API has its own word for it."""
    kept = cache()
    play(ask(), rooms(cache=kept)) << Send >> arrived() << Relay >> delivered(outcome={"finish_reason": finish})
    assert len(kept) == 1


def embedding() -> tuple[Ask, Rooms, Cache]:
    """A request for embeddings, before a pool that makes them."""
    kept = cache()
    return ask(partition=None, view={"operation": "embedding"}), rooms(cache=kept, semantic=True), kept


def test_embeddings_are_kept_without_a_finish_reason() -> None:
    """They have none, and are as good tomorrow; there is no likeness to ask for."""
    asked, made, kept = embedding()
    speaks = (pool("small", abilities=frozenset({"embedding"})),)
    book = play(asked, made, pools=speaks)
    book << Send >> arrived() << Relay >> delivered(outcome={"finish_reason": ""})
    assert len(kept) == 1


def test_an_answer_without_an_outcome_is_not_learned() -> None:
    """A driver that cannot tell how it went teaches nothing and keeps nothing."""
    kept = cache()
    book = play(ask(), rooms(cache=kept)) << Send >> arrived()
    book << Relay >> msgspec.structs.replace(delivered(), outcome=None)
    assert (row_of(book).outcomes, len(kept)) == ((), 0)


def test_a_kept_answer_remembers_what_it_cost() -> None:
    """That is what a hit will save."""
    kept = cache()
    book = play(ask(), rooms(cache=kept)) << Send >> arrived() << Relay >> delivered()
    assert row_of(book).cost == 2e-5
    hit = kept.exact(b"k", "local", 101.0)
    assert hit is not None
    got, ideal = hit.entry, outcome()
    assert (got.cost, got.tokens_in, got.tokens_out, got.model) == (2e-5, ideal.tokens_in, 5, "small-model")
