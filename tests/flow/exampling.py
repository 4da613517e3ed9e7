"""Ways whose requests may be given examples, for the tests of that."""

from __future__ import annotations

from typing import Any

from tests.flow.makers import cache, rooms, way
from wrp_policies import Planner, RoundRobin
from wrp_policies.selection import InContext
from wrp_policies.selection.in_context import Aiding
from wrp_router.flow import Rooms, Way
from wrp_router.flow.shelves import Shelves
from wrp_signals.materials import Materials


class Axes:
    """An embedder that is only asked for its name."""

    id, dim = "axes", 2

    def embed(self, texts: object) -> Any:
        raise NotImplementedError


def aiding(**changes: Any) -> Aiding:
    """Each of the three as often as the others."""
    spec = InContext(**{"small": "small", "large": "large", "floor": 0.34, **changes})
    return spec.build(Materials(static=Axes()))


def shelves(policy: Aiding, life: float = 1e6) -> Shelves:
    return Shelves(policy, b"key", lambda category: life)


def aided_way(policy: Aiding, **changes: Any) -> Way:
    planner = Planner(policy, {name: RoundRobin() for name in ("small", "large")}, "in_context")
    return way("all", planner=planner, tiers=("static",), **{"shelves": shelves(policy), **changes})


def aided_rooms(policy: Aiding, **changes: Any) -> Rooms:
    """With a cache."""
    made = changes.pop("way", None) or aided_way(policy)
    return rooms(("true", made), **{"cache": cache(), **changes})
