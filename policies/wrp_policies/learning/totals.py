"""Sums that several processes add up: a row of numbers for each arm, and what one process did to them, as bytes.

It knows no arms' meaning, and believes no bytes: what is not of the right size, or is no number, raises ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_ARMS = 256
"""In one total. Beyond that, arms that whoever merges does not have are let go."""


class Totals(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """How many observations, how many US$, and each arm's row: float64, little-endian."""

    seen: int
    spent: float
    rows: dict[str, bytes]


class Done(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What one process did to them: of arms whose past counts less, the factors; of those that were observed, what was
    added since."""

    seen: int
    spent: float
    keep: dict[str, bytes]
    added: dict[str, bytes]


_ENCODE = msgspec.msgpack.Encoder()
_TOTALS = msgspec.msgpack.Decoder(Totals)
_DONE = msgspec.msgpack.Decoder(Done)


@dataclass(frozen=True, slots=True)
class Form:
    """A row has `width` numbers, in columns: so many `folds`, of which each may come to count less by itself. Those at
    `counts` are never negative."""

    width: int
    folds: int
    counts: tuple[int, ...]

    def row(self, data: bytes) -> Floats:
        """One arm's. Raises ValueError for what is none."""
        row = _numbers(data, self.width)
        if (row[list(self.counts)] < 0.0).any():
            raise ValueError("counts below zero")
        return row

    def factors(self, data: bytes) -> Floats:
        """By which an arm's past counts. Raises ValueError for what is none."""
        factors = _numbers(data, self.folds)
        if not ((factors >= 0.0) & (factors <= 1.0)).all():
            raise ValueError("factors beyond [0, 1]")
        return factors


class Untold:
    """What was done to the rows of some arms since others were told: row = keep * row + added, column by column."""

    __slots__ = ("_places", "added", "keep", "seen")

    def __init__(self, arms: int, width: int, folds: int, places: npt.NDArray[np.intp] | None = None) -> None:
        """`places`: those of the `width` numbers that are told, in the order of a row; without, all of them."""
        self.keep = np.ones((arms, folds))
        self.added = np.zeros((arms, width))
        self.seen = 0
        self._places = slice(None) if places is None else places

    def scale(self, arm: int, factor: float, fold: int | slice = slice(None)) -> None:
        """An arm's past counts less, what was added meanwhile included."""
        self.keep[arm, fold] *= factor
        self.added[arm].reshape(-1, self.keep.shape[1])[:, fold] *= factor

    def done(self, names: Sequence[str], spent: float = 0.0) -> bytes:
        """All of it; empty where nothing was done."""
        keep = {name: self.keep[arm].tobytes() for arm, name in enumerate(names) if (self.keep[arm] != 1.0).any()}
        some = {name: self.added[arm] for arm, name in enumerate(names) if self.added[arm].any()}
        added = {name: row[self._places].tobytes() for name, row in some.items()}
        return _ENCODE.encode(Done(self.seen, spent, keep, added)) if keep or added or spent else b""

    def clear(self) -> None:
        """It was told."""
        self.keep[:], self.added[:] = 1.0, 0.0
        self.seen = 0


def totals_of(seen: int, rows: Mapping[str, Floats], spent: float = 0.0) -> bytes:
    """A total in which is this."""
    return _ENCODE.encode(Totals(seen, spent, {name: row.tobytes() for name, row in rows.items()}))


def read(total: bytes, form: Form, names: Sequence[str]) -> tuple[Totals, dict[str, Floats]]:
    """What a total says of these arms, as far as it knows them. Raises msgspec.DecodeError, ValueError."""
    found = _TOTALS.decode(total)
    _sane(found.seen, found.spent)
    return found, {name: form.row(found.rows[name]) for name in names if name in found.rows}


def merged(total: bytes, told: Sequence[bytes], form: Form, fresh: Mapping[str, Floats]) -> bytes:
    """A total with what was told, in this order. An arm that it does not know begins as in `fresh`, or with nothing.
    Raises msgspec.DecodeError, ValueError."""
    found = _TOTALS.decode(total)
    _sane(found.seen, found.spent)
    rows, seen, spent = dict(found.rows), found.seen, found.spent
    for done in [_DONE.decode(each) for each in told]:
        _sane(done.seen, done.spent)
        seen, spent = seen + done.seen, spent + done.spent
        for name in [*done.keep, *[name for name in done.added if name not in done.keep]]:
            row = form.row(rows[name]) if name in rows else fresh.get(name, np.zeros(form.width)).copy()
            if name in done.keep:
                row.reshape(-1, form.folds)[:] *= form.factors(done.keep[name])
            if name in done.added:
                row += form.row(done.added[name])
            rows[name] = row.tobytes()
    return _ENCODE.encode(Totals(seen, spent, _few(rows, fresh)))


def _few(rows: dict[str, bytes], ours: Mapping[str, Floats]) -> dict[str, bytes]:
    if len(rows) <= MOST_ARMS:
        return rows
    wanted = [*[name for name in rows if name in ours], *[name for name in reversed(rows) if name not in ours]]
    return {name: rows[name] for name in wanted[:MOST_ARMS]}


def _sane(seen: int, spent: float) -> None:
    if seen < 0 or not 0.0 <= spent < float("inf"):
        raise ValueError("counts below zero, or without end")


def _numbers(data: bytes, count: int) -> Floats:
    if len(data) != 8 * count:
        raise ValueError(f"these are not {count} numbers")
    numbers = np.frombuffer(data, "<f8").astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("numbers without end")
    return numbers
