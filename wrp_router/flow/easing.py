"""How far the cache's bars may fall for a route whose models are overloaded. It measures no load."""

from __future__ import annotations

from collections.abc import Callable

from wrp_cache.bars.relief import Relief, Slope

from .rooms import Way


class Easing:
    """Relief by route. A route is as loaded as the least loaded of its pools: while one has room, nothing is eased.

    `load` says of a pool which share of it is busy, those that wait included (1: all of it).
    """

    __slots__ = ("_load", "_reliefs", "_slope")

    def __init__(self, load: Callable[[str], float], slope: Slope) -> None:
        self._load = load
        self._slope = slope
        self._reliefs: dict[str, Relief] = {}

    def __call__(self, way: Way, now: float) -> float:
        """In cosine similarity, at most what the slope says. There are as many routes as the configuration names."""
        relief = self._reliefs.get(way.name)
        if relief is None:
            relief = self._reliefs[way.name] = Relief(self._slope)
        return relief(min([self._load(pool) for pool in way.pools], default=0.0), now)
