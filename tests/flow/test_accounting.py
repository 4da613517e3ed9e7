"""Limits and budgets in the life of a request: set aside before an engine is asked, settled once on every way out."""

from __future__ import annotations

from math import inf
from typing import Any

import msgspec
import pytest

from tests.flow.makers import arrived, ask, cache, delivered, entry, failed, outcome, play, rooms, row_of, way
from wrp_policies.types import Ended
from wrp_router.accounts import Accounts, Ceiling, Charge, Level, Quota, Refused, Reserved, Terms
from wrp_router.fakes.playbook import Throw
from wrp_router.flow import Answer, ClientGone, Enter, Relay, Reserve, Rooms, Send, Settle
from wrp_router.flow.accounting import settlement
from wrp_router.flow.pricing import Prices, cost_of, prompt_of
from wrp_router.flow.story import Story
from wrp_router.wire.errors import headers_of

QUOTA = Quota(budget=Ceiling(10**9, 60.0))
PRICES = {"small": (1.0, 2.0), "large": (2.0, 4.0)}
LEVELS = (Level("budget", 10**9, 7, 60.0),)
RESERVED = Reserved(LEVELS)


def limited(*ways: Any, terms: Terms | None = None, **changes: Any) -> Rooms:
    """The tenant `local` has a dollar a minute."""
    accounts = Accounts({"local": terms or Terms(quota=QUOTA)}, PRICES, assumed=100)
    return rooms(*ways, accounts=accounts, **changes)


def test_the_most_is_set_aside_and_what_it_took_settled():
    """7 tokens of prompt and 100 assumed ones at the dearest pool; then 10 and 5 at the one that answered."""
    book = play(ask(), limited())
    book << Reserve("local", "dec_1", Charge(1, 107, 414_000)) >> RESERVED << Send >> arrived()
    assert (book << Relay).command.label.levels == LEVELS
    book >> delivered() << Settle("local", "dec_1", Charge(1, 15, 20_000)) >> None
    assert row_of(book).cost == pytest.approx(20e-6)


@pytest.mark.parametrize(
    ("view", "tokens"), [({"max_tokens": 50}, 57), ({"max_tokens": 50, "n": 3}, 157), ({"operation": "embedding"}, 7)]
)
def test_what_the_request_bounds_is_not_assumed(view: dict[str, Any], tokens: int):
    """Several answers are several times as much, vectors are no tokens."""
    book = play(ask(view=view), limited())
    assert (book << Reserve).command.most.tokens == tokens


@pytest.mark.parametrize("wait", [2.0, 900.0, inf])
def test_a_refusal_asks_nobody(wait: float):
    """It is a 429 that says when, and how the account stands; nothing is settled."""
    book = play(ask(), limited())
    book << Reserve >> Refused("budget", wait, 400, LEVELS)
    told = (book << Answer).command
    assert (told.error.status, told.error.code, told.label.levels) == (429, "insufficient_quota", LEVELS)
    headers = dict(headers_of(told.error))
    assert (headers["retry-after"], "x-should-retry" in headers) == (str(int(wait if wait < inf else 1)), wait > 60)
    book >> delivered()
    row_of(book)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (Refused("requests", 1.0, 1, (Level("requests", 5, 0, 1.0),)), 429, "rate_limit_exceeded"),
        (Refused("tokens", inf, 9, (Level("tokens", 5, 5, 0.0),)), 429, "rate_limit_exceeded"),
        (Refused("concurrent", 1.0), 429, "rate_limit_exceeded"),
        (Refused(None, 1.0), 503, "limits_unavailable"),
    ],
)
def test_every_refusal_has_its_words(said: Refused, status: int, code: str):
    """By its kind; where nobody can look it up, it is our fault."""
    book = play(ask(), limited())
    book << Reserve >> said
    error = (book << Answer).command.error
    assert (error.status, error.code) == (status, code)
    book >> delivered()
    row_of(book)


def test_what_comes_from_the_cache_takes_nothing():
    """Neither by reservation nor afterwards."""
    book = play(ask(), limited(cache=cache(entry())))
    book << Answer >> delivered()
    assert row_of(book).cache == "hit-exact"


def test_who_is_not_limited_is_not_asked_about():
    """A tenant without terms, or without limits, reserves nothing."""
    for terms in (Terms(), Terms(models=frozenset({"auto"}))):
        book = play(ask(), limited(terms=terms))
        book << Send >> arrived() << Relay >> delivered()
        row_of(book)
    book = play(ask(view={"tenant": "other"}), limited())
    book << Send >> arrived() << Relay >> delivered()
    row_of(book)


