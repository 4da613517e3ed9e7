"""The texts of past answers that may go before another prompt of the same tenant. In memory alone, and found by the
tenant and the id only; which of them are kept is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Example(msgspec.Struct, frozen=True, gc=False):
    """A question and its answer, as text. `partition` is that of the cache's entry, by which it is purged."""

    question: str
    answer: str
    partition: bytes = b""


class Texts:
    """There is no look-up without a tenant."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[str, dict[str, Example]] = {}

    def __len__(self) -> int:
        return sum([len(held) for held in self._held.values()])

    def put(self, tenant: str, id: str, example: Example) -> None:
        """In the place of what is there under that id."""
        self._held.setdefault(tenant, {})[id] = example

    def find(self, tenant: str, ids: Iterable[str]) -> tuple[Example, ...]:
        """Those of them that this tenant has, in that order."""
        held = self._held.get(tenant, {})
        return tuple([held[id] for id in ids if id in held])

    def drop(self, tenant: str, id: str) -> None:
        """Harmless where it is not there."""
        held = self._held.get(tenant)
        if held is not None and held.pop(id, None) is not None and not held:
            del self._held[tenant]

    def named(self, tenant: str | None, partition: bytes | None) -> list[tuple[str, str]]:
        """Tenant and id of all that an order to purge means: a tenant's (None: everybody's), of a partition (None: of
        all)."""
        return [
            (whose, id)
            for whose, held in self._held.items()
            if tenant is None or whose == tenant
            for id, example in held.items()
            if partition is None or example.partition == partition
        ]
