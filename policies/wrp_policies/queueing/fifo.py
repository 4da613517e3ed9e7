"""First come, first served. It looks at nothing else."""

from __future__ import annotations

import msgspec

from .types import ByKey, Waiting


class Fifo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fifo"):
    """In order of arrival."""

    def build(self) -> InTurn:
        return InTurn()


class InTurn(ByKey):
    """By arrival."""

    __slots__ = ()

    def key(self, waiting: Waiting) -> float:
        return waiting.since
