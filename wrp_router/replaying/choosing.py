"""What a candidate would have chosen on every row of a log, and learned on the way. It estimates nothing."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from wrp_policies.learning.arms import costs_of
from wrp_policies.types import Chances, Ended, Outcome, Plan

from .candidate import Candidate, Lane, chances_of, minds_load
from .rows import Example

PROBED = 20
"""Requests of each route that are tried again with busy pools."""

OFTEN = 1000
"""Rows between two reports of progress."""

Progress = Callable[[str, float], None]


class CannotJudge(Exception):
    """The log can say nothing of this candidate, whatever the numbers. The message says why, and what to do."""


@dataclass(slots=True, eq=False)
class Chosen:
    """`chances` by row. `guessed`: rows whose route hangs on a signal that nobody had read; `blind`: rows without a
    vector that their policy looks at; `verified`: rows that speak for it where the one is a cascade and the other was
    none; `consulted`: rows whose answer hangs on what others said before, or would there; `learned`: rows that the
    candidate was told of; `mindful`: routes whose choice depends on load, `budgeted`: those that keep to a budget."""

    chances: list[Chances] = field(default_factory=list)
    guessed: int = 0
    blind: int = 0
    verified: int = 0
    consulted: int = 0
    learned: int = 0
    mindful: list[str] = field(default_factory=list)
    budgeted: list[str] = field(default_factory=list)


def choose(
    candidate: Candidate, examples: Sequence[Example], progress: Progress, *, seed: int = 0, learn: bool = False
) -> Chosen:
    """Row by row, in order of time.

    With `learn` the candidate learns from some rows (rejection sampling, as Li, Chu, Langford and Wang 2011, for logs
    that are not uniform: Dudík, Erhan, Langford and Li 2012): each is taken with a chance in proportion to how much
    likelier the candidate was to do what was done. What it has seen then is distributed as if it had served so many
    requests itself; it is told of each at once. A budget is drawn upon by every row. Raises CannotJudge where its
    policies look at what the log lacks.
    """
    found = Chosen()
    lots, keep = random.Random(seed), random.Random(seed + 1)
    least = min([example.plan.propensity for example in examples], default=1.0)
    seen: Counter[str] = Counter()
    sighted: Counter[str] = Counter()
    for number, example in enumerate(examples):
        lane, guessed = candidate.lane(example.facts, example.time)
        found.guessed += guessed
        chances = chances_of(lane, example.facts, example.time, lots)
        found.chances.append(chances)
        if lane is not None:
            seen[lane.name] += 1
            sighted[lane.name] += _sees(lane, example)
            if seen[lane.name] <= PROBED and lane.name not in found.mindful:
                found.mindful += [lane.name] * minds_load(lane, example.facts, example.time)
            if lane.budgeted:
                _pay(lane, example, chances)
            said = example.plan.propensity
            weight = chances.get(example.pool, 0.0) / said if said > 0.0 else 0.0  # of any other row `logged` speaks
            found.verified += weight > 0.0 and not lane.served_so(example.plan)
            found.consulted += lane.asks_first(example.plan)
            if learn and keep.random() < least * weight:
                _tell(lane, example, chances)
                found.learned += 1
        if number % OFTEN == 0:
            progress("choosing", number / len(examples))
    for lane in candidate.lanes:
        if seen[lane.name] and not sighted[lane.name]:
            raise CannotJudge(_no_vectors(lane))
    found.blind = seen.total() - sighted.total()
    found.budgeted = [lane.name for lane in candidate.lanes if lane.budgeted and seen[lane.name]]
    return found


def _sees(lane: Lane, example: Example) -> bool:
    return all([tier in example.facts.vectors for tier in lane.policy.tiers])


def _no_vectors(lane: Lane) -> str:
    tiers = " and ".join(sorted(lane.policy.tiers))
    return (
        f"the policy of route {lane.name} looks at vectors of what was asked ({tiers}), and no row of the log has "
        "them: set log: {vectors: true}, serve with use: {kind: shadow, use: (the policy of now), shadow: (this one)}, "
        "and judge the log that comes of it"
    )


def _tell(lane: Lane, example: Example, chances: Chances) -> None:
    """As if it had chosen so itself."""
    plan = Plan(example.plan.attempts, "replayed", lane.name, chances[example.pool], chances)
    for outcome in example.outcomes:
        paid = msgspec.structs.replace(outcome, cost=0.0) if lane.budgeted else outcome
        lane.policy.learn(example.facts, plan, paid)
    if not math.isnan(example.quality):
        lane.policy.judged(example.facts, plan, example.outcomes[-1], example.quality)


def _pay(lane: Lane, example: Example, chances: Chances) -> None:
    """What its choice costs on average, if answers are as long as the one that came: told as one that nobody read."""
    answer = example.outcomes[-1]
    costs = costs_of(example.facts, lane.pools, np.full(len(lane.pools), float(answer.tokens_out)))
    shares = [chances.get(pool.name, 0.0) for pool in lane.pools]
    gone = Outcome(answer.pool, answer.server, answer.model, Ended.CLIENT_GONE, cost=float(costs @ shares))
    lane.policy.learn(example.facts, example.plan, gone)
