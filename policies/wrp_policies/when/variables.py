"""What a condition can name: the signals of the configuration, facts of the request, the time. How each is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from wrp_signals.signal import ValueType

from .env import UNKNOWN, Env
from .types import BOOL, DOUBLE, INT, NULLABLE_INT, OF_SIGNAL, STRING, Type, list_of

Read = Callable[[Env], object]


@dataclass(frozen=True, slots=True)
class Variable:
    """`path` is its full name; `signal` the signal that must have been read, "" if it is always known."""

    path: str
    type: Type
    read: Read
    signal: str = ""


def _hour(env: Env) -> int:
    return int(env.now // 3600) % 24


def _minute(env: Env) -> int:
    return int(env.now // 60) % 60


def _weekday(env: Env) -> int:
    """0 is Sunday, as in CEL's getDayOfWeek() and in cron; the epoch began on a Thursday."""
    return (int(env.now // 86400) + 4) % 7


_REQUEST: Final[dict[str, tuple[Type, str]]] = {
    "tokens": (INT, "prompt_tokens"),
    "max_tokens": (NULLABLE_INT, "max_tokens"),
    "turns": (INT, "turns"),
    "tools": (INT, "tools"),
    "tool_results": (INT, "tool_results"),
    "images": (INT, "images"),
    "audio": (INT, "audio"),
    "n": (INT, "n"),
    "stream": (BOOL, "stream"),
    "operation": (STRING, "operation"),
    "model": (STRING, "asked_model"),
    "format": (STRING, "response_format"),
    "session": (STRING, "session"),
    "tenant": (STRING, "tenant"),
    "priority": (STRING, "priority"),
}
_BARE: Final = ("tenant", "model", "session", "operation")


def _facts() -> dict[str, Variable]:
    found = {
        f"request.{name}": Variable(f"request.{name}", type_, attrgetter(f"facts.{field}"))
        for name, (type_, field) in _REQUEST.items()
    }
    for name in _BARE:
        found[name] = Variable(name, STRING, found[f"request.{name}"].read)
    for name, read in (("hour", _hour), ("minute", _minute), ("weekday", _weekday)):
        found[f"time.{name}"] = Variable(f"time.{name}", INT, read)
    return found


FACTS: Final = _facts()
"""By full name."""

VARYING: Final = frozenset(
    ("request.tokens", "request.session", "session", "request.priority", *[name for name in FACTS if "time." in name])
)
"""Facts that may be others when the very same request comes again: the clock's, the connection's, estimates."""

NAMESPACES: Final = frozenset(("request", "time"))
RESERVED_NAMES: Final = NAMESPACES | frozenset(_BARE)
"""What a signal should not be called: a condition that uses such a name is refused as ambiguous."""

SIGNAL_FIELDS: Final = ("value", "score", "evidence")


def signal_variable(name: str, field: str, value_type: ValueType) -> Variable:
    """`name` (field "") or `name.value`, `name.score`, `name.evidence`."""
    path = f"{name}.{field}" if field else name
    match field:
        case "score":
            return Variable(path, DOUBLE, _reader(name, "score"), name)
        case "evidence":
            return Variable(path, list_of(STRING), _reader(name, "evidence"), name)
    return Variable(path, OF_SIGNAL[value_type], _value_reader(name, value_type), name)


def _reader(name: str, field: str) -> Read:
    get = attrgetter(field)

    def read(env: Env) -> object:
        reading = env.readings.get(name)
        return UNKNOWN if reading is None else get(reading)

    return read


_CLASSES: Final[dict[ValueType, frozenset[type]]] = {
    "bool": frozenset((bool,)),
    "string": frozenset((str,)),
    "number": frozenset((float, int)),
}


def _value_reader(name: str, value_type: ValueType) -> Read:
    """A reading of another type than declared (from a log written under another configuration) counts as unknown."""
    classes = _CLASSES[value_type]

    def read(env: Env) -> object:
        reading = env.readings.get(name)
        if reading is None:
            return UNKNOWN
        value = reading.value
        return value if value.__class__ in classes else UNKNOWN

    return read
