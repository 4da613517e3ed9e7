"""What says whether an answer is good enough: one file for each kind."""

from __future__ import annotations

from .composed import AllOf, AnyOf, Composed, Single
from .form import Schema
from .learned import Learned
from .likely import Logprob, Margin

VerifierSpec = Single | AllOf | AnyOf

__all__ = ["AllOf", "AnyOf", "Composed", "Learned", "Logprob", "Margin", "Schema", "VerifierSpec"]
