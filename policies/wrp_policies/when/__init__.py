"""The language of `when`: conditions in the syntax and with the meaning of CEL, in three-valued logic. README.md beside
this file is its reference. Reads no clock and no request: everything is in the `Env`."""

from .condition import Condition, compile, explain
from .env import UNKNOWN, Env, Truth, Unknown
from .errors import WhenError
from .explain import Term
from .parser import parse
from .printer import format
from .variables import FACTS, RESERVED_NAMES

__all__ = [
    "FACTS",
    "RESERVED_NAMES",
    "UNKNOWN",
    "Condition",
    "Env",
    "Term",
    "Truth",
    "Unknown",
    "WhenError",
    "compile",
    "explain",
    "format",
    "parse",
]
