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
from .lookout import Lookout, Rows
from .trend import Trend

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

    __slots__ = ("card", "forest", "lookout", "trend")

    def __init__(self, card: QualityCard, lookout: Lookout, forest: Forest, trend: Trend | None = None) -> None:
        """Without a `trend` no prompt is taken for unlike all others."""
        self.card, self.lookout, self.forest, self.trend = card, lookout, forest, trend

    def unlike(self, vectors: Mapping[Sense, Rows]) -> bool:
        """Whether one prompt looks like none that was learned from."""
        return self.trend is not None and "surface" in vectors and bool(self.trend.unlike(vectors["surface"]))

    def one(self, vectors: Mapping[Sense, Rows]) -> npt.NDArray[np.float64] | None:
        """float64[m]: each model's expected score on one prompt, of float32[d] by tier; None where a tier is missing
        or has another number of them. By the trend alone, if it is unlike all others."""
        if any(len(vector) != self.card.dims.get(tier, len(vector)) for tier, vector in vectors.items()):
            return None
        if self.trend is not None and self.unlike(vectors):
            return self.trend.estimate(vectors["surface"])
        features = self.lookout.features(vectors)
        return None if features is None else self.forest.one(features)

    def many(self, vectors: Mapping[Sense, Rows]) -> npt.NDArray[np.float64]:
        """The same of float32[n, d] by tier: float64[n, m]. Raises ValueError where a tier is missing."""
        features = self.lookout.features(vectors)
        if features is None:
            raise ValueError(f"needs vectors of {', '.join(self.card.embedders)}")
        found = self.forest.estimate(features)
        if self.trend is not None and "surface" in vectors:
            unlike = self.trend.unlike(vectors["surface"])
            found[unlike] = self.trend.estimate(vectors["surface"][unlike])
        return found


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
    forest = Forest(depth=depth_of(arrays["below"], arrays["roots"]), **{name: arrays[name] for name in _DTYPES})
    return Quality(card, lookout, forest, _trend(arrays))


def _arrays(quality: Quality) -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = {
        name: np.asarray(getattr(quality.forest, name), dtype) for name, dtype in _DTYPES.items()
    }
    for tier, projection in quality.lookout.projections.items():
        found[f"projection-{tier}"] = np.asarray(projection, "<f4")
        found[f"mean-{tier}"] = np.asarray(quality.lookout.means[tier], "<f4")
    trend = quality.trend
    if trend is not None:
        found |= {"trend-range": np.stack([trend.low, trend.high]).astype("<f4")}
        found |= {"trend-lines": np.stack([trend.means, trend.slopes]).astype("<f8")}
        found |= {"trend-middle": np.array([trend.middle], "<f8")}
    return found


def _trend(arrays: Arrays) -> Trend | None:
    if "trend-range" not in arrays:
        return None
    (low, high), (means, slopes) = arrays["trend-range"], arrays["trend-lines"]
    return Trend(low, high, float(arrays["trend-middle"][0]), means, slopes)


def _bad_trend(card: QualityCard, arrays: Arrays) -> str:
    """It may be missing as a whole: earlier cards have none."""
    shapes = {
        "trend-range": (2, card.dims.get("surface", 0)),
        "trend-lines": (2, len(card.models)),
        "trend-middle": (1,),
    }
    there = [name for name in shapes if name in arrays]
    if there and any(
        name not in arrays or arrays[name].shape != shape or not np.isfinite(arrays[name]).all()
        for name, shape in shapes.items()
    ):
        return "a trend that cannot be"
    return ""


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
    return _bad_trend(card, arrays)
