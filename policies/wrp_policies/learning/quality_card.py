"""How good each model would be on a prompt: the card that says what was learned, the arrays, and how they are kept.

It refuses arrays that are not what their card says, and vectors of another embedder. It grows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_signals.arrays import Arrays, Form
from wrp_signals.errors import WeightsDamaged
from wrp_signals.signal import Sense

from .forest import Forest, depth_of
from .lookout import Lookout

LARGEST = 512 << 20
"""Bytes that the arrays may take."""

REMEDY = "run `wrp train quality --data OUTCOMES.jsonl --out QUALITY.npz`"

_DTYPES = {"feature": "<i4", "threshold": "<f4", "below": "<i4", "roots": "<i4", "values": "<f4"}


class QualityCard(msgspec.Struct, frozen=True):
    """`embedders`: the ids of those whose vectors it reads, by tier, in the order of the features; `dims` how many
    numbers each has. `models` are the columns, `scores` each one's mean and `costs` its US$ an answer (nan: not known)
    on the `prompts` it was learned from, of which `samples` scored each. `report` is what held-out prompts said."""

    id: str
    models: tuple[str, ...]
    scores: tuple[float, ...]
    costs: tuple[float | None, ...]
    samples: tuple[int, ...]
    prompts: int
    embedders: dict[Sense, str]
    dims: dict[Sense, int]
    sha256: str = ""
    sources: tuple[str, ...] = ()
    report: dict[str, Any] = {}


_FORM = Form(QualityCard, LARGEST, "holds no learned quality", REMEDY)


class Quality:
    """A learned estimate. Safe from several threads."""

    __slots__ = ("card", "forest", "lookout")

    def __init__(self, card: QualityCard, lookout: Lookout, forest: Forest) -> None:
        self.card, self.lookout, self.forest = card, lookout, forest

    def one(self, vectors: Mapping[Sense, npt.NDArray[np.float32]]) -> npt.NDArray[np.float64] | None:
        """float64[m]: each model's expected score on one prompt, of float32[d] by tier; None where a tier is missing
        or has another number of them."""
        if any(len(vector) != self.card.dims.get(tier, len(vector)) for tier, vector in vectors.items()):
            return None
        features = self.lookout.features(vectors)
        return None if features is None else self.forest.one(features)


def packed(quality: Quality) -> bytes:
    """The .npz file; the card goes with the arrays, with their digest."""
    return _FORM.packed(quality.card, _arrays(quality))


def unpacked(data: bytes, name: str) -> Quality:
    """What `packed` wrote. Raises WeightsDamaged where the bytes are not what their card says; it says what to run."""
    card, arrays = _FORM.unpacked(data, name)
    problem = _problem(card, arrays)
    if problem:
        raise WeightsDamaged(f"{name}: {problem}: {REMEDY}")
    tiers = tuple(card.embedders)
    kept = [tier for tier in tiers if f"projection-{tier}" in arrays]
    lookout = Lookout(
        tiers,
        {tier: arrays[f"mean-{tier}"] for tier in kept},
        {tier: arrays[f"projection-{tier}"] for tier in kept},
    )
    return Quality(
        card, lookout, Forest(depth=depth_of(arrays["below"], arrays["roots"]), **{n: arrays[n] for n in _DTYPES})
    )


def _arrays(quality: Quality) -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = {
        name: np.asarray(getattr(quality.forest, name), dtype) for name, dtype in _DTYPES.items()
    }
    for tier, projection in quality.lookout.projections.items():
        found[f"projection-{tier}"] = np.asarray(projection, "<f4")
        found[f"mean-{tier}"] = np.asarray(quality.lookout.means[tier], "<f4")
    return found


def _problem(card: QualityCard, arrays: Arrays) -> str:
    """What keeps the arrays from being a forest over these features; empty where nothing does. A tree whose nodes lead
    back would be walked for ever: children stand after their parents."""
    nodes, models = len(arrays["feature"]), len(card.models)
    columns = 0
    for tier, dim in card.dims.items():
        projection = arrays.get(f"projection-{tier}")
        if projection is None:
            columns += dim
        elif projection.ndim != 2 or len(projection) != dim or arrays[f"mean-{tier}"].shape != (dim,):
            return f"a projection of {projection.shape} for {dim} numbers"
        else:
            columns += projection.shape[1]
    shapes = {name: arrays[name].shape for name in _DTYPES if name not in ("roots", "values")}
    if set(shapes.values()) != {(nodes,)} or arrays["values"].shape != (nodes, models) or arrays["roots"].ndim != 1:
        return f"arrays of {shapes} for {models} models"
    if {name: arrays[name].dtype.str for name in _DTYPES} != _DTYPES or list(card.dims) != list(card.embedders):
        return "arrays of another type"
    feature, below, nodes_ = arrays["feature"], arrays["below"], np.arange(nodes)
    inner = below != nodes_
    within = (feature >= 0) & (feature < columns)
    after = ((below > nodes_) & (below < nodes - 1))[inner].all() and np.isposinf(arrays["threshold"][~inner]).all()
    roots = arrays["roots"]
    rooted = len(roots) > 0 and bool(((roots >= 0) & (roots < nodes)).all())
    if not within.all() or not after or not rooted or not np.isfinite(arrays["values"]).all():
        return "nodes that lead nowhere"
    return ""
