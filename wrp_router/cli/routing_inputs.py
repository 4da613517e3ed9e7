"""What policies look at before any model has answered: vectors, categories and tasks of the prompts of two tables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wrp_policies.training.contenders import CONTENDERS, Inputs
from wrp_policies.training.outcomes import OutcomeTable
from wrp_router.config.structs import EmbedderConfig
from wrp_signals import Tier

from .candidate import configured
from .outcomes import Compared
from .progress import Bar
from .vectors import Vectors, categories_of, embedders_of, vectors_of

SINGLE = "single:"
"""What the name of a single model's row begins with."""

ORACLE = "oracle"


class Known(NamedTuple):
    """Inputs of both tables, those of `train` None where there is none; the `embedders`' ids by tier."""

    data: Inputs
    train: Inputs | None
    embedders: dict[str, str]


def inputs_of(options: argparse.Namespace, tables: Compared, names: Sequence[str], bar: Bar) -> Known:
    """Nothing is embedded where nobody named looks at it. Raises SignalError, Unusable, OSError."""
    both = [one for one in (tables.data, tables.train) if one is not None]
    labelled = all(one.categories for one in both)
    if all(_blind(name, labelled) for name in names):
        found = [Inputs(one.prompts, {}, one.categories if labelled else (), one.tasks) for one in both]
        return Known(found[0], found[1] if len(found) > 1 else None, {})
    config = configured(options)
    materials, used = embedders_of(options.tier, EmbedderConfig() if config is None else config.embedder)
    prompts = [prompt for one in both for prompt in one.prompts]
    vectors = vectors_of(prompts, used, options.vectors, bar)
    labels = [one.categories for one in both]
    if not labelled:
        said = categories_of(prompts, materials, vectors)
        labels = [said[: len(tables.data)], said[len(tables.data) :]]
    parts = [_part(vectors, tables.data, labels[0], 0)]
    parts += [_part(vectors, one, labels[1], len(tables.data)) for one in both[1:]]
    embedders = {str(tier): embedder.id for tier, embedder in used.items()}
    return Known(parts[0], parts[1] if len(parts) > 1 else None, embedders)


def _part(vectors: dict[Tier, Vectors], table: OutcomeTable, labels: tuple[str, ...], first: int) -> Inputs:
    """One table's, whose rows begin at `first` among all vectors."""
    rows = np.arange(first, first + len(table))
    return Inputs(table.prompts, {tier: all_[rows] for tier, all_ in vectors.items()}, labels, table.tasks)


def _blind(name: str, labelled: bool) -> bool:
    """Whether a policy needs no vector, not even for a category."""
    if name == ORACLE or name.startswith(SINGLE):
        return True
    needs = CONTENDERS[name].needs if name in CONTENDERS else "vectors"
    return needs in ("", "tasks") or (needs == "categories" and labelled)
