"""What the drivers of all requests share, and what came in with one. It does nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wrp_cache.stores import Archive
from wrp_router.fleet import Fleet
from wrp_router.flow import Ask
from wrp_router.record import Watcher
from wrp_router.wire.words import Body

from .accounting import Accounting
from .afterwards import Afterwards
from .labels import Labels
from .preamble import Preamble
from .reading import ReadingRoom
from .relay import Streams
from .replay import Pace
from .reviewing import Reviewing
from .target import Target
from .waiting import WaitingRoom


@dataclass(frozen=True, slots=True)
class World:
    """What drivers share: the fleet, where its servers are, who reads signals, and who wants to hear of rows. `chance`
    draws numbers by which servers meet, `accounting` keeps the books of tenants that are limited, `afterwards` the
    requests that go on without their clients."""

    fleet: Fleet
    targets: Mapping[tuple[str, str], Target]
    waiting: WaitingRoom
    reading: ReadingRoom
    watcher: Watcher
    streams: Streams
    record_limit: int = 1024 * 1024
    pace: Pace = "immediate"
    upstream_trace: Callable[[Ask, int], str] | None = None
    archive: Archive | None = None
    reviewing: Reviewing | None = None
    labels: Labels = field(default_factory=Labels)
    chance: random.Random = field(default_factory=random.Random)
    accounting: Accounting | None = None
    afterwards: Afterwards = field(default_factory=Afterwards)


@dataclass(frozen=True, slots=True)
class Inbound:
    """What came in: the decoded body, and the head it came with. `generates` is False for requests whose answers hold
    no generated text, and so say nothing of finish or usage."""

    body: Body
    preamble: Preamble
    generates: bool = True
