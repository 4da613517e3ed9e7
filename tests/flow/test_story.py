"""What happened to one request, until it is a row."""

from __future__ import annotations

import msgspec
import pytest

from tests.flow.makers import ask
from wrp_policies.examples.types import Given
from wrp_policies.types import Attempt, Ended, Outcome, Plan
from wrp_router.errors import Overloaded
from wrp_router.flow.asks import Amended
from wrp_router.flow.commands import ClientGone, Delivered
from wrp_router.flow.pricing import Prices
from wrp_router.flow.story import Story
from wrp_router.wire.extras import NO_EXTRA, Extra
from wrp_signals.facts import Reading


def outcome(**changes: object) -> Outcome:
    fields = {"tokens_in": 1_000_000, "tokens_out": 500_000, **changes}
    return Outcome("small", "a", "m", Ended.DONE, **fields)  # type: ignore[arg-type] # fields by name


def test_a_story_of_nothing():
    """The facts of the request, and what was delivered."""
    row = Story(ask()).row()
    assert (row.facts.id, row.request_id, row.time, row.facts.prompt_tokens) == ("dec_1", "req_1", 1e9, 7)
    assert (row.status, row.error, row.cache, row.cost, row.outcomes, row.plan) == (200, "", "off", 0.0, (), None)


def test_facts_stand_once_it_is_routed():
    """With what was read and, in order, what was not."""
    story = Story(ask())
    story.readings["category"] = Reading("law")
    story.absent |= {"pii", "hard"}
    assert story.row().facts.readings == {}
    story.routed("r")
    row = story.row()
    assert (row.route, row.facts.category(), row.facts.unknown) == ("r", "law", ("hard", "pii"))


def test_cost_by_the_prices_of_the_pool():
    """US$ per million tokens; without prices the outcome is left as it is."""
    story = Story(ask())
    free = outcome()
    assert story.priced(free) is free
    story.prices = Prices(1.0, 2.0, 1.0)
    story.outcomes += [story.priced(outcome()), story.priced(outcome(tokens_in=0))]
    assert [one.cost for one in story.outcomes] == [2.0, 1.0]
    assert story.row().cost == 3.0
    story.prices = Prices(1.0, 2.0, 0.1)
    assert story.priced(outcome(tokens_in=1_000_000, tokens_cached=500_000)).cost == pytest.approx(2.0 - 0.45)
    assert story.priced(outcome(tokens_in=0, tokens_cached=7)).cost == 1.0


def test_an_error_of_ours():
    """Goes before whatever was delivered with it."""
    story = Story(ask())
    story.failed(Overloaded("busy"))
    story.delivered = Delivered(status=200, last=2.0)
    row = story.row()
    assert (row.status, row.error, row.duration, row.midstream) == (503, "overloaded", 2.0, False)


def test_an_answer_that_was_cut_off():
    """Its status was sent already; the error is told all the same."""
    story = Story(ask())
    story.delivered = Delivered(error="upstream_stream_interrupted", first=0.1, last=0.3, overhead=0.01)
    row = story.row()
    assert (row.status, row.error, row.midstream) == (200, "upstream_stream_interrupted", True)
    assert (row.ttft, row.duration, row.overhead) == (0.1, 0.3, 0.01)


@pytest.mark.parametrize("ran", [True, False])
def test_a_client_that_left(ran: bool):
    """When, and the attempt that ran, priced."""
    story = Story(ask())
    story.prices = Prices(1.0, 0.0, 1.0)
    story.left(ClientGone("ttft", outcome(tokens_out=0) if ran else None), 103.0)
    row = story.row()
    assert (row.status, row.error, row.gone, row.duration) == (499, "client_gone", "ttft", 3.0)
    assert row.cost == (1.0 if ran else 0.0)


def test_labels_count_attempts():
    """The one that runs with those before it; without one, only what is known."""
    story = Story(ask())
    story.routed("r")
    assert story.label().attempts == 0
    story.plan = Plan((Attempt("small", "a"),), "why", "static")
    story.outcomes.append(outcome())
    label = story.label(Attempt("large", "b"), "m")
    assert (label.decision, label.route, label.policy, label.model) == ("dec_1", "r", "static", "m")
    assert (label.pool, label.server, label.attempts) == ("large", "b", 2)


def test_what_is_sent():
    """The request, or the request and what was added to it: the row is about the request."""
    story = Story(ask())
    assert (story.sent(), story.beside()) == (story.facts, NO_EXTRA)
    longer = msgspec.structs.replace(story.facts, prompt_tokens=99)
    more, given = Extra(addition="more"), Given("small", ("dec_0",), 7, 0.1, 0.9)
    story.amended = {given: Amended(more, story.ask.view, longer)}
    assert (story.sent(given), story.beside(given)) == (longer, more)
    assert (story.sent(), story.beside()) == (story.facts, NO_EXTRA)
    assert story.row().facts.prompt_tokens == 7