def test_a_failed_attempt_takes_what_it_took():
    """All attempts are charged, those that never began with nothing."""
    book = play(ask(), limited())
    lost = failed(tokens_in=0, tokens_out=0)
    book << Reserve >> RESERVED << Send >> lost << Send >> arrived() << Relay >> delivered("small-b")
    book << Settle("local", "dec_1", Charge(1, 15, 20_000)) >> None
    row_of(book)


def test_no_answer_takes_no_tokens():
    """But it was a request; the client gets the error."""
    book = play(ask(), limited(), pools=())
    book << Reserve >> RESERVED << Answer >> delivered() << Settle("local", "dec_1", Charge(1, 0, 0)) >> None
    row_of(book)


@pytest.mark.parametrize("said", [0, 10])
def test_who_leaves_pays_for_what_was_streamed(said: int):
    """And for the prompt, by our estimate where the engine has not yet said how long it is."""
    gone = outcome(ended=Ended.CLIENT_GONE, tokens_in=said, tokens_out=3, finish_reason="", estimated=True)
    book = play(ask(), limited())
    book << Reserve >> RESERVED << Send >> arrived() << Relay >> Throw(ClientGone("stream", gone))
    prompt = said or 7
    book << Settle("local", "dec_1", Charge(1, prompt + 3, prompt * 1000 + 6000)) >> None
    assert row_of(book).cost == pytest.approx((prompt + 6) / 1e6)


def test_who_leaves_before_anything_was_asked_takes_nothing():
    """While it waits for room its reservation is settled at once."""
    book = play(ask(), limited())
    book._stubs.pop(Enter)
    book << Reserve >> RESERVED << Enter >> Throw(ClientGone("queue", None))
    book << Settle("local", "dec_1", Charge(1, 0, 0)) >> None
    row_of(book)


def test_who_leaves_while_it_is_set_aside_has_nothing_to_settle():
    """Whoever keeps the books gives it back."""
    book = play(ask(), limited())
    book << Reserve >> Throw(ClientGone("queue", None))
    assert row_of(book).gone == "queue"


def test_models_that_a_tenant_may_not_ask_for():
    """403, before the cache is looked into."""
    terms = Terms(models=frozenset({"small-model"}))
    book = play(ask(), limited(terms=terms, cache=cache(entry())))
    error = (book << Answer).command.error
    assert (error.status, error.kind, error.code, error.param) == (
        403,
        "permission_error",
        "model_not_allowed",
        "model",
    )
    book >> delivered()
    row_of(book)
    book = play(ask(view={"model": "small-model"}), limited(terms=terms))
    book << Send


def test_routes_that_a_tenant_may_not_take():
    """403 where `auto` leads there; models that it may ask for by name are no routes."""
    terms = Terms(routes=frozenset({"other"}))
    book = play(ask(), limited(("true", way("all")), terms=terms))
    error = (book << Answer).command.error
    assert (error.status, error.code) == (403, "route_not_allowed")
    book >> delivered()
    row_of(book)
    play(ask(), limited(("true", way("other")), terms=terms)) << Send
    play(ask(view={"model": "small-model"}), limited(terms=terms)) << Send


def test_settling_and_costs_count_alike():
    """Of every attempt and question: what is charged in tokens is what is charged in dollars."""
    story = Story(ask())
    gone = outcome(ended=Ended.CLIENT_GONE, tokens_in=0, tokens_out=2, finish_reason="")
    story.prices = Prices(1.0, 1.0, 1.0)
    story.outcomes = [story.priced(gone), story.priced(outcome())]
    story.inquiries = (msgspec.structs.replace(gone, cost=cost_of(gone, story.prices, 7)),)
    took = settlement(ask(), story).took
    assert took == Charge(1, 9 + 15 + 9, 33_000)


@pytest.mark.parametrize(
    ("changes", "tokens"),
    [
        ({}, 10),
        ({"tokens_in": 0}, 7),
        ({"tokens_in": 0, "finish_reason": "", "estimated": True}, 7),
        ({"tokens_in": 0, "finish_reason": "", "ended": Ended.FAILED}, 0),
    ],
)
def test_prompts_that_nobody_counted(changes: dict[str, Any], tokens: int):
    """By our estimate, where there was an answer, or somebody left; an attempt that failed before is free."""
    assert prompt_of(outcome(**changes), 7) == tokens
