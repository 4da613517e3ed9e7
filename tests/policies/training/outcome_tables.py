"""Small tables of outcomes that the tests of training share."""

from __future__ import annotations

import numpy as np

from wrp_policies.training.contenders import Inputs
from wrp_policies.training.outcomes import OutcomeTable


def table(scores: object, costs: object = None, groups: tuple[str, ...] = (), **texts: tuple[str, ...]) -> OutcomeTable:
    """Models are called a, b, c; prompts by their row."""
    known = np.array(scores, np.float64)
    prompts = tuple(f"what is number {row} of the prompts" for row in range(len(known)))
    prices = np.full(known.shape, np.nan) if costs is None else np.broadcast_to(np.array(costs, float), known.shape)
    return OutcomeTable(
        texts.pop("prompts", prompts), tuple("abcdefgh"[: known.shape[1]]), known, prices, groups or prompts, **texts
    )


def two_worlds(count: int, rng: np.random.Generator) -> tuple[OutcomeTable, Inputs]:
    """Prompts of two kinds, in two corners of the space of vectors; model a is good at the one, b at the other. Rows
    alternate, a tenth of the scores is chance."""
    kind = np.arange(count) % 2
    vectors = rng.normal(0.0, 0.2, (count, 8)).astype(np.float32)
    vectors[np.arange(count), kind] += 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    right = np.stack([kind == 0, kind == 1], axis=1)
    scores = np.where(rng.random((count, 2)) < 0.1, rng.random((count, 2)) < 0.5, right).astype(np.float64)
    labels = tuple("even" if one == 0 else "odd" for one in kind)
    made = table(scores, [[1.0, 2.0]], categories=labels, tasks=labels)
    return made, Inputs(made.prompts, {"static": vectors}, labels, labels)
