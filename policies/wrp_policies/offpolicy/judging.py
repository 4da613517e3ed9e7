"""Everything a log says of a candidate at once: overlap first, then every estimator, then what follows from them."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy.typing as npt

from .estimators import DEFAULT, ESTIMATORS, Estimate, Kind, change, current, estimated, value
from .evidence import Evidence, evidence
from .intervals import Method
from .logged import Logged
from .missing import warnings
from .overlap import Overlap, overlap
from .reward_model import predictions

Conclusion = Literal["higher", "lower", "undecided", "none"]


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """Of one kind of reward: what the `current` policy earned (by `dr`, where it is not the logged one), what the
    `candidate` would have by every estimator, and the `change` between them. Where the overlap's verdict is `none` the
    numbers are there to be looked at, not to be believed."""

    current: Estimate
    candidate: dict[Kind, Estimate]
    change: dict[Kind, Estimate]
    overlap: Overlap
    warnings: tuple[str, ...]

    def conclusion(self, kind: Kind = DEFAULT, margin: float = 0.0) -> Conclusion:
        """Whether the candidate's is higher or lower by more than `margin` (`undecided`: the interval holds both);
        `none` where the log has nothing to say about it."""
        if self.overlap.verdict == "none":
            return "none"
        found = self.change[kind]
        if found.low > margin:
            return "higher"
        return "lower" if found.high < -margin else "undecided"


def seen(log: Logged, features: npt.ArrayLike | None = None) -> Evidence:
    """A log with a cross-fitted model's opinion of it; `features` float64[n, d] are of the requests."""
    return evidence(log, predictions(log, features))


def judge(
    log: Logged,
    features: npt.ArrayLike | None = None,
    level: float = 0.95,
    method: Method = "student",
) -> Judgement:
    """For quality, and with `log.about(...)` for cost, seconds or errors."""
    looked = seen(log, features)
    return Judgement(
        current=estimated("current", looked.rival or looked, current(looked), level, method),
        candidate={kind: value(looked, kind, level, method) for kind in ESTIMATORS},
        change={kind: change(looked, kind, level, method) for kind in ESTIMATORS},
        overlap=overlap(log),
        warnings=warnings(log),
    )
