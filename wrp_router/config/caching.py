"""The part of the configuration that says what is remembered, how close is close enough, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .secret import Secret
from .units import Percent, Size
from .words import Positive, means


class CategoryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one category asks of a hit."""

    threshold: Annotated[float, Meta(gt=0, le=1), means("Cosine similarity from which on a neighbour may answer.")] = (
        0.85
    )
    ttl: Annotated[Positive, means("How long an answer is good.")] = 3600.0
    quota: Annotated[Percent, Meta(gt=0, le=1), means("The most it may take of the cache's bytes.")] = 1.0
    enabled: Annotated[bool, means("Whether this category is cached at all.")] = True


class CacheConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cache of answers."""

    store: Annotated[Literal["memory"], means("Where answers are kept: in this process.")] = "memory"
    max_bytes: Annotated[Size, Meta(ge=1 << 16), means("What it may hold in all.")] = 256 << 20
    max_entry: Annotated[Size, Meta(ge=1024), means("The longest answer that is kept.")] = 1 << 20
    semantic: Annotated[bool, means("Whether questions that mean the same may share an answer.")] = True
    secret: Annotated[
        Secret | None, means("Keys the hashes of what was asked; without one, a random one at each start.")
    ] = None
    categories: Annotated[
        dict[str, CategoryConfig],
        Meta(max_length=1000),
        means("Bars by the value of the signal `category`; `default` is for all others."),
    ] = {}

    def bar(self, category: str) -> CategoryConfig:
        """What holds for a category."""
        return self.categories.get(category) or self.categories.get("default") or CategoryConfig()
