"""A canary's own log: should the pool that got a share of the traffic get all of it? Promote, hold or roll back."""

from __future__ import annotations

from collections.abc import Sequence

from wrp_policies.offpolicy import Decision, Evidence, Guardrail, Kind, Rule, decide, seen
from wrp_policies.types import Chances

from .arrays import features_of, rewards_of
from .choosing import CannotJudge
from .report import checked
from .rows import Example, Kept
from .verdict import MORE_FAILURES

LEAST_ESS = 200.0

CODES = {"promote": 0, "roll_back": 1, "hold": 3}
"""Exit statuses; 2 is a command used wrongly."""


def trials(kept: Kept, pool: str) -> list[Example]:
    """The rows in which chance decided between the canary and others. Raises CannotJudge where there are none."""
    found = [example for example in kept if 0.0 < example.chances.get(pool, 0.0) < 1.0]
    if not found:
        raise CannotJudge(
            f"chance never decided between {pool} and another pool in this log: a canary is a share of the traffic, "
            f"such as use: {{kind: weighted, pools: {{CURRENT: 95, {pool}: 5}}}}"
        )
    return found


def without(chances: Chances, pool: str) -> Chances:
    """What would be chosen if the canary were gone."""
    rest = {name: chance for name, chance in chances.items() if name != pool}
    total = sum(rest.values())
    return {name: chance / total for name, chance in rest.items()}


def canary(
    examples: Sequence[Example],
    pool: str,
    *,
    margin: float = 0.01,
    least_ess: float = LEAST_ESS,
    level: float = 0.95,
    estimator: Kind = "dr",
    max_cost_change: float | None = None,
    max_latency_change: float | None = None,
) -> Decision:
    """All traffic to `pool`, compared with what the others got. It may be asked as often as one likes: its intervals
    hold at all looks at once. Raises CannotJudge where the log contradicts itself."""
    log = checked(examples, [{pool: 1.0}] * len(examples), [without(one.chances, pool) for one in examples])
    features = features_of(examples)

    def about(measure: str) -> Evidence:
        return seen(log.about(rewards_of(examples, measure)), features)

    rails = [(Guardrail("failures", most=MORE_FAILURES), about("failed"))]
    if max_cost_change is not None:
        rails.append((Guardrail("cost", factor=1.0 + max_cost_change), about("cost")))
    if max_latency_change is not None:
        rails.append((Guardrail("latency", factor=1.0 + max_latency_change), about("seconds")))
    rule = Rule(margin=margin, least_ess=least_ess, level=level, kind=estimator)
    return decide(about("quality"), rails, rule)
