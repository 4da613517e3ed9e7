"""How well a router hands prompts to the stronger of two models: RouteLLM's PGR, APGR and CPT (arXiv 2406.18665)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .outcomes import Floats
from .resampling import Resamples


class ShareCurve(NamedTuple):
    """The performance gap recovered (0: as the weak model alone, 1: as the strong one) at growing shares of prompts
    that the strong model answers, straight between the points; each float64[some resamples, points]. nan where the
    strong model is no better, for then there is no gap."""

    shares: Floats
    recovered: Floats

    def area(self) -> Floats:
        """APGR: the mean of the recovered gap over all shares; 0.5 for chance, float64[some resamples]."""
        widths = np.diff(self.shares, axis=1)
        found: Floats = (widths * (self.recovered[:, 1:] + self.recovered[:, :-1])).sum(axis=1) / 2
        return found

    def share_at(self, wanted: float) -> Floats:
        """CPT: the smallest share of strong answers that recovers so much of the gap, float64[some resamples]."""
        reached = self.recovered >= wanted - 1e-12
        at = np.argmax(reached, axis=1)
        rows, before = np.arange(len(at)), np.maximum(at - 1, 0)
        low, high = self.recovered[rows, before], self.recovered[rows, at]
        left, right = self.shares[rows, before], self.shares[rows, at]
        part = np.divide(wanted - low, high - low, out=np.zeros(len(at)), where=high > low)
        found = left + np.clip(part, 0.0, 1.0) * (right - left)
        return np.where(reached.any(axis=1), found, np.nan)


def share_curves(preference: Floats, weak: Floats, strong: Floats, resamples: Resamples) -> Iterator[ShareCurve]:
    """The curves of who sends the prompts with the highest `preference` to the strong model first, float64[n] each: of
    all resamples in order, some at a time.

    Equal preferences are broken by nobody's luck: within a tie the curve is the mean over all orders, a straight line.
    Raises ValueError for a preference that is not a number, and for scores that are not known.
    """
    if np.isnan(preference).any() or np.isnan(weak).any() or np.isnan(strong).any():
        raise ValueError("a preference or a score is not a number")
    order = np.argsort(-preference, kind="stable")
    ranked = preference[order]
    begins = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    gains = (strong - weak)[order]
    for weights in resamples.chunks():
        weights = weights[:, order]
        shares = np.add.reduceat(weights, begins, axis=1).cumsum(axis=1)
        won = np.add.reduceat(weights * gains, begins, axis=1).cumsum(axis=1)
        gap = won[:, -1:]
        recovered = np.divide(won, gap, out=np.full_like(won, np.nan), where=gap > 1e-9)
        yield ShareCurve(_from_zero(shares / shares[:, -1:], 0.0), _from_zero(recovered, recovered[:, -1:] * 0.0))


def share_figures(preference: Floats, weak: Floats, strong: Floats, resamples: Resamples) -> dict[str, Floats]:
    """`apgr`, `cpt50` and `cpt80` under all resamples, float64[count + 1] each."""
    curves = (
        (curve.area(), curve.share_at(0.5), curve.share_at(0.8))
        for curve in share_curves(preference, weak, strong, resamples)
    )
    names = ("apgr", "cpt50", "cpt80")
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*curves, strict=True), strict=True)}


def _from_zero(values: Floats, zero: Floats | float) -> Floats:
    """With a point before the first, where nothing is sent to the strong model yet; nan where all is."""
    return np.concatenate([np.broadcast_to(zero, (len(values), 1)), values], axis=1)
