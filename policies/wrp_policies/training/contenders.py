"""Who may say how good every model will be on a prompt: what it takes, and the table of all who do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wrp_signals.signal import Tier

from .baselines import BestSingle, ByLabel, ByLength, Random
from .clusters import Clusters
from .nearest import Nearest
from .outcomes import Floats, Index, OutcomeTable
from .quality import Growing

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What is known of prompts before any model has answered. `vectors`: float32[n, d] of unit length by tier, only the
    tiers that there are. `categories` and `tasks`: one for each prompt, or empty."""

    prompts: tuple[str, ...]
    vectors: Mapping[Tier, Vectors] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    def rows(self, index: Index) -> Inputs:
        """Some of the prompts."""
        pick = [int(row) for row in index]
        texts = {
            name: tuple(getattr(self, name)[row] for row in pick)
            for name in ("prompts", "categories", "tasks")
            if getattr(self, name)
        }
        return replace(self, vectors={tier: rows[index] for tier, rows in self.vectors.items()}, **texts)


class Fitted(Protocol):
    """`estimate`: the expected score of every model on every prompt, float64[n, m]; nan for a model of which nothing
    was seen."""

    def estimate(self, inputs: Inputs) -> Floats: ...


class Contender(Protocol):
    """`inputs` are those of the rows of `train`. All chance is drawn from `rng`."""

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> Fitted: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """`make` is given the tier whose vectors to use, where `tiered`: such a contender runs once for each tier there is.
    `needs` names what inputs must have: "vectors", "categories" or "tasks"; `library` what must be installed."""

    make: Callable[[Tier], Contender]
    needs: str = ""
    tiered: bool = False
    library: str = ""


CONTENDERS: Mapping[str, Entry] = {
    "random": Entry(lambda tier: Random()),
    "best_single": Entry(lambda tier: BestSingle()),
    "length": Entry(lambda tier: ByLength()),
    "categories": Entry(lambda tier: ByLabel("categories"), needs="categories"),
    "tasks": Entry(lambda tier: ByLabel("tasks"), needs="tasks"),
    "knn": Entry(Nearest, needs="vectors", tiered=True),
    "clusters": Entry(Clusters, needs="vectors", tiered=True),
    "quality": Entry(lambda tier: Growing(), needs="vectors", library="sklearn"),
}
"""By the name that `--policy` knows; one line adds a contender."""


def running(inputs: Inputs, entries: Mapping[str, Entry] = CONTENDERS) -> dict[str, Contender]:
    """Those whose needs the inputs meet; one for each tier is called after it where there are several."""
    found: dict[str, Contender] = {}
    tiers = tuple(inputs.vectors)
    for name, entry in entries.items():
        if entry.needs and not getattr(inputs, entry.needs):
            continue
        if entry.tiered and len(tiers) > 1:
            found |= {f"{name}-{tier}": entry.make(tier) for tier in tiers}
        else:
            found[name] = entry.make(tiers[0] if tiers else "none")
    return found
