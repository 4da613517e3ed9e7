"""Counts and sums of qualities, by category and pool, as several processes know them together. It judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .totals import Floats, Form, Untold, merged, read, totals_of

Tables = tuple[Floats, Floats, Floats]
"""How many were judged, the sum of their qualities and that of the squares: float64[places, arms] each."""


class Tallies:
    """What a policy's tables share with those of other processes. A row is one pool's, with a fold for each place: when
    a category begins anew, it does so for all pools."""

    __slots__ = ("_form", "_names", "_places", "_tables", "_untold")

    def __init__(self, names: Sequence[str], places: int, tables: Callable[[], Tables]) -> None:
        self._names, self._places, self._tables = tuple(names), places, tables
        self._form = Form(3 * places, places, tuple(range(3 * places)))
        self._untold: Untold | None = None

    @property
    def common(self) -> str:
        """Tables with so many places."""
        return f"tallies/{self._places}"

    def observe(self, place: int, arm: int, quality: float) -> None:
        """One answer of a pool was so good."""
        if self._untold is not None:
            self._untold.added[arm].reshape(3, self._places)[:, place] += (1.0, quality, quality * quality)
            self._untold.seen += 1

    def restart(self, place: int) -> None:
        """A category began anew."""
        if self._untold is not None:
            for arm in range(len(self._names)):
                self._untold.scale(arm, 0.0, place)

    def begun(self) -> bytes:
        """All tables; what changes in them from now on is kept for `told`."""
        self._untold = Untold(len(self._names), self._form.width, self._places)
        rows = np.stack(self._tables(), 0).reshape(3 * self._places, len(self._names))
        return totals_of(0, {name: rows[:, arm] for arm, name in enumerate(self._names)})

    def told(self, take: bool = True) -> bytes:
        """What changed since it was last taken."""
        assert self._untold is not None, "begun"
        done = self._untold.done(self._names)
        if take:
            self._untold.clear()
        return done

    def merged(self, total: bytes, told: Sequence[bytes]) -> bytes:
        """A total, and what processes told."""
        return merged(total, told, self._form, {})

    def heard(self, total: bytes) -> Iterator[None]:
        """A total, to be taken up; what is suspected of a change stays each process's own."""
        _, rows = read(total, self._form, self._names)
        return self._take_up([rows.get(name, np.zeros(self._form.width)) for name in self._names])

    def _take_up(self, rows: Sequence[Floats]) -> Iterator[None]:
        assert self._untold is not None, "begun"
        for arm, row in enumerate(rows):
            folds = row.reshape(3, self._places) * self._untold.keep[arm]
            folds += self._untold.added[arm].reshape(3, self._places)
            for table, fold in zip(self._tables(), folds, strict=True):
                table[:, arm] = fold
        yield
