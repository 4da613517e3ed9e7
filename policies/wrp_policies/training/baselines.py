"""What any router has to beat, without a look at what a prompt says: chance, one model for all, tables, length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .outcomes import Floats, OutcomeTable, known_means

if TYPE_CHECKING:
    from .contenders import Inputs


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """The same for every prompt, float64[m]."""

    values: Floats

    def estimate(self, inputs: Inputs) -> Floats:
        return np.tile(self.values, (len(inputs.prompts), 1))


@dataclass(frozen=True, slots=True)
class Random:
    """Every model is as likely to be called the best; the draw is another for every prompt."""

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> _Drawn:
        return _Drawn(len(train.models), rng)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    models: int
    rng: np.random.Generator

    def estimate(self, inputs: Inputs) -> Floats:
        return self.rng.random((len(inputs.prompts), self.models))


@dataclass(frozen=True, slots=True)
class BestSingle:
    """The model with the best mean on the training prompts (of equals the cheapest), whatever is asked."""

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> Same:
        return only(best_single(train), len(train.models))


@dataclass(frozen=True, slots=True)
class Single:
    """Always the same model, by its column."""

    column: int

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> Same:
        return only(self.column, len(train.models))


def only(column: int, models: int) -> Same:
    """One model whatever the price: nobody else is worth anything."""
    return Same(np.where(np.arange(models) == column, 0.0, -np.inf))


def best_single(train: OutcomeTable) -> int:
    """The column of the model with the best mean score; of equals the cheapest."""
    means = np.nan_to_num(train.mean_scores(), nan=-np.inf)
    costs = np.nan_to_num(train.mean_costs(), nan=np.inf)
    return int(np.lexsort((costs, -means))[0])


@dataclass(frozen=True, slots=True)
class ByLabel:
    """A table: the mean of every model over the training prompts with the same label (`categories` or `tasks`); of all
    prompts where a label is new."""

    which: str

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> _Table:
        labels = np.array(getattr(inputs, self.which), object)
        rest = train.mean_scores()
        found = {}
        for label in dict.fromkeys(labels.tolist()):
            means = known_means(train.scores[labels == label])
            found[label] = np.where(np.isnan(means), rest, means)
        return _Table(self.which, found, rest)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    which: str
    means: dict[str, Floats]
    rest: Floats

    def estimate(self, inputs: Inputs) -> Floats:
        labels = getattr(inputs, self.which) or ("",) * len(inputs.prompts)
        return np.array([self.means.get(label, self.rest) for label in labels]).reshape(-1, len(self.rest))


@dataclass(frozen=True, slots=True)
class ByLength:
    """A straight line for every model through its scores over the logarithm of the prompt's length in characters."""

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> _Lines:
        lengths = log_lengths(inputs)
        means, slopes, middles = train.mean_scores(), np.zeros(len(train.models)), np.zeros(len(train.models))
        for column in range(len(train.models)):
            known = np.isfinite(train.scores[:, column])
            if known.any():
                x = lengths[known]
                middles[column] = x.mean()
                spread = float(((x - x.mean()) ** 2).sum())
                if spread > 0.0:
                    slopes[column] = float((x - x.mean()) @ train.scores[known, column]) / spread
        return _Lines(means, slopes, middles)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    means: Floats
    slopes: Floats
    middles: Floats

    def estimate(self, inputs: Inputs) -> Floats:
        found: Floats = self.means + (log_lengths(inputs)[:, None] - self.middles) * self.slopes
        return found


def log_lengths(inputs: Inputs) -> Floats:
    """Natural logarithms of the prompts' characters, one for an empty one, float64[n]."""
    return np.log(np.array([max(1, len(prompt)) for prompt in inputs.prompts], np.float64))
