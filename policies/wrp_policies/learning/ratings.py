"""Elo ratings of pools, one for all and a correction for each category, moved by verdicts. They price nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PLACES = 32
"""That the names of categories are hashed to."""

SCALE = 400.0
"""Points by which who is ten times as likely to win is ahead, as in chess."""

FIRST, LAST, SLOWER = 64.0, 8.0, 0.05
"""Points that a verdict moves a rating by at most: for a newcomer, for one of long standing, and how soon one turns
into the other (Pelanek 2016: K(n) = a / (1 + b n))."""

APART = 1200.0
"""No rating is further from par than this."""


class Ratings:
    """Each verdict on an answer is a game of the pool against the questions of its category, whose rating moves the
    other way: so it matters how pools do on the same questions, not who gets the easy ones."""

    __slots__ = ("_counts", "_par", "_ratings")

    def __init__(self, arms: int) -> None:
        self._ratings = np.zeros((PLACES + 1, arms))
        """In the last row what holds for all categories; above, what is added in each."""
        self._counts = np.zeros((PLACES + 1, arms))
        self._par = np.zeros(PLACES)

    def of(self, place: int, arms: Sequence[int]) -> tuple[Floats, Floats, Floats]:
        """In a category, float64[arms] each: the quality that is expected, in (0, 1), on how many verdicts, and the
        rating, about 0."""
        ratings = self._ratings[PLACES, arms] + self._ratings[place, arms]
        return score(ratings - self._par[place]), self._counts[place, arms], ratings

    def note(self, place: int, arm: int, quality: float) -> float:
        """A verdict, in [0, 1]; answers with how much better it was than expected."""
        surprise = quality - float(self.of(place, [arm])[0][0])
        for row in (PLACES, place):
            step = 0.5 * max(LAST, FIRST / (1.0 + SLOWER * float(self._counts[row, arm])))
            self._ratings[row, arm] = held(float(self._ratings[row, arm]) + step * surprise)
            self._counts[row, arm] += 1.0
        # in a category all pools meet the same questions: of what surprises, these take an equal part
        self._par[place] = held(float(self._par[place]) - LAST * surprise / self._ratings.shape[1])
        return surprise

    def restart(self, place: int) -> None:
        """All begin anew, in this category and in what all share."""
        for row in (PLACES, place):
            self._ratings[row] = self._counts[row] = 0.0
        self._par[place] = 0.0

    def state(self) -> tuple[list[list[float]], list[list[float]], list[float]]:
        """By arm its ratings and counts, PLACES + 1 of each; and par, by category."""
        return self._ratings.T.tolist(), self._counts.T.tolist(), self._par.tolist()

    def restore(
        self, ratings: Sequence[Sequence[float]], counts: Sequence[Sequence[float]], par: Sequence[float]
    ) -> None:
        """Takes up what `state` gave; an empty row is a newcomer. Raises ValueError for other shapes."""
        for arm, (rating, count) in enumerate(zip(ratings, counts, strict=True)):
            if rating:
                self._ratings[:, arm], self._counts[:, arm] = rating, count
        self._par[:] = par


def score(ahead: Floats) -> Floats:
    """The score that is expected of who is so many points ahead."""
    return np.asarray(1.0 / (1.0 + 10.0 ** (-ahead / SCALE)), np.float64)


def held(rating: float) -> float:
    """Within bounds."""
    return max(-APART, min(APART, rating))
