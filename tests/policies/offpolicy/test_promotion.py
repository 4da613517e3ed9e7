"""When a canary gets all the traffic."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from tests.policies.offpolicy.makers import Floats, drawn
from wrp_policies.offpolicy import Evidence, Guardrail, Logged, Rule, decide, logged, seen

SPLIT, CANARY = np.array([0.8, 0.2]), np.array([0.0, 1.0])
RULE = Rule(margin=0.02, tightest=4000)


def split(n: int, current: float, new: float, seed: int = 0) -> Logged:
    """A fifth of the traffic goes to the candidate, which is compared with what the others get."""
    log = drawn(n, SPLIT, CANARY, np.array([current, new]), seed)
    return logged(log.actions, log.propensities, log.rewards, log.target, against=np.tile([1.0, 0.0], (n, 1)))


def canary(current: float, new: float, n: int = 8000) -> Evidence:
    return seen(split(n, current, new))


def about(looked: Evidence, old: float, new: float) -> Evidence:
    """Something else of the same rows: yes or no, so often."""
    chance: Floats = np.random.default_rng(9).random(len(looked.log))
    return seen(looked.log.about(chance < np.where(looked.log.actions == 1, new, old)))


def test_better_is_promoted() -> None:
    """With how bad it may be at most."""
    found = decide(canary(0.5, 0.7), rule=RULE)
    assert found.verdict == "promote"
    assert found.reasons == ("quality: worse by 0 at most, where 0.02 is allowed",)
    assert found.quality.low > 0.0
    assert found.overlap.verdict == "enough"


def test_worse_is_rolled_back() -> None:
    """With how bad it is at least."""
    found = decide(canary(0.7, 0.5), rule=RULE)
    assert found.verdict == "roll_back"
    assert found.reasons[0].startswith("quality: worse by 0.1")


def test_nobody_knows_yet() -> None:
    """Too few rows, and an interval that holds both: held, for both reasons."""
    found = decide(canary(0.5, 0.52, n=600), rule=RULE)
    assert found.verdict == "hold"
    assert "rows speak for the candidate, 200 are asked for" in found.reasons[0]
    assert found.reasons[1].startswith("quality: may be worse by")


def test_no_overlap_no_decision() -> None:
    """However good the few rows look."""
    found = decide(canary(0.1, 1.0, n=60), rule=RULE)
    assert found.verdict == "hold"
    assert found.reasons == (found.overlap.why,)
    nothing = decide(canary(0.5, 0.5, n=0))
    assert (nothing.verdict, nothing.quality.high) == ("hold", math.inf)


def test_guardrails_hold() -> None:
    """Errors do not grow, and the candidate stays within twice the cost: both are shown, and named."""
    looked = canary(0.5, 0.7)
    rails = [
        (Guardrail("errors", most=0.05), about(looked, 0.05, 0.04)),
        (Guardrail("cost", factor=2.0), about(looked, 0.5, 0.6)),
    ]
    found = decide(looked, rails, RULE)
    assert found.verdict == "promote"
    assert found.reasons[1:] == ("errors: within its limit", "cost: within its limit")
    assert all(one.high <= 0.0 for one in found.guardrails.values())


def test_a_broken_guardrail_rolls_back() -> None:
    """Though the quality is better."""
    looked = canary(0.5, 0.7)
    found = decide(looked, [(Guardrail("errors", most=0.01), about(looked, 0.05, 0.25))], RULE)
    assert found.verdict == "roll_back"
    assert found.reasons[0].startswith("errors: beyond its limit by 0.")


def test_a_guardrail_in_doubt_holds() -> None:
    """Nothing is wrong, but nothing is shown."""
    looked = canary(0.5, 0.7)
    found = decide(looked, [(Guardrail("errors", most=0.0), about(looked, 0.05, 0.05))], RULE)
    assert found.verdict == "hold"
    assert found.reasons[0].startswith("errors: may be beyond its limit by")


def test_none_in_few_rows_is_not_never() -> None:
    """No error was seen: that shows one in ten to be wrong, and not one in a thousand."""
    looked = canary(0.4, 0.8, n=4000)
    none = about(looked, 0.0, 0.0)
    assert decide(looked, [(Guardrail("errors", most=0.1), none)], RULE).verdict == "promote"
    found = decide(looked, [(Guardrail("errors", most=0.001), none)], RULE)
    assert found.verdict == "hold"
    assert "rows cannot show that it stays below 0.001" in found.reasons[0]


def test_what_is_measured_is_not_counted() -> None:
    """Seconds are no events: a guardrail on their mean waits for none."""
    looked = canary(0.4, 0.8)
    seconds = seen(looked.log.about(0.3 + 0.1 * np.random.default_rng(2).random(len(looked.log))))
    assert decide(looked, [(Guardrail("seconds", factor=1.2), seconds)], RULE).verdict == "promote"


def test_a_limit_of_its_own() -> None:
    """Nineteen of twenty first tokens in time, whatever the current policy does (factor 0)."""
    looked = canary(0.5, 0.7)
    late = Guardrail("first token after 2 s", factor=0.0, most=0.05)
    assert decide(looked, [(late, about(looked, 0.5, 0.01))], RULE).verdict == "promote"
    assert decide(looked, [(late, about(looked, 0.5, 0.3))], RULE).verdict == "roll_back"


def test_more_guardrails_are_harder_to_break() -> None:
    """Each is asked at a stricter level, so that not one of twenty breaks by chance."""
    looked = canary(0.5, 0.7)
    edge = about(looked, 0.05, 0.12)
    alone = decide(looked, [(Guardrail("errors"), edge)], RULE)
    low = alone.guardrails["errors"].low
    rail = Guardrail("errors", most=low - 0.001)
    quiet = [(Guardrail(f"quiet {i}", most=1.0), about(looked, 0.1, 0.1)) for i in range(19)]
    assert decide(looked, [(rail, edge)], RULE).verdict == "roll_back"
    assert decide(looked, [(rail, edge), *quiet], RULE).verdict == "hold"


def test_looking_often_promotes_nobody_by_chance() -> None:
    """Of 80 canaries that are just as bad as is forbidden, looked at eight times each, at most one in twenty goes."""
    promoted = 0
    for seed in range(80):
        log = split(4000, 0.6, 0.58, seed)
        promoted += "promote" in [decide(seen(log.until(n)), rule=RULE).verdict for n in range(500, 4001, 500)]
    assert promoted <= 4


@pytest.mark.parametrize("wrong", [{"margin": -1}, {"level": 1.0}, {"least_ess": 3}, {"tightest": 0}, {"what": 1}])
def test_senseless_rules_are_refused(wrong: dict[str, float]) -> None:
    """A rule is configuration."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, type=Rule)


def test_groups_decide_by_group() -> None:
    """Rows of one session are one draw: what a thousand rows would show, ten sessions do not."""
    log = split(8000, 0.5, 0.55)
    grouped = logged(log.actions, log.propensities, log.rewards, log.target, groups=np.arange(8000) // 800)
    assert decide(seen(grouped), rule=RULE).quality.low < decide(seen(log), rule=RULE).quality.low
