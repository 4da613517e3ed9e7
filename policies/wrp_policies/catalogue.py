"""Names, and beginnings of names (`sql-*`), and what each stands for: found in one step however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

ANY = "*"
"""What ends a beginning."""


class Catalogue(Generic[Kept]):
    """Keys are names as they are, or beginnings that end in `*`; the longest one that a name has is what counts.

    A look-up is one in a dictionary, and one more for each different length of the beginnings that there are.
    """

    __slots__ = ("_begun", "_lengths", "_names")

    def __init__(self, entries: Mapping[str, Kept]) -> None:
        self._names = {name: kept for name, kept in entries.items() if not name.endswith(ANY)}
        self._begun = {name[:-1]: kept for name, kept in entries.items() if name.endswith(ANY)}
        self._lengths = sorted({len(begun) for begun in self._begun}, reverse=True)

    def find(self, name: object) -> Kept | None:
        """What the name stands for."""
        if not isinstance(name, str):
            return None
        found = self._names.get(name)
        if found is None and self._lengths:
            begun = self._begun
            for length in self._lengths:
                if name[:length] in begun:
                    return begun[name[:length]]
        return found

    def __contains__(self, name: object) -> bool:
        return self.find(name) is not None

    def values(self) -> list[Kept]:
        """What all of them stand for."""
        return [*self._names.values(), *self._begun.values()]

    def __len__(self) -> int:
        return len(self._names) + len(self._begun)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and (self._names, self._begun) == (other._names, other._begun)

    def __hash__(self) -> int:
        return hash((frozenset(self._names), frozenset(self._begun)))

    def covers(self, key: str) -> bool:
        """Whether all names that the key (a name, or a beginning and `*`) takes are here."""
        if not key.endswith(ANY):
            return key in self
        return any([key[:-1].startswith(begun) for begun in self._begun])


def catalogue_of(names: tuple[str, ...]) -> Catalogue[bool]:
    """One that says only whether a name is in it."""
    return Catalogue(dict.fromkeys(names, True))
