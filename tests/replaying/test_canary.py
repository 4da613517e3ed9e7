"""Whether a canary should get all the traffic."""

from __future__ import annotations

import pytest

from tests.replaying.makers import row, world
from wrp_router.record import Feedback, Row
from wrp_router.replaying.canary import CODES, canary, trials, without
from wrp_router.replaying.choosing import CannotJudge
from wrp_router.replaying.rows import Gathering, Kept


def kept(records: list[Row | Feedback]) -> Kept:
    gathering = Gathering({"auto"})
    gathering.take(records)
    return gathering.kept()


def test_only_rows_in_which_it_had_a_share():
    """Others say nothing of what chance would have given it."""
    some = kept([*world(20), row(100, "small"), row(101, "large", chances={"large": 1.0})])
    assert len(trials(some, "large")) == 20
    with pytest.raises(CannotJudge, match=r"chance never decided between new and another pool.*new: 5"):
        trials(some, "new")


def test_what_the_others_would_be_without_it():
    """Their chances, in the same proportions."""
    assert without({"a": 0.6, "b": 0.2, "c": 0.2}, "c") == pytest.approx({"a": 0.75, "b": 0.25})


def test_promoted_where_it_is_better():
    """Quality by 0.3 in truth; what it costs was not asked."""
    found = canary(trials(kept(world(3000)), "large"), "large")
    assert (found.verdict, CODES[found.verdict]) == ("promote", 0)
    assert found.quality.low < 0.3 < found.quality.high
    assert set(found.guardrails) == {"failures"}


def test_rolled_back_where_it_is_worse_or_too_dear():
    """Either is enough."""
    found = canary(trials(kept(world(3000)), "small"), "small")
    assert (found.verdict, CODES[found.verdict]) == ("roll_back", 1)
    dear = canary(trials(kept(world(3000)), "large"), "large", max_cost_change=0.5, max_latency_change=5.0)
    assert dear.verdict == "roll_back"
    assert dear.reasons[0].startswith("cost")
    assert set(dear.guardrails) == {"failures", "cost", "latency"}


def test_held_while_nobody_knows():
    """A few rows are no proof."""
    found = canary(trials(kept(world(120)), "large"), "large")
    assert (found.verdict, CODES[found.verdict]) == ("hold", 3)
