"""All that a log says of a candidate, as one record: estimates, overlap, warnings, and what follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import msgspec
import numpy as np

from wrp_policies.offpolicy import BadLog, Estimate, Judgement, Logged, Percentiles, judge, percentile, seen
from wrp_policies.offpolicy.estimators import beside, estimated
from wrp_policies.offpolicy.overlap import UNSEEN
from wrp_policies.types import Chances

from .arrays import Floats, arms_of, features_of, logged_of, rewards_of
from .candidate import REFUSED
from .choosing import CannotJudge, Chosen, Progress
from .rows import Example, Kept
from .verdict import MORE_FAILURES, Rail, Rule, Verdict, concluded

PERCENTILES = {"p50": 0.5, "p95": 0.95}

MOST_GROUPS = 30
"""Categories that are shown by themselves, the largest first."""

GROWN, MOVED = 1.5, 0.05
"""A pool that would get so many times the share that it had, and so much more of all, would be loaded otherwise."""

Name = Callable[[Example], str]


class Part(msgspec.Struct, frozen=True):
    """The same question of some of the rows."""

    n: int
    quality: Judgement
    cost: Judgement


class Report(msgspec.Struct, frozen=True):
    """`measures`: a judgement of each of quality, cost, seconds and failed; `seconds`: percentiles. `shares`: of all
    choices, by pool, those that the log made and those that the candidate would. `shadow`: rows that had one, and the
    share in which it would have chosen another pool than was chosen."""

    n: int
    left_out: dict[str, int]
    unmatched: int
    unused: int
    failed_over: int
    shares: dict[str, tuple[float, float]]
    measures: dict[str, Judgement]
    seconds: dict[str, Percentiles]
    rails: tuple[Rail, ...]
    parts: dict[str, Part]
    shadow: tuple[int, float] | None
    learned: int
    warnings: tuple[str, ...]
    verdict: Verdict


def reported(
    kept: Kept,
    chosen: Chosen,
    rule: Rule,
    progress: Progress,
    *,
    by: Name | None = None,
    others: AbstractSet[str] = frozenset(),
    warned: Sequence[str] = (),
) -> Report:
    """`others` are pools that serve another model in the candidate, `warned` what was found before.

    Raises CannotJudge where the log contradicts itself, or never could do what the candidate would.
    """
    examples = kept.examples
    log = checked(examples, chosen.chances)
    features = features_of(examples)
    measures: dict[str, Judgement] = {}
    for number, name in enumerate(("quality", "cost", "seconds", "failed")):
        progress("judging", number / 6)
        measures[name] = judge(log.about(rewards_of(examples, name)), features, rule.level)
    timed = log.about(rewards_of(examples, "seconds"))
    seconds = {name: percentile(timed, share, rule.level) for name, share in PERCENTILES.items()}
    rails = tuple(_rails(log, examples, features, rule))
    shares = _shares(log, examples)
    progress("judging", 1.0)
    quality = measures["quality"]
    return Report(
        n=len(examples),
        left_out=kept.left_out,
        unmatched=kept.unmatched,
        unused=kept.unused,
        failed_over=sum([example.elsewhere for example in examples]),
        shares=shares,
        measures=measures,
        seconds=seconds,
        rails=rails,
        parts=_parts(examples, chosen.chances, by, rule) if by is not None else {},
        shadow=_shadow(examples),
        learned=chosen.learned,
        warnings=(*warned, *_warnings(examples, chosen, shares), *quality.warnings),
        verdict=concluded(
            quality.change[rule.estimator], quality.overlap, rails, rule, refusals(examples, chosen, shares, others)
        ),
    )


def checked(
    examples: Sequence[Example], chances: Sequence[Chances], against: Sequence[Chances] | None = None
) -> Logged:
    """The rows as arrays. Raises CannotJudge."""
    if not examples:
        raise CannotJudge("no row of the log is left to judge by")
    try:
        return logged_of(examples, chances, against)
    except BadLog as bad:
        strangers = sorted({name for one in chances for name in one} - {*arms_of(examples), REFUSED})
        raise CannotJudge(_canary(strangers) if strangers else str(bad)) from None


def refusals(
    examples: Sequence[Example], chosen: Chosen, shares: dict[str, tuple[float, float]], others: AbstractSet[str]
) -> list[str]:
    """What forbids a conclusion, beside a lack of overlap."""
    strangers = sorted((set(shares) - {*arms_of(examples), REFUSED}) | (others & set(shares)))
    found = [_canary(strangers)] if sum([shares[name][1] for name in strangers]) > UNSEEN else []
    if chosen.guessed > UNSEEN * len(examples):
        found.append(
            f"the route of {chosen.guessed} rows ({chosen.guessed / len(examples):.1%}) hangs on signals that nobody "
            "read then, or that were declared otherwise: let a route of the current configuration ask for them first"
        )
    if chosen.verified > UNSEEN * len(examples):
        found.append(
            f"{chosen.verified} rows ({chosen.verified / len(examples):.1%}) were served by a cascade where the "
            "candidate has none, or by none where it has one: what verifying an answer, or not, would have made of it "
            "the log does not say; give the cascade a route of its own for some of the traffic, and compare routes"
        )
    if chosen.consulted > UNSEEN * len(examples):
        found.append(
            f"{chosen.consulted} rows ({chosen.consulted / len(examples):.1%}) are of routes where other models are "
            "asked before one answers, then or in the candidate: the log has what that cost, and nothing of what they "
            "said, or would have; give such a policy a route of its own for some of the traffic, and compare routes"
        )
    if shares.get(REFUSED, (0.0, 0.0))[1] > UNSEEN:
        found.append(f"the candidate has no route or no able pool for {shares[REFUSED][1]:.1%} of the requests")
    return found


def _canary(strangers: Sequence[str]) -> str:
    names = ", ".join(strangers)
    return (
        f"{names}: never in this log, or as another model: give it a share of the traffic first, such as "
        f"use: {{kind: weighted, pools: {{CURRENT: 95, {strangers[0]}: 5}}}}, and judge that log"
    )


def _rails(log: Logged, examples: Sequence[Example], features: Floats, rule: Rule) -> list[Rail]:
    """Failures first, which have no quality: else a pool that answers a few well and the others not at all is best."""

    def beyond(measure: str, factor: float, most: float) -> Estimate:
        looked = seen(log.about(rewards_of(examples, measure)), features)
        scores = beside(looked, rule.estimator, factor)
        return estimated(rule.estimator, looked, replace(scores, values=scores.values - most), rule.level)

    found = [Rail("failures", MORE_FAILURES, beyond("failed", 1.0, MORE_FAILURES), asked=False)]
    limits = (("cost", "cost", rule.max_cost_change), ("latency", "seconds", rule.max_latency_change))
    found += [Rail(name, most, beyond(measure, 1.0 + most, 0.0)) for name, measure, most in limits if most is not None]
    return found


def _shares(log: Logged, examples: Sequence[Example]) -> dict[str, tuple[float, float]]:
    taken = Counter([example.pool for example in examples])
    aims = log.target.mean(axis=0)
    return {
        name: (taken[name] / len(examples), float(aim))
        for name, aim in zip(log.arms, aims, strict=True)
        if taken[name] or aim
    }


def _shadow(examples: Sequence[Example]) -> tuple[int, float] | None:
    asked = [example for example in examples if example.plan.shadow]
    if not asked:
        return None
    return len(asked), float(np.mean([example.plan.shadow != example.pool for example in asked]))


def _parts(examples: Sequence[Example], chances: Sequence[Chances], by: Name, rule: Rule) -> dict[str, Part]:
    """The largest groups. Each is a question of its own: of twenty true intervals of 95 %, one is wrong."""
    rows: dict[str, list[int]] = {}
    for number, example in enumerate(examples):
        rows.setdefault(by(example), []).append(number)
    found = {}
    for name in sorted(rows, key=lambda name: -len(rows[name]))[:MOST_GROUPS]:
        some = [examples[number] for number in rows[name]]
        try:
            log = logged_of(some, [chances[number] for number in rows[name]])
        except BadLog:
            continue  # what it would do there this part of the log never could
        features = features_of(some)
        costs = judge(log.about(rewards_of(some, "cost")), features, rule.level)
        found[name] = Part(len(some), judge(log, features, rule.level), costs)
    return found


def _warnings(examples: Sequence[Example], chosen: Chosen, shares: dict[str, tuple[float, float]]) -> list[str]:
    found = []
    over = sum([example.elsewhere for example in examples])
    if over:
        found.append(f"{over} rows failed over to another pool; what came counts for the pool that was chosen first")
    if chosen.guessed:
        found.append(f"{chosen.guessed} rows: a signal that nobody read then might have changed the route")
    if chosen.blind:
        found.append(f"{chosen.blind} rows lack a vector that the policy looks at: it chose as if it were late")
    found += [
        f"route {name} minds how loaded pools are, which the log does not say: it was judged as if all were idle"
        for name in chosen.mindful
    ]
    found += [
        f"route {name} keeps to a budget, which it drew upon by pools' prices and by how long the logged answers are"
        for name in chosen.budgeted
    ]
    found += [
        f"{name} would get {after:.0%} of the requests instead of {before:.0%}: its latency would be another then; "
        "wrp simulate knows"
        for name, (before, after) in shares.items()
        if name != REFUSED and after > GROWN * before and after > before + MOVED
    ]
    return found
