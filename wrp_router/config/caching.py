"""The part of the configuration that says what is remembered, how close is close enough, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .adapting import AdaptConfig, CompareConfig, ReliefConfig
from .guarding import GuardConfig
from .stores import StoreConfig
from .units import Percent, Size
from .words import Positive, means


class CategoryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one category asks of a hit."""

    threshold: Annotated[float, Meta(gt=0, le=1), means("Cosine similarity from which on a neighbour may answer.")] = (
        0.85
    )
    ttl: Annotated[Positive, means("How long an answer is good.")] = 3600.0
    quota: Annotated[Percent, Meta(gt=0, le=1), means("The most it may take of the cache's bytes.")] = 1.0
    floor: Annotated[
        float, Meta(ge=0, le=1), means("The lowest that `relief` or `adapt` may set the threshold; 0: it never falls.")
    ] = 0.0
    critical: Annotated[bool, means("Whether a wrong answer would do harm: its bar never falls.")] = False
    enabled: Annotated[bool, means("Whether this category is cached at all.")] = True


class CacheConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cache of answers."""

    store: Annotated[
        StoreConfig, means("Where answers are kept: in this process (`memory`), in a file, or on a server.")
    ] = "memory"
    max_bytes: Annotated[Size, Meta(ge=1 << 16), means("What it may hold in all.")] = 256 << 20
    max_entry: Annotated[Size, Meta(ge=1024), means("The longest answer that is kept.")] = 1 << 20
    semantic: Annotated[bool, means("Whether questions that mean the same may share an answer.")] = True
    embedding_budget: Annotated[
        Positive, means("How long a request waits for its embedding; without one it finds only identical questions.")
    ] = 0.25
    guard: Annotated[
        GuardConfig | None, means("Who looks at neighbours beside the rules; without it, the rules alone.")
    ] = None
    unless: Annotated[
        str,
        Meta(max_length=4096),
        means("A condition, as in `when`: of a request for which it holds, or is unknown, no answer is kept."),
    ] = ""
    replay: Annotated[
        Literal["immediate", "paced"],
        means("How a stream is given again: at once, or at 200 events a second and within 2 s."),
    ] = "immediate"
    single_flight: Annotated[
        bool, means("Whether identical requests that come while one is being answered wait for that answer.")
    ] = True
    second_sighting: Annotated[bool, means("Whether an answer is kept only when it was asked for twice.")] = False
    adapt: Annotated[
        AdaptConfig | None, means("How bars learn from a checked sample of hits; without it, they stand.")
    ] = None
    relief: Annotated[
        ReliefConfig | None, means("How far bars fall while models are overloaded; without it, not at all.")
    ] = None
    categories: Annotated[
        dict[str, CategoryConfig],
        Meta(max_length=1000),
        means("Bars by the value of the signal `category`; `default` is for all others."),
    ] = {}

    @property
    def judge(self) -> CompareConfig | None:
        """Whom bars have asked about answers, if anybody."""
        return self.adapt.judge if self.adapt is not None else None

    def bar(self, category: str) -> CategoryConfig:
        """What holds for a category."""
        return self.categories.get(category) or self.categories.get("default") or CategoryConfig()
