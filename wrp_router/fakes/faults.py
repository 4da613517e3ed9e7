"""What may go wrong with one answer, as one line of knobs: `ttft=200ms, chunks=20, die_after=3:rst`. Read strictly: an
unknown knob or a value that does not fit raises ValueError. README.md of this folder lists the knobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast, get_args
from urllib.parse import unquote

import msgspec

Death = Literal["rst", "fin", "clean"]
Shape = Literal["openai", "vllm", "sglang", "llamacpp", "tgi", "anthropic", "html", "empty"]


class Spot(msgspec.Struct, frozen=True, gc=False):
    """After how many substantive events, and in which variant."""

    after: int
    how: str


class Faults(msgspec.Struct, frozen=True, omit_defaults=True):
    """The knobs of one request, all off. Durations in seconds, sizes in bytes; `None` and "" mean "as it should be"."""

    ttft: float | None = None
    gap: float | None = None
    chunks: int = 0
    die_after: Spot | None = None
    die_before_headers: str = ""
    die_in_headers: str = ""
    die_after_headers: str = ""
    cut: str = ""
    stall_after: int | None = None
    status: int = 200
    retry_after: str | None = None
    retry_after_ms: str | None = None
    error_shape: str = ""
    error_code: str = ""
    error_in_stream: Spot | None = None
    no_done: bool = False
    no_finish: bool = False
    malformed_sse: Spot | None = None
    split: int = 0
    crlf: bool = False
    comments: bool = False
    ping: bool = False
    lead: bool = False
    big_line: int = 0
    huge: int = 0
    endless: bool = False
    slow_header: float = 0.0
    wrong_type: str = ""
    gzip: bool = False
    dup_content_length: bool = False
    cl_and_te: bool = False
    bad_status_line: bool = False
    bad_chunk: int | None = None
    long_header: int = 0
    many_headers: int = 0
    set_cookie: bool = False
    short_body: bool = False
    no_length: bool = False
    close: bool = False
    p: float = 1.0
    times: int = 0

    def reaches(self) -> int:
        """How many substantive events an answer needs so that these faults strike within it."""
        spots = [spot.after for spot in (self.die_after, self.error_in_stream, self.malformed_sse) if spot]
        spots += [at for at in (self.stall_after, self.bad_chunk) if at is not None]
        return max(spots) + 2 if spots else 0


NO_FAULTS = Faults()

TRUNCATIONS: dict[str, str] = {
    "fin_inside_chunked_body": "die_after=3:fin",
    "reset_after_events": "die_after=3:rst",
    "clean_end_after_events": "die_after=3:clean",
    "clean_end_after_first_event": "die_after=1:clean",
    "half_event_then_fin": "die_after=2:fin, cut=event",
    "half_event_then_clean_end": "die_after=2:clean, cut=event",
    "cut_inside_utf8_character": "die_after=2:clean, cut=utf8",
    "finished_without_terminal_event": "no_done",
    "terminal_event_without_finish": "no_finish",
    "error_event_then_clean_end": "error_in_stream=3",
    "unnamed_error_event": "error_in_stream=3:bare",
    "connection_close_delimited_body": "no_length, die_after=3:fin",
    "stall": "stall_after=3",
}
"""The 13 ways in which a stream ends before it is complete, each after at least one substantive event. Those that have
events of their own in each dialect: `no_done` leaves out `[DONE]`, `message_stop` or `response.completed`; `no_finish`
leaves out the finish chunk, or `message_delta` and `message_stop`, or everything after the last delta."""


def parse(text: str) -> Faults:
    """The knobs in a line. Raises ValueError naming the knob that does not fit."""
    fields: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = part.partition("=")
        _read_into(fields, name.strip(), value.strip() if sign else None)
    return Faults(**fields)


def from_json(value: object) -> Faults:
    """The knobs of a body's `x_fake`: the same line, or an object of knob and value (`true` for one without)."""
    if isinstance(value, str):
        return parse(value)
    if not isinstance(value, Mapping):
        raise ValueError("x_fake is neither a line of knobs nor an object")
    fields: dict[str, Any] = {}
    for name, given in value.items():
        _read_into(fields, str(name), None if given is True else str(given))
    return Faults(**fields)


