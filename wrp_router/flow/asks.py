"""What a flow begins with, and what its answer is labelled with. Frozen words; nothing here does anything."""

from __future__ import annotations

from math import inf
from typing import Literal

import msgspec

from wrp_router.accounts import Level
from wrp_router.record import CacheResult
from wrp_router.wire.extras import Extra
from wrp_signals.facts import Facts, RequestView

Tell = Literal["why", "vsr"]
"""What a caller is told beyond where its answer comes from: why, or the same in vLLM Semantic Router's words."""


class CacheControl(msgspec.Struct, frozen=True, gc=False):
    """The directives of `x-wrp-cache`, as in RFC 9111 5.2.1; `max_age` in seconds."""

    no_store: bool = False
    no_cache: bool = False
    only_if_cached: bool = False
    max_age: float = inf


AS_USUAL = CacheControl()
"""What a caller wants who says nothing."""


class Ask(msgspec.Struct, frozen=True):
    """A request as it enters the flow.

    `arrived` is on the driver's clock and `time` since the epoch. `key` identifies the request exactly (None: not
    cacheable), `partition` all of it but the last user message (None: not semantically cacheable). `deadline` is on
    the driver's clock; `first` is when the caller gives up if nothing came until then. `caller_key` is the public id of
    who asks' key, where it has one; `tells` is what the answer's headers say beside.
    """

    id: str
    request_id: str
    view: RequestView
    arrived: float
    time: float
    deadline: float
    prompt_tokens: int = 0
    key: bytes | None = None
    partition: bytes | None = None
    control: CacheControl = AS_USUAL
    trace: str = ""
    caller_key: str = ""
    first: float = inf
    tells: tuple[Tell, ...] = ()

    @property
    def until(self) -> float:
        """When an answer has to have begun."""
        return min(self.deadline, self.first)


class Label(msgspec.Struct, frozen=True, gc=False):
    """What the answer's headers tell the caller."""

    decision: str
    route: str = ""
    policy: str = ""
    model: str = ""
    pool: str = ""
    server: str = ""
    cache: CacheResult = "off"
    attempts: int = 0
    levels: tuple[Level, ...] = ()
    told: tuple[tuple[str, str], ...] = ()


class Amended(msgspec.Struct, frozen=True):
    """A request as attempts send it with something beside it: that, and what is known of it then."""

    extra: Extra
    view: RequestView
    facts: Facts
