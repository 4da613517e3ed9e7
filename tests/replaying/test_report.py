"""All that a log says of a candidate."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.replaying.makers import TRUE_NOW, TRUE_SPLIT, row, world
from tests.replaying.test_choosing import silent
from wrp_policies import Ended, Outcome
from wrp_router.record import Feedback, Row
from wrp_router.replaying.candidate import REFUSED
from wrp_router.replaying.choosing import CannotJudge, Chosen
from wrp_router.replaying.report import Report, reported
from wrp_router.replaying.rows import Example, Gathering, Kept
from wrp_router.replaying.verdict import Rule


def kept(records: list[Row | Feedback]) -> Kept:
    gathering = Gathering({"auto"})
    gathering.take(records)
    return gathering.kept()


def split(example: Example) -> dict[str, float]:
    """Mathematics to the large one."""
    return {"large": 1.0} if example.facts.category() == "math" else {"small": 1.0}


def judged(some: Kept, choice: Any = split, rule: Rule | None = None, **more: Any) -> Report:
    chosen = more.pop("chosen", None) or Chosen([choice(example) for example in some])
    return reported(some, chosen, rule or Rule(), silent, **more)


def test_intervals_hold_the_truth():
    """In nineteen of twenty logs, whoever drew them; of forty at most six miss it."""
    missed = 0
    for seed in range(40):
        found = judged(kept(world(600, seed=seed, told=0.5)))
        change = found.measures["quality"].change["dr"]
        missed += not change.low <= TRUE_SPLIT - TRUE_NOW <= change.high
        assert found.verdict.word == "better"
    assert missed <= 6


def test_what_is_told():
    """Shares, measures, percentiles, and what follows."""
    found = judged(kept(world(2000)), rule=Rule(max_cost_change=5.0, max_latency_change=2.0))
    before, after = found.shares["large"]
    assert (before, after) == (pytest.approx(0.3, abs=0.04), pytest.approx(0.5, abs=0.04))
    assert set(found.measures) == {"quality", "cost", "seconds", "failed"}
    cost = found.measures["cost"].change["dr"]
    assert cost.low < 0.5 * (0.001 + 0.0001) - (0.7 * 0.0001 + 0.3 * 0.001) < cost.high
    assert found.seconds["p95"].current.value == pytest.approx(4.0, abs=0.3)
    assert [(rail.name, rail.held) for rail in found.rails] == [
        ("failures", True),
        ("cost", True),
        ("latency", True),
    ]
    assert (found.verdict.code, found.failed_over, found.shadow) == (0, 0, None)
    assert any("large would get 5" in warning for warning in found.warnings)


def test_guardrails_of_cost_and_latency():
    """A candidate that is better may be too dear, or too slow."""
    for rule in (Rule(max_cost_change=0.05), Rule(max_latency_change=0.05)):
        found = judged(kept(world(2000)), rule=rule)
        assert (found.verdict.word, found.verdict.code) == ("guardrail broken", 1)


@pytest.mark.parametrize(("failing", "word"), [(0.1, "guardrail broken"), (0.005, "better")])
def test_who_fails_more_often_is_no_better(failing: float, word: str):
    """However good the answers are that come: nobody judges one that did not. What may well be chance is none."""
    rng, some = random.Random(2), kept(world(2000))
    broken = [one.pool == "large" and rng.random() < failing for one in some]
    log = [replace(one, failed=1.0, quality=math.nan) if bad else one for one, bad in zip(some, broken, strict=True)]
    found = judged(Kept(tuple(log), {}))
    assert found.measures["quality"].change["dr"].low > 0.0
    assert (found.verdict.word, found.rails[0].broken) == (word, word != "better")


def test_worse():
    """Everything to the small one."""
    found = judged(kept(world(2000)), lambda example: {"small": 1.0})
    assert (found.verdict.word, found.verdict.code) == ("worse", 1)


def test_no_conclusion_without_overlap():
    """A log of one choice says nothing of another, and one without judgements nothing of quality."""
    fixed = kept([row(number, "small") for number in range(300)])
    with pytest.raises(CannotJudge, match=r"large: never in this log.*large: 5"):
        judged(fixed, lambda example: {"large": 1.0})
    half = judged(fixed, lambda example: {"small": 0.5, "large": 0.5})
    assert (half.verdict.word, half.verdict.code) == ("none", 3)
    silence = judged(kept(world(300, told=0.0)))
    assert silence.verdict.reasons == ("No row has a reward: nothing is known of any answer.",)
    with pytest.raises(CannotJudge, match="no row of the log is left"):
        judged(kept([]))


def test_new_pools_and_models_and_refusals_forbid_a_conclusion():
    """With what to do."""
    some = kept(world(1000))
    new = judged(some, lambda example: {"small": 0.9, "new": 0.1})
    assert (new.verdict.code, "new: never in this log" in new.verdict.reasons[0]) == (3, True)
    other = judged(some, others={"large"})
    assert (other.verdict.code, "never in this log, or as another model" in other.verdict.reasons[0]) == (3, True)
    refused = judged(some, lambda example: {"small": 0.9, REFUSED: 0.1})
    assert any("no able pool for 10.0%" in reason for reason in refused.verdict.reasons)
    guessed = judged(some, chosen=Chosen([split(example) for example in some], guessed=100))
    assert (guessed.verdict.code, "hangs on signals" in guessed.verdict.reasons[0]) == (3, True)


def test_what_makes_it_doubtful_is_told():
    """And forbids nothing."""
    some = kept(world(1000))
    large = Outcome("large", "large-0", "large-70b", Ended.DONE)
    over = [replace(one, outcomes=(*one.outcomes, large)) if one.pool == "small" else one for one in some]
    chosen = Chosen([split(example) for example in some], guessed=3, blind=5, mindful=["all"])
    found = judged(Kept(tuple(over), {}), chosen=chosen, warned=["first"])
    assert found.failed_over > 500
    told = "\n".join(found.warnings)
    for words in ("first\n", "failed over", "3 rows: a signal", "5 rows lack a vector", "route all minds how loaded"):
        assert words in told
    assert found.verdict.code == 0


def test_groups_by_themselves():
    """Each a question of its own; those of which nothing can be said are left out."""
    found = judged(kept(world(2000)), by=lambda example: example.facts.category())
    assert set(found.parts) == {"math", "chat"}
    assert found.parts["math"].quality.change["dr"].low > 0.3
    assert found.parts["chat"].cost.change["dr"].high < 0.0
    mixed = kept([*world(500), *(row(9000 + number, "small", tenant="b") for number in range(50))])
    parts = judged(mixed, lambda example: {"large": 1.0}, by=lambda example: example.facts.tenant).parts
    assert set(parts) == {"local"}


def test_how_often_a_shadow_differs():
    """Of the rows that had one."""
    some = kept(world(100))
    shadowed = [replace(one, plan=msgspec.structs.replace(one.plan, shadow="large")) for one in some.examples[:50]]
    found = judged(Kept((*shadowed, *some.examples[50:]), {}), split)
    assert found.shadow is not None
    asked, share = found.shadow
    assert (asked, share) == (50, sum(one.pool != "large" for one in shadowed) / 50)


def test_a_cascade_where_there_was_none():
    """No conclusion: what its second answers would have been the log does not say."""
    some = kept(world(500))
    chances = [split(example) for example in some]
    found = judged(some, chosen=Chosen(chances, verified=200))
    assert (found.verdict.word, found.verdict.code) == ("none", 3)
    assert "were served by a cascade where the candidate has none, or by none" in found.verdict.reasons[0]
    assert judged(some, chosen=Chosen(chances, verified=5)).verdict.code == 0


def test_where_others_are_asked_first():
    """No conclusion: what they said, or would have, the log does not say."""
    some = kept(world(500))
    chances = [split(example) for example in some]
    found = judged(some, chosen=Chosen(chances, consulted=200))
    assert (found.verdict.word, found.verdict.code) == ("none", 3)
    assert "other models are asked before one answers" in found.verdict.reasons[0]
    assert judged(some, chosen=Chosen(chances, consulted=5)).verdict.code == 0
