"""What follows from estimates: better, no worse, worse, or that nothing can be said. It estimates nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from wrp_policies.offpolicy import Estimate, Kind, Overlap

Word = Literal["better", "no worse", "worse", "guardrail broken", "undecided", "none"]

CODES: dict[Word, int] = {"better": 0, "no worse": 0, "worse": 1, "guardrail broken": 1, "undecided": 3, "none": 3}
"""Exit statuses; 2 is a command used wrongly."""


MORE_FAILURES = 0.005
"""Of all requests: what a candidate may fail more often, whatever else is asked for."""


class Rule(msgspec.Struct, frozen=True):
    """`margin` is how much worse quality may be; the others are shares by which the mean may grow (None: any)."""

    margin: float = 0.01
    estimator: Kind = "dr"
    level: float = 0.95
    least_ess: float = 0.0
    max_cost_change: float | None = None
    max_latency_change: float | None = None


class Rail(msgspec.Struct, frozen=True):
    """By how much the candidate is beyond a limit, in its unit: held if `high` is not above 0, broken if `low` is. One
    that nobody `asked` for need not be shown to hold."""

    name: str
    most: float
    beyond: Estimate
    asked: bool = True

    @property
    def broken(self) -> bool:
        return self.beyond.low > 0.0

    @property
    def held(self) -> bool:
        return self.beyond.high <= 0.0


class Verdict(msgspec.Struct, frozen=True):
    """The conclusion, its exit status, and why."""

    word: Word
    code: int
    reasons: tuple[str, ...]


def nothing(*reasons: str) -> Verdict:
    """The log cannot say."""
    return Verdict("none", CODES["none"], reasons)


def concluded(
    change: Estimate, overlap: Overlap, rails: Sequence[Rail], rule: Rule, refusals: Sequence[str] = ()
) -> Verdict:
    """`change` is the candidate's quality less that of the policy that was logged.

    Without overlap, with fewer effective rows than the rule asks for, or with any of `refusals`, nothing is concluded,
    whatever the numbers look like.
    """
    against = list(refusals)
    if overlap.verdict == "none":
        against.append(overlap.why)
    elif overlap.ess < rule.least_ess:
        against.append(f"as much as {overlap.ess:.0f} rows speak for the candidate, {rule.least_ess:g} are asked for")
    if against:
        return nothing(*against)
    broken = [_broken(rail) for rail in rails if rail.broken]
    if change.high < -rule.margin:
        return _said("worse", _worse(change, rule), *broken)
    if broken:
        return _said("guardrail broken", *broken)
    doubts = [_doubt(rail) for rail in rails if rail.asked and not rail.held]
    if change.low < -rule.margin:
        doubts.insert(0, f"quality may be worse by {-change.low:.4g}, where {rule.margin:g} is allowed")
    if doubts:
        return _said("undecided", *doubts)
    held = [f"{rail.name} stays within its limit of {rail.most:+.1%}" for rail in rails if rail.asked]
    if change.low > 0.0:
        return _said("better", f"quality is better by {change.low:.4g} at least", *held)
    return _said("no worse", f"quality is worse by {-change.low:.4g} at most, where {rule.margin:g} is allowed", *held)


def _said(word: Word, *reasons: str) -> Verdict:
    return Verdict(word, CODES[word], reasons)


def _worse(change: Estimate, rule: Rule) -> str:
    return f"quality is worse by {-change.high:.4g} at least, where {rule.margin:g} is allowed"


def _broken(rail: Rail) -> str:
    return f"{rail.name}: beyond the limit of {rail.most:+.1%} by {rail.beyond.low:.3g} at least"


def _doubt(rail: Rail) -> str:
    return f"{rail.name}: may be beyond the limit of {rail.most:+.1%} by {rail.beyond.high:.3g}"
