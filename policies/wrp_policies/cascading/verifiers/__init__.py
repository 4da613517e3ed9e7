"""What says whether an answer is good enough: one file for each kind."""

from __future__ import annotations

from .composed import AllOf, AnyOf, Composed, Single
from .consistent import SelfConsistency
from .form import Schema
from .judge import Judge
from .learned import Learned
from .likely import Logprob, Margin

VerifierSpec = Single | AllOf | AnyOf

__all__ = [
    "AllOf",
    "AnyOf",
    "Composed",
    "Judge",
    "Learned",
    "Logprob",
    "Margin",
    "Schema",
    "SelfConsistency",
    "VerifierSpec",
]
