"""Which rows say something of a choice, and what was said of them."""

from __future__ import annotations

import math

import msgspec
import pytest

from tests.replaying.makers import row, said
from wrp_policies import Ended, Outcome
from wrp_policies.examples.types import Given
from wrp_router.record import Feedback, Row
from wrp_router.replaying.rows import Gathering, Kept


def kept(*records: Row | Feedback, route: str | None = None) -> Kept:
    gathering = Gathering({"auto"}, route)
    gathering.take(records)
    return gathering.kept()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"route": "other"}, "of another route"),
        ({"cache": "hit-exact"}, "answered by the cache"),
        ({"asked_model": "small-8b"}, "for a model by its name"),
        ({"plan": None, "outcomes": (), "status": 503}, "refused before a pool was chosen"),
        ({"outcomes": (), "gone": "queue"}, "never sent: the client left, or there was no room"),
        ({"chances": {"large": 1.0}}, "sent first where chance had not chosen"),
    ],
)
def test_rows_that_say_nothing_are_counted(changes: dict[str, object], why: str):
    """By why, and left out."""
    found = kept(row(1, "small", **changes), row(2, "large"), route="all")
    assert [example.pool for example in found] == ["large"]
    assert found.left_out == {why: 1}


def test_a_client_is_believed_before_its_next_turn():
    """And of each the latest, however the lines are ordered."""
    found = kept(
        said(1, 0.2, "client", 10.0),
        said(1, 1.0, "client", 20.0),
        said(1, 0.0, "next_turn", 30.0),
        said(1, 0.1, "client", 15.0),
        row(1, "small"),
        said(2, 0.4, "next_turn"),
        row(2, "small"),
        row(3, "small"),
        said(9, 1.0),
    )
    assert [example.quality for example in found][:2] == [1.0, 0.4]
    assert math.isnan(found.examples[2].quality)
    assert found.unmatched == 1


def test_whose_judgements_are_of_no_use():
    """Those of rows that are left out are not those of rows that nobody gave us."""
    found = kept(row(1, "small"), row(2, "small", cache="hit-exact"), said(2, 1.0), said(2, 0.5, "form"), said(9, 1.0))
    assert (found.unmatched, found.unused) == (1, 2)


def test_in_order_of_arrival_and_each_once():
    """Rows stand in the log in the order in which requests ended; a file may have been given twice."""
    older = msgspec.structs.replace(row(5, "small"), time=3.0)
    found = kept(row(5, "large"), row(1, "small"), row(5, "large"), older)
    assert [example.time for example in found] == [1001.0, 1005.0]
    assert (len(found), found.left_out) == (2, {"the same decision again": 2})


def test_who_failed_over_counts_for_the_first():
    """What came, whoever it came from, is the outcome of having chosen that pool first."""
    failed = Outcome("small", "small-0", "small-8b", Ended.FAILED)
    done = Outcome("large", "large-0", "large-70b", Ended.DONE)
    (example,) = kept(row(1, "small", outcomes=(failed, done), cost=0.003), said(1, 0.9))
    assert (example.pool, example.elsewhere, example.quality, example.cost) == ("small", True, 0.9, 0.003)
    assert example.chances == {"small": 1.0}


@pytest.mark.parametrize(
    ("changes", "failed", "timed"),
    [
        ({}, 0.0, True),
        ({"status": 502}, 1.0, False),
        ({"status": 429}, 1.0, False),
        ({"status": 400}, 0.0, True),
        ({"midstream": True}, 1.0, False),
        ({"gone": "stream", "status": 499}, math.nan, False),
    ],
)
def test_failures_and_durations(changes: dict[str, object], failed: float, timed: bool):
    """A failure is ours or an engine's; who left has neither failed nor waited to the end."""
    (example,) = kept(row(1, "small", **changes))
    assert example.failed == pytest.approx(failed, nan_ok=True)
    assert math.isnan(example.seconds) is not timed


@pytest.mark.parametrize("changes", [{"midstream": True}, {"status": 502}, {"gone": "stream", "status": 499}])
def test_what_broke_off_has_no_quality(changes: dict[str, object]):
    """Somebody may have judged its beginning: no policy was told of that, nor is it what the pool would have said."""
    found = kept(said(1, 1.0), row(1, "small", **changes), said(2, 1.0), row(2, "small"))
    assert [math.isnan(example.quality) for example in found] == [True, False]


def test_prompts_beginnings_are_let_go():
    """They are most of a row, and no choice of a model looks at them."""
    (example,) = kept(row(1, "small", prefix=(1, 2, 3), tenant="a"))
    assert (example.facts.prefix, example.facts.tenant) == ((), "a")
    plain = row(2, "small")
    assert kept(plain).examples[0].facts is plain.facts
    assert msgspec.structs.replace(example.facts, prefix=(1,)) != example.facts


def test_examples_before_a_prompt_are_another_choice():
    """They count by themselves, with their own chance; the pool is the same for those who ask where it went."""
    given = Given("small", ("dec_0",), 10, 0.1, 0.9)
    chances = {"small": 0.1, "small+examples": 0.7, "large": 0.2}
    made = row(1, "small", chances=chances, propensity=0.7)
    assert made.plan is not None
    attempt = msgspec.structs.replace(made.plan.attempts[0], given=given)
    made = msgspec.structs.replace(made, plan=msgspec.structs.replace(made.plan, attempts=(attempt,)))
    (example,) = kept(made).examples
    assert (example.pool, example.chances, example.elsewhere) == ("small+examples", chances, False)
