"""Whose deadline is next (earliest deadline first). It does not ask whether it can still be kept."""

from __future__ import annotations

import msgspec

from .types import ByKey, Waiting


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="deadline"):
    """By the time until which a request may wait."""

    def build(self) -> EarliestFirst:
        return EarliestFirst()


class EarliestFirst(ByKey):
    """By deadline."""

    __slots__ = ()

    def key(self, waiting: Waiting) -> float:
        return waiting.until
