"""Numbers with units as people write them, and the marks by which a field says which unit it wants.

A mark is `Meta(extra={"unit": NAME})` with a name out of `UNITS`: rooms can mark their own fields without this module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

Duration = Annotated[float, Meta(extra={"unit": "duration"})]
"""Seconds. Written `30s`, `250ms`, `1h30m`, or a number of seconds."""

Size = Annotated[int, Meta(extra={"unit": "size"})]
"""Bytes. Written `512MiB`, `1GB`, or a number of bytes."""

Money = Annotated[float, Meta(extra={"unit": "money"})]
"""US$. Written `$0.70`, or a number."""

Rate = Annotated[float, Meta(extra={"unit": "rate"})]
"""US$ per second. Written `$20/day`."""

Percent = Annotated[float, Meta(extra={"unit": "percent"})]
"""A fraction. Written `40%` or `0.4`."""

MOST_CHARACTERS = 64

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12} | {
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_PER = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2592000.0} | {
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
}

_DURATION_PART = re.compile(f"({_NUMBER})({'|'.join(_SECONDS)})")
_SIZE = re.compile(f"({_NUMBER}) ?({'|'.join(_BYTES)})")
_MONEY = re.compile(rf"\$ ?({_NUMBER})")
_RATE = re.compile(rf"\$ ?({_NUMBER}) ?/ ?({'|'.join(_PER)})")
_PERCENT = re.compile(f"({_NUMBER}) ?%")


def _duration(text: str) -> float | None:
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return math.fsum(float(number) * _SECONDS[unit] for number, unit in parts)


def _size(text: str) -> float | None:
    found = _SIZE.fullmatch(text)
    return float(found[1]) * _BYTES[found[2]] if found else None


def _money(text: str) -> float | None:
    found = _MONEY.fullmatch(text)
    return float(found[1]) if found else None


def _rate(text: str) -> float | None:
    found = _RATE.fullmatch(text)
    return float(found[1]) / _PER[found[2]] if found else None


def _percent(text: str) -> float | None:
    found = _PERCENT.fullmatch(text)
    return float(found[1]) / 100 if found else None


@dataclass(frozen=True, slots=True)
class Unit:
    """How one kind of number is written. `parse` answers None for text that it does not understand; `bare` says
    whether a number without a unit will do; `pattern` is what JSON Schema gets; `names` are the suffixes."""

    title: str
    example: str
    pattern: str
    parse: Callable[[str], float | None]
    names: tuple[str, ...]
    bare: bool = True


UNITS: dict[str, Unit] = {
    "duration": Unit("a duration", "30s", f"^(?:{_DURATION_PART.pattern})+$", _duration, tuple(_SECONDS)),
    "size": Unit("a size", "512MiB", f"^{_SIZE.pattern}$", _size, tuple(_BYTES)),
    "money": Unit("an amount of US$", "$0.70", f"^{_MONEY.pattern}$", _money, ("$",)),
    "rate": Unit("a rate of spending", "$20/day", f"^{_RATE.pattern}$", _rate, tuple(_PER), bare=False),
    "percent": Unit("a share", "40%", f"^{_PERCENT.pattern}$", _percent, ("%",)),
}


def written(unit: str, value: float) -> str:
    """A value as people write it: the largest unit that leaves no fraction. For reference tables and messages."""
    if unit == "duration":
        return _largest(value, {name: _SECONDS[name] for name in ("d", "h", "m", "s", "ms", "us")}, "s")
    if unit == "size":
        return _largest(value, {name: _BYTES[name] for name in ("GiB", "MiB", "KiB", "B")}, "B")
    if unit == "percent":
        return f"{_digits(value * 100)}%"
    return f"${_digits(value)}" if unit == "money" else f"${_digits(value * _PER['day'])}/day"


def _largest(value: float, units: dict[str, float] | dict[str, int], zero: str) -> str:
    for name, size in units.items():
        count = round(value / size, 9)
        if count >= 1 and count == int(count):
            return f"{int(count)}{name}"
    return f"{_digits(value)}{zero}"


def _digits(value: float) -> str:
    """Without an exponent, which the patterns do not allow."""
    return f"{value:.9f}".rstrip("0").rstrip(".")
