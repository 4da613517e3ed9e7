"""The parts of the configuration that bound what a request may cost: time, tries, bytes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .units import Duration, Percent, Size
from .words import Positive, means


class Timeouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long each phase of a request may take."""

    connect: Annotated[Positive, means("Opening a connection to a server.")] = 2.0
    queue: Annotated[Duration, means("Waiting here for a free slot before 503 is answered.")] = 5.0
    ttft: Annotated[Positive, means("From asking a server to the first token, connecting included.")] = 30.0
    idle: Annotated[Positive, means("Between two chunks of a stream.")] = 60.0
    total: Annotated[Positive, means("A whole answer that is not streamed.")] = 600.0
    stream: Annotated[Positive, means("A whole stream; a hard wall.")] = 3600.0
    body: Annotated[Positive, means("Reading the whole of a client's request; `clients` bounds its pace.")] = 120.0


class PoolTimeouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The timeouts that differ for one pool; what is left out is as for all."""

    connect: Annotated[Positive | None, means("Opening a connection to a server.")] = None
    queue: Annotated[Duration | None, means("Waiting here for a free slot before 503 is answered.")] = None
    ttft: Annotated[Positive | None, means("From asking a server to the first token, connecting included.")] = None
    idle: Annotated[Positive | None, means("Between two chunks of a stream.")] = None
    total: Annotated[Positive | None, means("A whole answer that is not streamed.")] = None
    stream: Annotated[Positive | None, means("A whole stream; a hard wall.")] = None

    def over(self, common: Timeouts) -> Timeouts:
        """The timeouts that hold for the pool."""
        own = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(common, **own)


class Retries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a failed attempt may be tried again, on another server first. Never after a byte reached the client."""

    extra: Annotated[int, Meta(ge=0, le=10), means("Attempts after the first, over all servers and pools.")] = 2
    budget: Annotated[Percent, Meta(ge=0, le=1), means("Retries in flight, as a share of the requests in flight.")] = (
        0.2
    )
    budget_min: Annotated[int, Meta(ge=0), means("Retries in flight that are always allowed.")] = 3


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is refused before it is looked at."""

    body: Annotated[Size, Meta(ge=1024), means("A request's body; more is answered with 413.")] = 32 << 20
    headers: Annotated[Size, Meta(ge=1024, le=1 << 20), means("All headers of a request together.")] = 32 << 10
    queue: Annotated[int, Meta(ge=0), means("Requests that may wait for a free slot; more are answered with 503.")] = (
        1024
    )


class Drain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the router stops: it first says so (`/readyz` answers 503), then finishes what runs, then closes."""

    notice: Annotated[Duration, means("From saying so to accepting no more connections; left out at Ctrl-C.")] = 5.0
    grace: Annotated[Duration, means("For running requests to end after that.")] = 60.0
