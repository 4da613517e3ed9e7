"""Hits by likeness that a model looks at a second time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import NEARLY_NORTH, NORTH, arrived, ask, cache, delivered, entry, play, rooms, row_of
from tests.flow.test_fetching import learnt
from tests.flow.test_judging import Doubtful, probing, said
from wrp_cache import Cache
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import Answer, ClientGone, Delivered, Fetch, Fetched, Relay, Review, Send
from wrp_router.flow.asks import CacheControl
from wrp_router.flow.commands import Embed

HELLO, HI = "How do I reset my password?", "How can I reset my password?"


def near(asked: str = HI, kept: Cache | None = None, **changes: Any) -> Playbook:
    """A flow whose question is near one that is kept, where a model looks at both."""
    kept = kept or cache(entry(HELLO, key=b"other"), vector=NORTH)
    book = play(ask(asked, **changes), rooms(cache=kept, semantic=True, reviewed=True))
    return book << Embed >> NEARLY_NORTH


def test_nothing_found_against_it() -> None:
    """The model sees both questions and how near they are; the answer is served."""
    book = near() << expect(Review, asked=HI, stored=HELLO, similarity=lambda near: near > 0.9, patience=0.25) >> None
    book << Answer >> Delivered()
    assert row_of(book).cache == "hit-semantic"


def test_evidence_is_a_veto_and_a_miss() -> None:
    """The row names it, the books count no hit, and an engine is asked."""
    kept = cache(entry(HELLO, key=b"other"), vector=NORTH)
    book = near(kept=kept) << Review >> "cross-encoder: 0.20 < 0.50" << Send >> arrived() << Relay >> delivered()
    row = row_of(book)
    assert (row.cache, row.vetoes, row.similarity) == ("miss", ("cross-encoder: 0.20 < 0.50",), 0.0)
    books = kept.stats().categories["default"]
    assert (books.hits_semantic, books.vetoes, books.misses) == (0, 1, 1)


def test_the_same_question_needs_no_second_look() -> None:
    """Only differences could speak against it."""
    book = near(HELLO) << expect(Answer, hit=lambda hit: hit.kind == "semantic") >> Delivered()
    assert row_of(book).status == 200


@pytest.mark.parametrize("evidence", [None, "cross-encoder: 0.20 < 0.50"])
def test_what_would_be_checked_is_looked_at_first(evidence: str | None) -> None:
    """A pair that would never be served teaches nothing."""
    doubtful = Doubtful()
    book = probing(doubtful, "Hello!", reviewed=True, asked="Please say hello to me")
    body = said("Hello!")
    book << Review >> evidence << Send >> arrived() << expect(Relay, record=True) >> delivered(body=body)
    assert row_of(book).status == 200
    assert doubtful.heard == ([True] if evidence is None else [])


def test_a_client_that_leaves_meanwhile() -> None:
    """Leaves a row, like everywhere."""
    assert row_of(near() << Review >> Throw(ClientGone("queue", None))).gone == "queue"


def test_documents_are_fetched_after_the_second_look() -> None:
    """The header holds the question."""
    kept = entry(HELLO, key=b"other")
    book = near(kept=learnt(kept, NORTH)) << expect(Review, stored=HELLO) >> None << Fetch >> Fetched(kept)
    book << expect(Answer, hit=lambda hit: hit.entry == kept) >> Delivered()
    assert row_of(book).cache == "hit-semantic"


def test_who_wants_a_cached_answer_or_none_gets_one_that_would_be_checked() -> None:
    """There is no engine's answer to compare it with."""
    doubtful = Doubtful()
    book = probing(doubtful, "Hello!", control=CacheControl(only_if_cached=True))
    book << expect(Answer, hit=lambda hit: hit.probe) >> Delivered()
    assert row_of(book).cache == "hit-semantic"
