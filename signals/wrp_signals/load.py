"""How busy a pool is. It asks the house; the house asks its own books, never an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar

import msgspec

from .facts import Reading, RequestView
from .materials import Materials, idle
from .signal import Tier, ValueType
from .spec import Spec, within_unit


class LoadSpec(Spec, frozen=True, tag="load"):
    """The busy share of `pool`: requests in flight and waiting, to what its servers may take at once. 0 without limits;
    over 1 where requests wait."""

    value_type: ClassVar[ValueType] = "number"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True
    pool: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def build(self, materials: Materials | None = None) -> Load:
        return Load(self.pool, materials.load if materials is not None else idle)


class Load:
    """Value: the busy share; score: the same, at most 1. The one signal whose reading depends on more than the view and
    what was learned: on how the pool stands now."""

    value_type: ValueType = LoadSpec.value_type
    tier: Tier = "none"
    expected_cost = 2e-6

    def __init__(self, pool: str, load: Callable[[str], float]) -> None:
        self._pool = pool
        self._load = load

    def read(self, view: RequestView, vector: object = None) -> Reading:
        share = float(self._load(self._pool))
        return Reading(share if share > 0.0 else 0.0, within_unit(share))
