"""Off-policy evaluation: what another policy would have earned on a log, how sure that is, and whether to say so."""

from __future__ import annotations

from .estimators import DEFAULT, ESTIMATORS, Estimate, Kind, change, value
from .evidence import Evidence, evidence
from .guaranteed import guaranteed
from .judging import Conclusion, Judgement, judge, seen
from .logged import BadLog, Logged, logged
from .overlap import Overlap, overlap
from .promotion import Decision, Guardrail, Rule, decide
from .quantiles import Percentiles, percentile
from .reward_model import predictions

__all__ = [
    "DEFAULT",
    "ESTIMATORS",
    "BadLog",
    "Conclusion",
    "Decision",
    "Estimate",
    "Evidence",
    "Guardrail",
    "Judgement",
    "Kind",
    "Logged",
    "Overlap",
    "Percentiles",
    "Rule",
    "change",
    "decide",
    "evidence",
    "guaranteed",
    "judge",
    "logged",
    "overlap",
    "percentile",
    "predictions",
    "seen",
    "value",
]
