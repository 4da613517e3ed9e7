"""What a request header says. It sees none that was not declared, and trusts none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

import msgspec

from .clients import CLIENT_HEADERS
from .facts import Reading, RequestView
from .groups import Grouping, Groups
from .materials import Materials
from .shape import ShapeSpec
from .signal import Tier, ValueType
from .spec import Spec, short

LONGEST = 200
"""Characters of a header's value that are looked at; the value of a longer one is cut."""

ABSENT = Reading("", 0.0)


class HeaderSpec(Spec, frozen=True, tag="header"):
    """The group to which the value of the header `name` belongs; without `groups`, the value itself. Empty where the
    header is absent or its value in no group. Upper and lower case count only with `case`."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
    groups: Groups = msgspec.field(default_factory=dict)
    case: bool = False

    def build(self, materials: Materials | None = None) -> Header:
        """Raises BadPattern where a star stands before the end of a name."""
        return Header(self)


class Header:
    """Value: the group, or what the header says; score: 1 where there is one; evidence: the member that matched."""

    value_type: ValueType = HeaderSpec.value_type
    tier: Tier = "none"
    expected_cost = 1e-6

    def __init__(self, spec: HeaderSpec) -> None:
        self._name = spec.name.lower()
        self._fold = not spec.case
        self._grouping = Grouping(spec.groups, self._fold) if spec.groups else None

    def read(self, view: RequestView, vector: object = None) -> Reading:
        said = view.headers.get(self._name, "")[:LONGEST].strip()
        if not said:
            return ABSENT
        if self._fold:
            said = said.lower()
        if self._grouping is None:
            return Reading(said)
        found = self._grouping.group_of(said)
        return ABSENT if found is None else Reading(found[0], 1.0, (short(found[1]),))


def headers_wanted(specs: Iterable[Spec]) -> frozenset[str]:
    """The headers (lower case) that these declarations read: declaring such a signal lets signals see them."""
    found: set[str] = set()
    for spec in specs:
        if isinstance(spec, HeaderSpec):
            found.add(spec.name.lower())
        elif isinstance(spec, ShapeSpec):
            found |= CLIENT_HEADERS
    return frozenset(found)
