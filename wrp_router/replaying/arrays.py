"""Rows as the arrays that off-policy estimates are made of: actions, chances, rewards, and features of requests."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from wrp_policies.learning.lookout import projected
from wrp_policies.offpolicy import Logged, logged
from wrp_policies.types import Chances

from .rows import Example

Floats = npt.NDArray[np.float64]

BUCKETS = 16
"""Into which categories fall, whatever they are called."""

DIRECTIONS, ROWS_EACH = 24, 40
"""Directions of vectors that are features, and how many rows each must have."""

MEASURES: Mapping[str, Callable[[Example], float]] = {
    "quality": lambda example: example.quality,
    "cost": lambda example: example.cost,
    "seconds": lambda example: example.seconds,
    "failed": lambda example: example.failed,
}


def arms_of(examples: Sequence[Example]) -> tuple[str, ...]:
    """The pools that the log could choose, by name."""
    return tuple(sorted({name for example in examples for name in example.chances}))


def logged_of(
    examples: Sequence[Example],
    chances: Sequence[Chances],
    against: Sequence[Chances] | None = None,
) -> Logged:
    """The rows with quality as their reward, and the candidate's `chances`; `against` are those of whom it is compared
    with, where that is not the log. Raises BadLog where the log contradicts itself, or never could do what the
    candidate would."""
    known = arms_of(examples)
    arms = (*known, *sorted({name for one in chances for name in one} - set(known)))
    place = {name: column for column, name in enumerate(arms)}
    whole = all([example.plan.chances or example.plan.propensity >= 1.0 for example in examples])
    return logged(
        [place[example.pool] for example in examples],
        [example.plan.propensity for example in examples],
        rewards_of(examples, "quality"),
        _table(chances, place),
        logging=_table([example.chances for example in examples], place) if whole else None,
        against=None if against is None else _table(against, place),
        groups=groups_of(examples),
        arms=arms,
    )


def rewards_of(examples: Sequence[Example], measure: str) -> Floats:
    """float64[n]: one measure of all rows."""
    return np.array([MEASURES[measure](example) for example in examples], np.float64)


def groups_of(examples: Sequence[Example]) -> list[str] | None:
    """Whose rows belong together: those of a session. None where no two do."""
    sessions = [example.facts.session for example in examples]
    if len(set(sessions)) - ("" in sessions) == len(sessions) - sessions.count(""):
        return None
    return [session or f"#{number}" for number, session in enumerate(sessions)]


def features_of(examples: Sequence[Example]) -> Floats:
    """float64[n, d] of what requests look like: sizes, categories, and the main directions of vectors where most rows
    have them."""
    shapes = [_shape(example) for example in examples]
    table = np.array(shapes, np.float64).reshape(len(shapes), -1)
    return np.hstack([table, _directions(examples)])


def _shape(example: Example) -> list[float]:
    facts = example.facts
    buckets = [0.0] * BUCKETS
    buckets[crc32(facts.category().encode()) % BUCKETS] = 1.0
    asked = -1.0 if facts.max_tokens is None else math.log1p(max(0, facts.max_tokens))
    sizes = (facts.prompt_tokens, facts.turns, facts.tools, facts.images)
    return [*(math.log1p(max(0, size)) for size in sizes), asked, float(facts.stream), *buckets]


def _directions(examples: Sequence[Example]) -> Floats:
    """float64[n, k] of the tier, and the number of components, that most rows have (another embedder may have come
    meanwhile); the mean where one lacks it. k is 0 where most do."""
    kinds = Counter([(tier, len(bits)) for example in examples for tier, bits in example.facts.vectors.items()])
    columns = min(DIRECTIONS, len(examples) // ROWS_EACH)
    if not kinds or not columns or kinds.most_common(1)[0][1] * 2 < len(examples):
        return np.zeros((len(examples), 0))
    tier, size = kinds.most_common(1)[0][0]
    here = [len(example.facts.vectors.get(tier, b"")) == size for example in examples]
    vectors = [example.facts.vector(tier) for example, has in zip(examples, here, strict=True) if has]
    rows = np.array(vectors, np.float32)
    mean, projection = projected(rows, columns)
    found = np.zeros((len(examples), projection.shape[1]))
    found[here] = (rows - mean) @ projection
    return found


def _table(chances: Sequence[Mapping[str, float]], place: Mapping[str, int]) -> Any:
    """float64[n, K]"""
    table = np.zeros((len(chances), len(place)))
    for row, one in enumerate(chances):
        for name, chance in one.items():
            table[row, place[name]] = chance
    return table
