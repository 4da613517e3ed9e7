"""Whether a canary should have all the traffic: promote, hold or roll back, and why. It may be asked at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from .estimators import DEFAULT, Estimate, Kind, beside, current, estimated
from .evidence import Evidence, Scores
from .overlap import Overlap, overlap
from .sequence import always

Verdict = Literal["promote", "hold", "roll_back"]


RARE = 3.0
"""Times that a limit's worth of yes-or-no events must have been due: in as few rows as none may be seen of what happens
more often than that, in one case of twenty (the rule of three)."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A candidate may be `margin` worse at most, in the unit of quality, as far as `least_ess` effective rows can tell.

    Decisions are wrong in at most 1 - `level` of all canaries, over all looks (`always`); `tightest` is the number of
    rows around which one hopes to decide.
    """

    margin: Annotated[float, Meta(ge=0)] = 0.0
    least_ess: Annotated[float, Meta(ge=20)] = 200.0
    level: Annotated[float, Meta(ge=0.5, lt=1)] = 0.95
    tightest: Annotated[int, Meta(ge=1)] = 10_000
    kind: Kind = DEFAULT


class Guardrail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may not grow: the candidate's mean is to stay below `factor` times the current policy's, plus `most`.

    Errors at most half a percent more often: most=0.005. A tenth more cost: factor=1.1. 95 of 100 first tokens within
    2 s, whatever the current policy does: `log.about(ttft > 2)`, factor=0, most=0.05.
    """

    name: str
    most: float = 0.0
    factor: Annotated[float, Meta(ge=0)] = 1.0


class Decision(msgspec.Struct, frozen=True, gc=False):
    """`quality` is the candidate's less the current policy's; `guardrails` how far each is beyond its limit, in its
    unit: held if `high` is not above 0, broken if `low` is."""

    verdict: Verdict
    reasons: tuple[str, ...]
    quality: Estimate
    guardrails: dict[str, Estimate]
    overlap: Overlap


def decide(
    quality: Evidence, guardrails: Sequence[tuple[Guardrail, Evidence]] = (), rule: Rule | None = None
) -> Decision:
    """To be asked of a log whose `against` is what the candidate would replace: else it is compared with the mixture.

    Promote if the quality's lower end is above -margin, enough rows speak, and every guardrail is shown to hold.

    Roll back if its upper end is below -margin or a guardrail is shown to be broken; hold otherwise, and where the log
    does not overlap with the candidate. To promote everything must hold, so each is asked at the rule's level; to roll
    back one broken guardrail of m is enough, so each is asked at 1 - (1 - level) / m.
    """
    rule = rule or Rule()
    found = overlap(quality.log)
    better = _sure(quality, beside(quality, rule.kind), rule, rule.level)
    held = {guard.name: _sure(seen, _beyond(guard, seen, rule), rule, rule.level) for guard, seen in guardrails}
    if found.verdict == "none":
        return Decision("hold", (found.why,), better, held, found)
    strict = 1.0 - (1.0 - rule.level) / max(len(guardrails), 1)
    broken = [
        f"{guard.name}: beyond its limit by {over.low:.4g} at least"
        for guard, seen in guardrails
        if (over := _sure(seen, _beyond(guard, seen, rule), rule, strict)).low > 0.0
    ]
    if better.high < -rule.margin:
        broken.insert(0, f"quality: worse by {-better.high:.4g} at least, where {rule.margin:.4g} is allowed")
    if broken:
        return Decision("roll_back", tuple(broken), better, held, found)
    doubts = (*_doubts(better, held, rule), *(said for guard, seen in guardrails for said in _rare(guard, seen, rule)))
    if doubts:
        return Decision("hold", doubts, better, held, found)
    shown = f"quality: worse by {max(0.0, -better.low):.4g} at most, where {rule.margin:.4g} is allowed"
    return Decision("promote", (shown, *(f"{name}: within its limit" for name in held)), better, held, found)


def _doubts(better: Estimate, held: dict[str, Estimate], rule: Rule) -> tuple[str, ...]:
    """What stands in the way of promotion."""
    found = []
    if better.ess < rule.least_ess:
        found.append(f"as much as {better.ess:.0f} rows speak for the candidate, {rule.least_ess:.0f} are asked for")
    if not better.low > -rule.margin:
        found.append(f"quality: may be worse by {-better.low:.4g}, where {rule.margin:.4g} is allowed")
    found += [
        f"{name}: may be beyond its limit by {over.high:.4g}" for name, over in held.items() if not over.high <= 0.0
    ]
    return tuple(found)


def _rare(guard: Guardrail, seen: Evidence, rule: Rule) -> tuple[str, ...]:
    """What happens or does not must have had the time to: no errors in fifty rows are no error rate of 0."""
    happened = seen.log.rewards[seen.log.known]
    if not np.isin(happened, (0.0, 1.0)).all():
        return ()
    limit = guard.factor * float(current(seen, rule.kind).values.mean()) + guard.most
    if limit * seen.ess >= RARE:
        return ()
    return (f"{guard.name}: as much as {seen.ess:.0f} rows cannot show that it stays below {max(limit, 0.0):.4g}",)


def _beyond(guard: Guardrail, seen: Evidence, rule: Rule) -> Scores:
    """By how much the candidate is beyond its limit, as scores."""
    found = beside(seen, rule.kind, guard.factor)
    return Scores(found.values - guard.most, found.spare, found.bias)


def _sure(seen: Evidence, scores: Scores, rule: Rule, level: float) -> Estimate:
    """An estimate with the ends of a confidence sequence."""
    plain = estimated(rule.kind, seen, scores, level)
    if not plain.low > float("-inf"):
        return plain
    low, high = always(scores, level, rule.tightest, seen.log.groups)
    return msgspec.structs.replace(plain, low=low, high=high)
