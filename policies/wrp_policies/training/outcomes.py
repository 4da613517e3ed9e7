"""What every model scored on every prompt, and what that cost. Decodes lines; reads no files and embeds nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .questions import groups_of

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

LONGEST = 1_000_000
"""Characters of one prompt."""


class Outcome(NamedTuple):
    """One line: what each model scored on a prompt (0 to 1) and what its answer cost (US$). What is not known is left
    out; `category` and `task` are empty where the line names none."""

    prompt: str
    scores: dict[str, float]
    costs: dict[str, float]
    category: str = ""
    task: str = ""


def understood(tree: Any) -> Outcome:
    """A decoded line `{"prompt", "scores": {model: 0..1}, "cost": {model: US$}}`, optionally with "category" and
    "task". null is "not known". Raises ValueError that says what is wrong."""
    if not isinstance(tree, dict):
        raise ValueError("not a JSON object")
    prompt = tree.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValueError("`prompt` is no text")
    if len(prompt) > LONGEST:
        raise ValueError(f"`prompt` has more than {LONGEST} characters")
    scores = _numbers(tree, "scores", 1.0)
    if not scores:
        raise ValueError("`scores` has no score: it is like {model: 0.5}")
    costs = _numbers(tree, "cost", math.inf) if tree.get("cost") is not None else {}
    names = [tree.get(name) or "" for name in ("category", "task")]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("`category` or `task` is no text")
    return Outcome(prompt, scores, costs, *names)


def _numbers(tree: dict[str, Any], name: str, most: float) -> dict[str, float]:
    """By model, without what is null. Raises ValueError."""
    found = tree.get(name)
    if not isinstance(found, dict):
        raise ValueError(f"`{name}` is missing, or no object with a number for each model")
    values = {}
    for model, value in found.items():
        if value is None:
            continue
        if not isinstance(value, int | float) or not math.isfinite(value) or not 0.0 <= value <= most:
            wanted = "between 0 and 1" if most == 1.0 else "of US$, 0 or more"
            raise ValueError(f"`{name}` of {model}: {value!r} is no number {wanted}")
        values[model] = float(value)
    return values


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTable:
    """`scores` and `costs` are float64[n, m], nan where not known. Rows of one group ask the same and must not be
    parted between those that train and those that judge. `categories` and `tasks` are one for each prompt, or empty
    where no line has one."""

    prompts: tuple[str, ...]
    models: tuple[str, ...]
    scores: Floats
    costs: Floats
    groups: tuple[str, ...]
    categories: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.prompts)

    @property
    def priced(self) -> bool:
        """Whether every model has a cost somewhere."""
        return bool(np.isfinite(self.costs).any(axis=0).all())

    @property
    def unknown(self) -> int:
        """How many scores are not known."""
        return int(np.isnan(self.scores).sum())

    def mean_scores(self) -> Floats:
        """Of each model over the prompts where it is known, float64[m]; nan where it never is."""
        return known_means(self.scores)

    def mean_costs(self) -> Floats:
        """US$ an answer of each model over the prompts where that is known, float64[m]; nan where it never is."""
        return known_means(self.costs)

    def rows(self, index: Index) -> OutcomeTable:
        """Some of the prompts."""
        pick = [int(row) for row in index]
        texts = {
            name: tuple(getattr(self, name)[row] for row in pick)
            for name in ("prompts", "groups", "categories", "tasks")
            if getattr(self, name)
        }
        return replace(self, scores=self.scores[index], costs=self.costs[index], **texts)

    def of(self, models: Sequence[str]) -> OutcomeTable:
        """These models, in this order, and the prompts where at least one of them is known. Raises KeyError for one
        that is not in the table."""
        missing = [name for name in models if name not in self.models]
        if missing:
            raise KeyError(missing[0])
        columns = [self.models.index(name) for name in models]
        narrow = replace(self, models=tuple(models), scores=self.scores[:, columns], costs=self.costs[:, columns])
        known = np.isfinite(narrow.scores).any(axis=1)
        return narrow if known.all() else narrow.rows(np.flatnonzero(known))

    def complete(self) -> OutcomeTable:
        """The prompts where every model's score is known."""
        known = np.isfinite(self.scores).all(axis=1)
        return self if known.all() else self.rows(np.flatnonzero(known))

    def filled(self) -> tuple[Floats, Floats]:
        """Scores and costs in which what is not known is the model's mean of what is: a router is neither blamed nor
        praised for sending a prompt where nobody looked."""
        costs = np.where(np.isnan(self.costs), known_means(self.costs), self.costs)
        return np.where(np.isnan(self.scores), known_means(self.scores), self.scores), costs


def table_of(outcomes: Sequence[Outcome]) -> OutcomeTable:
    """Lines as a table; models in the order of first sight."""
    models = tuple(dict.fromkeys(name for one in outcomes for name in one.scores))
    prompts = tuple(one.prompt for one in outcomes)
    return OutcomeTable(
        prompts,
        models,
        _matrix((one.scores for one in outcomes), models, len(outcomes)),
        _matrix((one.costs for one in outcomes), models, len(outcomes)),
        groups_of(prompts),
        _named([one.category for one in outcomes]),
        _named([one.task for one in outcomes]),
    )


def _matrix(rows: Iterable[dict[str, float]], models: Sequence[str], count: int) -> Floats:
    found = np.full((count, len(models)), np.nan)
    column = {name: place for place, name in enumerate(models)}
    for at, row in enumerate(rows):
        for name, value in row.items():
            if name in column:
                found[at, column[name]] = value
    return found


def _named(names: list[str]) -> tuple[str, ...]:
    return tuple(names) if any(names) else ()


def known_means(values: Floats) -> Floats:
    """The mean of each column over what is not nan, float64[m]; nan where there is nothing."""
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    means: Floats = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means
