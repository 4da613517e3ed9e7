"""Names gathered into groups: exactly, or by how they begin. No patterns beyond a star at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from .errors import BadPattern
from .spec import Text, short

Members = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=10_000)]
Groups = Annotated[dict[Text, Members], msgspec.Meta(max_length=1_000)]
"""Group -> its members: names, or beginnings of names with a star behind ("team-*"; "*" is everything)."""


class Grouping:
    """Finds a name's group. An exact name wins over beginnings, a longer beginning over a shorter one, and what stands
    first over what stands later. Linear in the length of the name, whatever the number of groups."""

    __slots__ = ("_exact", "_lengths", "_starts")

    def __init__(self, groups: Mapping[str, tuple[str, ...]], fold: bool = False) -> None:
        """`fold` does without upper and lower case. Raises BadPattern where a star stands before the end."""
        self._exact: dict[str, str] = {}
        self._starts: dict[str, str] = {}
        for group, members in groups.items():
            for member in members:
                name = member.lower() if fold else member
                start = name.endswith("*")
                if "*" in (name[:-1] if start else name):
                    raise BadPattern(f"{short(member)!r}: a star stands for the end of a name, and for nothing else")
                (self._starts if start else self._exact).setdefault(name[:-1] if start else name, group)
        self._lengths = sorted({len(start) for start in self._starts}, reverse=True)

    def group_of(self, name: str) -> tuple[str, str] | None:
        """The group and the member by which it was found, if any."""
        group = self._exact.get(name)
        if group is not None:
            return group, name
        for length in self._lengths:
            group = self._starts.get(name[:length])
            if group is not None:
                return group, f"{name[:length]}*"
        return None
