"""Ridge regression for each of a few arms, one observation at a time. It chooses nothing.

What is known of an arm are sums (Gram matrix, targets, count), which add up over processes; inverse and weights follow
from them: each observation changes them by one rank (Sherman and Morrison 1950), and every so often they are worked out
from the sums again, so that rounding never piles up.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector

from .totals import Form, Untold

Floats = npt.NDArray[np.float64]

CENTRE = 0.5
"""What is expected of an arm that nothing is known of."""

REFRESH = 8
"""Observations, of any arm, after which the next arm in turn is worked out from its sums."""

WORN = 0.9
"""An arm is also worked out from its sums where less than this is left of its prior: rank-one steps let that fade with
what was observed, though nobody observed it."""

GONE = 1e-12
"""A discount below this leaves nothing."""


class Sums(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was observed of one arm, discounted: how many times, the sum of contexts times (observation - CENTRE), and
    the upper triangle of the sum of contexts' outer products; float64, little-endian, base64. They add up."""

    count: float
    targets: str
    gram: str


Statistics = Mapping[str, Sums]
"""By the arms' names."""


class Ridge:
    """Expectations and widths of all arms at once, for contexts float32[d].

    `precision` float64[d] says how many observations stand against a weight of 1 along each axis. Each observation
    discounts all earlier ones, of whatever arm, by `discount`. Once it is to `tell` others, it also keeps what was done
    to its sums since it last told.
    """

    __slots__ = (
        *("_counts", "_current", "_discount", "_gram", "_halves", "_inverse", "_known", "_names", "_places"),
        *("_precision", "_prior", "_seen", "_targets", "_triangle", "_weights", "untold"),
    )

    def __init__(self, names: Sequence[str], precision: Floats, discount: float = 1.0) -> None:
        arms, dim = len(names), len(precision)
        self._names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._precision = np.diag(precision).astype(np.float64)
        self._discount = discount
        self._triangle = np.triu_indices(dim)
        self._gram = np.zeros((arms, dim, dim))
        self._targets = np.zeros((arms, dim))
        self._counts = np.zeros(arms)
        self._current = [0] * arms
        """Of how many observations each arm's discount is up to date."""
        self._seen = 0
        self._prior = [1.0] * arms
        """What is left of it in each inverse."""
        # single precision will do for what is worked out anew all the time, and half the memory is read twice as fast;
        # all inverses, and beneath them all weights, lie in one table, so that one product asks for both
        self._known = np.zeros((arms * dim + arms, dim), np.float32)
        self._inverse, self._weights = self._known[:-arms].reshape(arms, dim, dim), self._known[-arms:]
        self._inverse[:] = np.diag(1.0 / precision)
        self._halves = np.full(arms, CENTRE, np.float32)
        self.untold: Untold | None = None

    @property
    def seen(self) -> int:
        """Observations so far, of all arms."""
        return self._seen

    def count(self, arm: int) -> float:
        """Observations of an arm, discounted."""
        return float(self._counts[arm] * self._discount ** (self._seen - self._current[arm]))

    def means(self, context: Vector) -> Vector:
        """float32[arms], what is expected of each."""
        found: Vector = self._weights.dot(context) + self._halves
        return found

    def widths(self, context: Vector) -> Vector:
        """float32[arms], the square root of x' A^-1 x: what is not known yet, in standard deviations of one
        observation."""
        return self.both(context)[1]

    def both(self, context: Vector) -> tuple[Vector, Vector]:
        """Means and widths, for little more than the widths alone take."""
        arms, dim = self._weights.shape
        turned = self._known.dot(context)
        squares = turned[:-arms].reshape(arms, dim).dot(context)
        # of so few numbers an array beside an array costs a third of a number beside one
        return turned[-arms:] + self._halves, np.sqrt(np.abs(squares, out=squares), out=squares)

    def expected(self, arm: int, context: Vector) -> float:
        """Of one arm."""
        return float(self._weights[arm] @ context) + CENTRE

    def observe(self, arm: int, context: Vector, value: float) -> None:
        """One arm did so well: `value`, in [0, 1]."""
        self._seen += 1
        faded = self._fade(arm)
        wide = context.astype(np.float64)
        outer, target = np.multiply.outer(wide, wide), wide * (value - CENTRE)
        self._gram[arm] += outer
        self._targets[arm] += target
        self._counts[arm] += 1.0
        if self._stretch(arm, faded):
            self.refresh(arm)
        else:
            inverse, weights = self._inverse[arm], self._weights[arm]
            turned = inverse.dot(context)
            gain = turned / np.float32(1.0 + float(context.dot(turned)))
            inverse -= np.multiply.outer(turned, gain)
            weights += gain * np.float32(value - CENTRE - float(context.dot(weights)))
        if self._seen % REFRESH == 0:
            self.refresh((self._seen // REFRESH) % len(self._names))
        if self.untold is not None:
            dim, row = len(context), self.untold.added[arm]
            row[0] += 1.0
            row[1 : dim + 1] += target
            row[dim + 1 :] += outer.ravel()
            self.untold.seen += 1

    def forget(self, arm: int, keep: float) -> None:
        """What was observed of an arm counts no more than `keep` observations from now on."""
        count = self.count(arm)
        if count > keep:
            self._scale(arm, keep / count)
            self.refresh(arm)

    def statistics(self) -> dict[str, Sums]:
        """All sums, brought up to date; inverse and weights as whoever takes them up has them."""
        for arm in range(len(self._names)):
            self.refresh(arm)
        return {
            name: Sums(float(self._counts[arm]), text_of(self._targets[arm]), text_of(self._gram[arm][self._triangle]))
            for arm, name in enumerate(self._names)
        }

    def merge(self, others: Statistics, weight: float = 1.0) -> None:
        """Adds what others observed, times `weight`; of arms that are here, and as many axes. Raises ValueError where
        sums are not what `statistics` gave."""
        for name, sums in others.items():
            if name in self._places:
                arm = self._places[name]
                self._fade(arm)
                gram = np.zeros_like(self._gram[arm])
                gram[self._triangle] = numbers_of(sums.gram, len(self._triangle[0]))
                targets = numbers_of(sums.targets, len(gram))
                if not (0 <= sums.count < float("inf")) or (np.diag(gram) < 0).any():
                    raise ValueError(f"the sums of {name} cannot be")
                self._gram[arm] += weight * (gram + np.triu(gram, 1).T)
                self._targets[arm] += weight * targets
                self._counts[arm] += weight * sums.count
                self.refresh(arm)

    def form(self) -> Form:
        """Of the rows: the count, the targets, and the triangle of the sum of outer products."""
        dim = len(self._precision)
        diagonal = np.flatnonzero(self._triangle[0] == self._triangle[1]) + dim + 1
        return Form(1 + dim + len(self._triangle[0]), 1, (0, *diagonal.tolist()))

    def tell(self) -> None:
        """From now on what is done is kept."""
        self.settle()
        dim = len(self._precision)
        told = np.concatenate([np.arange(dim + 1), dim + 1 + np.ravel_multi_index(self._triangle, (dim, dim))])
        self.untold = Untold(len(self._names), 1 + dim + dim * dim, 1, told)

    def settle(self) -> None:
        """All discounts that are due are in the sums."""
        for arm in range(len(self._names)):
            self._fade(arm)

    def rows(self) -> dict[str, Floats]:
        """All sums, settled, as rows."""
        self.settle()
        return {
            name: np.concatenate([self._counts[arm : arm + 1], self._targets[arm], self._gram[arm][self._triangle]])
            for arm, name in enumerate(self._names)
        }

    def know(self, rows: Mapping[str, Floats]) -> None:
        """These are the sums of these arms. Raises ValueError where such sums cannot be."""
        dim = len(self._precision)
        for name, row in rows.items():
            arm = self._places[name]
            half = np.zeros((dim, dim))
            half[self._triangle] = row[dim + 1 :]
            self._gram[arm] = half + np.triu(half, 1).T
            self._targets[arm], self._counts[arm] = row[1 : dim + 1], row[0]
            self.refresh(arm)

    def follow(self, untold: Untold) -> list[int]:
        """Has what another did to its sums done to these, too, and goes on keeping that. Of the arms that it answers
        with, expectations and widths are as before until they have been `refresh`ed."""
        dim, stale = len(self._precision), []
        for arm in np.flatnonzero((untold.keep != 1.0).any(1) | untold.added.any(1)).tolist():
            row, keep = untold.added[arm], float(untold.keep[arm, 0])
            self._scale(arm, keep)
            self._gram[arm] += row[dim + 1 :].reshape(dim, dim)
            self._targets[arm] += row[1 : dim + 1]
            self._counts[arm] += row[0]
            if row[0] or self._stretch(arm, keep):
                stale.append(arm)
        self.resume(self._seen + untold.seen)
        self.untold = untold
        return stale

    def resume(self, seen: int) -> None:
        """Goes on counting from `seen`, all sums being up to date."""
        self._seen = seen
        self._current = [seen] * len(self._current)

    def _fade(self, arm: int) -> float:
        """Discounts an arm's sums by what was observed since; answers by how much."""
        due = self._seen - self._current[arm]
        self._current[arm] = self._seen
        if not due or self._discount == 1.0:
            return 1.0
        faded = max(GONE, self._discount**due)
        self._scale(arm, faded)
        return faded

    def _stretch(self, arm: int, faded: float) -> bool:
        """Discounts what the inverse knows; or answers that it had better be worked out anew."""
        if faded == 1.0:
            return False
        self._prior[arm] *= faded
        if self._prior[arm] < WORN:
            return True
        self._inverse[arm] /= np.float32(faded)
        return False

    def _scale(self, arm: int, factor: float) -> None:
        self._gram[arm] *= factor
        self._targets[arm] *= factor
        self._counts[arm] *= factor
        if self.untold is not None:
            self.untold.scale(arm, factor)

    def refresh(self, arm: int) -> None:
        """Works out expectations and widths of an arm from its sums."""
        self._fade(arm)
        self._prior[arm] = 1.0
        self._inverse[arm] = np.linalg.inv(self._gram[arm] + self._precision)
        self._weights[arm] = self._inverse[arm] @ self._targets[arm]


def text_of(numbers: Floats) -> str:
    """float64, little-endian, base64."""
    return base64.b64encode(numbers.astype("<f8").tobytes()).decode()


def numbers_of(text: str, count: int) -> Floats:
    """What `text_of` gave. Raises ValueError where it is not so many finite numbers."""
    numbers = np.frombuffer(base64.b64decode(text, validate=True), "<f8").astype(np.float64)
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(f"these are not {count} finite numbers")
    return numbers


def statistics_of(contexts: Floats, scores: Floats, names: Sequence[str]) -> dict[str, Sums]:
    """The sums of contexts float64[n, d] and scores float64[n, arms] in [0, 1], nan where nobody knows."""
    triangle = np.triu_indices(contexts.shape[1])
    return dict(_sums_of(contexts, scores, names, triangle))


def _sums_of(
    contexts: Floats, scores: Floats, names: Sequence[str], triangle: tuple[npt.NDArray[np.intp], ...]
) -> Iterable[tuple[str, Sums]]:
    for arm, name in enumerate(names):
        known = ~np.isnan(scores[:, arm])
        rows = contexts[known]
        targets = (scores[known, arm] - CENTRE) @ rows
        yield name, Sums(float(known.sum()), text_of(targets), text_of((rows.T @ rows)[triangle]))
