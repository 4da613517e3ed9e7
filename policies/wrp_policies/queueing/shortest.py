"""The least to compute first, so that the most are in time; who waits grows more urgent, so that nobody starves."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .types import ByKey, Waiting


class Shortest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="shortest"):
    """By the seconds that a prompt's uncached part takes, less `ageing` times the seconds it has waited. A request that
    takes w seconds is overtaken only by those that come within w / `ageing` seconds after it."""

    ageing: Annotated[
        float, Meta(gt=0, description="How much of its prefill a request makes good for each second that it waits.")
    ] = 0.01

    def build(self) -> ShortestFirst:
        return ShortestFirst(self.ageing)


class ShortestFirst(ByKey):
    """work - ageing * (now - since) orders as work + ageing * since does, at any time: the key never changes."""

    __slots__ = ("_ageing",)

    def __init__(self, ageing: float) -> None:
        super().__init__()
        self._ageing = ageing

    def key(self, waiting: Waiting) -> float:
        return waiting.work + self._ageing * waiting.since
