"""Personal data and secrets: patterns with proof. Says where and what; what to do about it is a route's decision."""

from .find import find
from .redact import Style, redact
from .signal import Pii, PiiSpec
from .types import DEFAULT, GROUPS, STRUCTURED, Span, canonical

__all__ = ["DEFAULT", "GROUPS", "STRUCTURED", "Pii", "PiiSpec", "Span", "Style", "canonical", "find", "redact"]
