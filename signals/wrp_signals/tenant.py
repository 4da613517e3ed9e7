"""Who asks, by group. Tenants are known by their keys, never by what a request says of itself."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from .facts import Reading, RequestView
from .groups import Grouping, Groups
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Spec, Text, short


class TenantSpec(Spec, frozen=True, tag="tenant"):
    """The group to which the caller belongs, `otherwise` where it is in none; without `groups`, the tenant itself
    (which conditions also know as `tenant`)."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    groups: Groups = msgspec.field(default_factory=dict)
    otherwise: Text = "other"

    def build(self, materials: Materials | None = None) -> Tenant:
        """Raises BadPattern where a star stands before the end of a name."""
        return Tenant(self)


class Tenant:
    """Value: the group, or the tenant; score: 1, and 0 where it is in no group; evidence: the member that matched."""

    value_type: ValueType = TenantSpec.value_type
    tier: Tier = "none"
    expected_cost = 1e-6

    def __init__(self, spec: TenantSpec) -> None:
        self._grouping = Grouping(spec.groups) if spec.groups else None
        self._otherwise = Reading(spec.otherwise, 0.0)

    def read(self, view: RequestView, vector: object = None) -> Reading:
        if self._grouping is None:
            return Reading(view.tenant)
        found = self._grouping.group_of(view.tenant)
        return self._otherwise if found is None else Reading(found[0], 1.0, (short(found[1]),))