def seconds(text: str) -> float:
    """`200ms`, `1.5s`, `0.2`, `50us` as seconds. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"not a duration: {text!r}")
    return float(found[1]) * _UNITS[found[2] or "s"]


def _read_into(fields: dict[str, Any], name: str, value: str | None) -> None:
    if name == "die_after_role":
        name, value = "die_after", f"0:{value or 'fin'}"
    if name not in KNOBS:
        raise ValueError(f"unknown knob {name!r}")
    if name in fields:
        raise ValueError(f"knob {name!r} is given twice")
    try:
        fields[name] = KNOBS[name](value)
    except ValueError as wrong:
        raise ValueError(f"knob {name}: {wrong}") from None


def _duration(value: str | None) -> float:
    return seconds(_needed(value))


def _flag(value: str | None) -> bool:
    if value is not None:
        raise ValueError("takes no value")
    return True


def _needed(value: str | None) -> str:
    if not value:
        raise ValueError("needs a value")
    return value


def _count(default: int | None = None, at_least: int = 0) -> Callable[[str | None], int]:
    def read(value: str | None) -> int:
        if value is None and default is not None:
            return default
        number = int(_needed(value))
        if number < at_least:
            raise ValueError(f"{number} is less than {at_least}")
        return number

    return read


def _one_of(allowed: tuple[str, ...], default: str | None = None) -> Callable[[str | None], str]:
    def read(value: str | None) -> str:
        if value is None and default is not None:
            return default
        if _needed(value) not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
        return cast(str, value)

    return read


def _spot(allowed: tuple[str, ...], default: str) -> Callable[[str | None], Spot]:
    how = _one_of(allowed, default)

    def read(value: str | None) -> Spot:
        after, _, variant = _needed(value).partition(":")
        return Spot(_count()(after), how(variant or None))

    return read


def _share(value: str | None) -> float:
    share = float(_needed(value))
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is not in [0, 1]")
    return share


def _words(value: str | None) -> str:
    return unquote(_needed(value))


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m)?")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_DEATH = _one_of(("rst", "fin"), "fin")
_COUNT = _count()

KNOBS: dict[str, Callable[[str | None], Any]] = {
    "ttft": _duration,
    "gap": _duration,
    "chunks": _count(at_least=1),
    "die_after": _spot(get_args(Death), "rst"),
    "die_before_headers": _DEATH,
    "die_in_headers": _DEATH,
    "die_after_headers": _DEATH,
    "cut": _one_of(("event", "utf8")),
    "stall_after": _COUNT,
    "status": _count(at_least=200),
    "retry_after": _words,
    "retry_after_ms": _words,
    "error_shape": _one_of(get_args(Shape)),
    "error_code": _words,
    "error_in_stream": _spot(("named", "bare", "done", "failed"), "named"),
    "no_done": _flag,
    "no_finish": _flag,
    "malformed_sse": _spot(("json", "utf8", "nul"), "json"),
    "split": _count(default=1, at_least=1),
    "crlf": _flag,
    "comments": _flag,
    "ping": _flag,
    "lead": _flag,
    "big_line": _count(at_least=1),
    "huge": _count(at_least=1),
    "endless": _flag,
    "slow_header": _duration,
    "wrong_type": _one_of(("json", "sse", "html")),
    "gzip": _flag,
    "dup_content_length": _flag,
    "cl_and_te": _flag,
    "bad_status_line": _flag,
    "bad_chunk": _COUNT,
    "long_header": _count(default=9000, at_least=1),
    "many_headers": _count(default=200, at_least=1),
    "set_cookie": _flag,
    "short_body": _flag,
    "no_length": _flag,
    "close": _flag,
    "p": _share,
    "times": _count(at_least=1),
}
