"""Drives a flow by hand: say which command it must yield, then what it hears back. Knows nothing of any command.

    result = (
        Playbook(serve(facts, rooms))
        << Now() >> 0.0
        << expect(Send, commit=False) >> failed
        << Returned(reply)
    ).result

The first command that differs raises `Mismatch` with the conversation so far and a field-by-field difference.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, cast

import msgspec


class Mismatch(AssertionError):
    """The flow did something else than the playbook says."""


class Returned(msgspec.Struct, frozen=True):
    """The flow is over; this is what it returned."""

    value: Any = None


class Throw(msgspec.Struct, frozen=True):
    """As a reply: raise this inside the flow."""

    error: BaseException


class Answer(msgspec.Struct, frozen=True):
    """As a reply: what this function makes of the command."""

    make: Callable[[Any], Any]


class Expectation(msgspec.Struct, frozen=True):
    """A command of one type, of which only the named fields matter."""

    type: type
    fields: dict[str, Any]

    def matches(self, command: object) -> bool:
        return isinstance(command, self.type) and all(
            _holds(wanted, getattr(command, name, _NOTHING)) for name, wanted in self.fields.items()
        )


def expect(type: type, **fields: Any) -> Expectation:
    """A partial match. A field may be given as a value, as another `expect(…)`, or as a predicate function."""
    return Expectation(type, fields)


class Playbook:
    """One flow and the conversation with it.

    `<<` states the next command (a command, an `expect(…)`, a bare type, or `Returned(…)`); `>>` replies to it with a
    value, `Throw(error)` or `Answer(function)`. `stubs` answers every command of a type that was not asked for, by a
    value or by a function of the command.
    """

    def __init__(
        self, flow: Generator[Any, Any, Any], stubs: Mapping[type, Any] | None = None, limit: int = 10_000
    ) -> None:
        self._flow = flow
        self._stubs = dict(stubs or {})
        self._limit = limit
        self._lines: list[str] = []
        self._unanswered = False
        self._pending: Any = None
        self._advance(None)

    def __lshift__(self, wanted: object) -> Playbook:
        if self._unanswered:
            raise Mismatch(self._report("the command before was not answered; use >> first", wanted))
        self._skip_stubs(wanted)
        if not _holds(_as_expectation(wanted), self._pending):
            raise Mismatch(self._report("the flow did something else", wanted))
        self._lines.append(f"  << {self._pending!r}")
        self._unanswered = not isinstance(self._pending, Returned)
        return self

    def __rshift__(self, reply: object) -> Playbook:
        if not self._unanswered:
            raise Mismatch(self._report("nothing to answer; state the command with << first", reply))
        self._lines.append(f"  >> {reply!r}")
        self._unanswered = False
        self._advance(reply)
        return self

    @property
    def command(self) -> Any:
        """What the flow waits for now, or `Returned(…)`."""
        return self._pending

    @property
    def result(self) -> Any:
        """What the flow returned. Raises Mismatch if it is not over."""
        self._skip_stubs(Returned)
        if not isinstance(self._pending, Returned):
            raise Mismatch(self._report("the flow is not over", Returned))
        return self._pending.value

    def close(self) -> None:
        """Abandon the flow where it stands, as a driver does whose client has left."""
        self._flow.close()
        self._pending, self._unanswered = Returned(), False

    def _skip_stubs(self, wanted: object) -> None:
        for _ in range(self._limit):
            stub = self._stubs.get(type(self._pending), _NOTHING)
            if stub is _NOTHING or _holds(_as_expectation(wanted), self._pending):
                return
            self._lines.append(f"  .. {self._pending!r}")
            self._advance(Answer(stub) if callable(stub) else stub)
        raise Mismatch(self._report(f"more than {self._limit} stubbed commands in a row", wanted))

    def _advance(self, reply: object) -> None:
        try:
            if isinstance(reply, Throw):
                self._pending = self._flow.throw(reply.error)
            elif isinstance(reply, Answer):
                self._pending = self._flow.send(reply.make(self._pending))
            else:
                self._pending = self._flow.send(reply)
        except StopIteration as over:
            self._pending = Returned(over.value)

    def _report(self, what: str, wanted: object) -> str:
        return "\n".join([what, *self._lines, *_difference(wanted, self._pending)])


def _as_expectation(wanted: object) -> object:
    return Expectation(wanted, {}) if isinstance(wanted, type) else wanted


def _holds(wanted: object, got: object) -> bool:
    if isinstance(wanted, Expectation):
        return wanted.matches(got)
    if isinstance(wanted, Returned) and isinstance(got, Returned):
        return _holds(wanted.value, got.value)
    if callable(wanted) and not isinstance(wanted, type) and not isinstance(wanted, msgspec.Struct):
        return got is not _NOTHING and bool(cast("Callable[[Any], Any]", wanted)(got))
    return type(wanted) is type(got) and wanted == got if isinstance(wanted, msgspec.Struct) else wanted == got


def _difference(wanted: object, got: object) -> list[str]:
    lines = [f"- << {_shown(wanted)}", f"+ << {got!r}"]
    fields: Mapping[str, Any] = {}
    if isinstance(wanted, Expectation) and isinstance(got, wanted.type):
        fields = wanted.fields
    elif isinstance(wanted, msgspec.Struct) and type(wanted) is type(got):
        fields = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    for name, value in fields.items():
        if not _holds(value, getattr(got, name, _NOTHING)):
            lines.append(f"? {name}: wanted {_shown(value)}, got {getattr(got, name, 'no such field')!r}")
    return lines


def _shown(wanted: object) -> str:
    if isinstance(wanted, Expectation):
        return f"{wanted.type.__name__}({', '.join(f'{name}={_shown(v)}' for name, v in wanted.fields.items())}, ...)"
    return wanted.__name__ if isinstance(wanted, type) else repr(wanted)


_NOTHING = object()
