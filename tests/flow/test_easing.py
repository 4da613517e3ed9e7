"""How far bars fall for a route whose models are overloaded."""

from __future__ import annotations

from tests.flow.makers import way
from wrp_cache.bars.relief import Slope
from wrp_router.flow.easing import Easing

SLOPE = Slope(enter=0.8, leave=0.5, full=1.0, most=0.1, ramp=0.0)


def test_the_least_loaded_pool_counts() -> None:
    """While one of a route's pools has room, its bars stay."""
    load = {"small": 2.0, "large": 0.4}
    easing = Easing(load.__getitem__, SLOPE)
    assert easing(way("all", "small", "large"), 1.0) == 0.0
    assert easing(way("small only", "small"), 1.0) == 0.1
    load["large"] = 1.5
    assert easing(way("all", "small", "large"), 2.0) == 0.1


def test_every_route_has_its_own_past() -> None:
    """One that was overloaded is eased until its load has fallen far enough; another at the same load is not."""
    load = {"small": 1.0, "large": 0.6}
    easing = Easing(load.__getitem__, SLOPE)
    assert easing(way("a", "small"), 1.0) > 0.0
    load["small"] = 0.6
    assert easing(way("a", "small"), 2.0) > 0.0
    assert easing(way("b", "large"), 2.0) == 0.0
