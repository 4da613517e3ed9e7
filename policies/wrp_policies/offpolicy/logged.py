"""What a log says of decisions that chance had a part in, beside what a candidate would have done. No estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

TOTAL = 1e-6
"""By how much the chances of a row may miss 1, and a propensity the chance that it stands for: logs round."""


class BadLog(ValueError):
    """Rows of which no honest estimate can be made; the text says which, and what is wrong with them."""


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """Rows of a log and a candidate's chances on them. Made by `logged`, which checks them.

    `actions` intp[n] are the arms taken, `propensities` float64[n] in (0, 1] how likely that was, `rewards` float64[n]
    what came of it (nan: it never came; higher need not be better, costs and seconds are rewards, too). `target`
    float64[n, K] are the candidate's chances of every arm, `logging` those of the policy that was logged, where they
    are known, and `against` those of the policy that the candidate is compared with (None: the one that was logged; of
    a canary that is the mixture, not what it would replace). `groups` intp[n], numbered from 0, are rows that belong
    together (a session, a question): they are resampled and left out together. `arms` are names for people.
    """

    actions: Index
    propensities: Floats
    rewards: Floats
    target: Floats
    logging: Floats | None
    against: Floats | None
    groups: Index | None
    arms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def known(self) -> Mask:
        """bool[n]: whose reward came."""
        return ~np.isnan(self.rewards)

    @property
    def weights(self) -> Floats:
        """float64[n]: how much more likely the candidate is to do what was done."""
        weights: Floats = self.of_action(self.target) / self.propensities
        return weights

    def of_action(self, table: Floats) -> Floats:
        """float64[n]: from [n, K] what stands there for the arm taken."""
        return table[np.arange(len(self)), self.actions]

    def about(self, rewards: npt.ArrayLike) -> Logged:
        """The same decisions judged by something else: cost, seconds, errors. Raises BadLog where rows do not match."""
        return replace(self, rewards=_rewards(rewards, len(self)))

    def instead(self) -> Logged | None:
        """The same rows with the policy that the candidate is compared with in its place."""
        return None if self.against is None else replace(self, target=self.against, against=None)

    def until(self, rows: int) -> Logged:
        """The first `rows` of them: what was known then."""
        return Logged(
            self.actions[:rows],
            self.propensities[:rows],
            self.rewards[:rows],
            self.target[:rows],
            None if self.logging is None else self.logging[:rows],
            None if self.against is None else self.against[:rows],
            None if self.groups is None else self.groups[:rows],
            self.arms,
        )


def logged(
    actions: npt.ArrayLike,
    propensities: npt.ArrayLike,
    rewards: npt.ArrayLike,
    target: npt.ArrayLike,
    *,
    logging: npt.ArrayLike | None = None,
    against: npt.ArrayLike | None = None,
    groups: Sequence[Any] | npt.NDArray[Any] | None = None,
    arms: Sequence[str] = (),
) -> Logged:
    """Rows that are what they should be. `groups` may be anything that can be told apart; `arms` default to numbers.

    Raises BadLog: shapes that do not fit, actions that are no arm, propensities outside (0, 1] or that contradict
    `logging`, chances that are negative or do not add up to 1, rewards that are infinite, and a candidate that would
    only ever have done what the log never could. (Where some of its choices are possible, `overlap` says how many.)
    """
    aims = _chances("target", target, None)
    n, k = aims.shape
    taken = _column("actions", actions, n)
    if n and (np.any(taken != np.floor(taken)) or taken.min() < 0 or taken.max() >= k):
        raise BadLog(f"actions: every one must be a whole number from 0 to {k - 1}, as target has {k} columns")
    likely = _column("propensities", propensities, n)
    _refuse("propensities", ~((likely > 0.0) & (likely <= 1.0 + TOTAL)), likely, "outside (0, 1]")
    names = tuple(arms) or tuple(map(str, range(k)))
    if len(names) != k:
        raise BadLog(f"arms: {len(names)} names for {k} columns of target")
    chances = None if logging is None else _chances("logging", logging, (n, k))
    found = Logged(
        taken.astype(np.intp),
        np.minimum(likely, 1.0),
        _rewards(rewards, n),
        aims,
        chances,
        None if against is None else _chances("against", against, (n, k)),
        None if groups is None else _numbered(groups, n),
        names,
    )
    _possible(found)
    return found


def _possible(log: Logged) -> None:
    """Raises BadLog where `logging` contradicts what was done, or leaves nothing of the candidate."""
    if log.logging is None or not len(log):
        return
    said = log.of_action(log.logging)
    off = np.abs(said - log.propensities) > TOTAL + 1e-3 * said
    _refuse("propensities", off, log.propensities, "not what logging says of the arm taken")
    if not np.any(log.target[log.logging > 0.0] > 0.0):
        wanted = ", ".join(np.asarray(log.arms)[log.target.any(axis=0)])
        raise BadLog(f"target: the candidate would only ever choose {wanted}, which this log never could take")


def _column(name: str, given: npt.ArrayLike, n: int) -> Floats:
    column = np.asarray(given, np.float64)
    if column.shape != (n,):
        raise BadLog(f"{name}: shape {column.shape} where target has {n} rows")
    return column


def _rewards(given: npt.ArrayLike, n: int) -> Floats:
    column = _column("rewards", given, n)
    _refuse("rewards", np.isinf(column), column, "infinite")
    return column


def _chances(name: str, given: npt.ArrayLike, shape: tuple[int, int] | None) -> Floats:
    """Distributions over arms, float64[n, K]."""
    table = np.asarray(given, np.float64)
    if table.ndim != 2 or table.shape[1] == 0 or (shape is not None and table.shape != shape):
        wanted = "rows by arms" if shape is None else f"that of target, {shape}"
        raise BadLog(f"{name}: shape {table.shape} must be {wanted}")
    proper = np.asarray((table >= 0.0).all(axis=1), np.bool_)
    _refuse(name, ~proper, table, "not all chances are 0 or more")
    total = table.sum(axis=1)
    off = np.abs(total - 1.0)
    _refuse(name, np.greater(off, TOTAL * table.shape[1]), total, "chances do not add up to 1")
    return table


def _numbered(groups: Sequence[Any] | npt.NDArray[Any], n: int) -> Index:
    number: dict[Any, int] = {}
    found = [
        number.setdefault(group, len(number))
        for group in (groups.tolist() if isinstance(groups, np.ndarray) else groups)
    ]
    if len(found) != n:
        raise BadLog(f"groups: {len(found)} where target has {n} rows")
    return np.array(found, np.intp)


def _refuse(name: str, bad: npt.NDArray[np.bool_], values: Floats, why: str) -> None:
    """Raises BadLog with the first row that is bad, and how many there are."""
    if bad.any():
        row = int(np.argmax(bad))
        raise BadLog(f"{name}: row {row} has {values[row]}: {why} ({int(bad.sum())} rows in all)")
