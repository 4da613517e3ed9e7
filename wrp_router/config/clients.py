"""What connections of clients may cost: how long they are waited for, and how many there may be."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .units import Size
from .words import Positive, means

Network = Annotated[
    str, Meta(pattern=r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$", extra={"form": "an address, or a network such as 10.0.0.0/8"})
]
"""An address, or a network in CIDR notation."""


class Clients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How slow clients may be, how many connections they may have, and what wrong keys come to."""

    head: Annotated[
        Positive,
        means("From connecting, or from a next request's first byte, to the end of its head; then it is cut."),
    ] = 10.0
    body_idle: Annotated[Positive, means("Between two pieces of a request's body; then 408 is answered.")] = 10.0
    body_rate: Annotated[
        Size,
        Meta(ge=0),
        means("Bytes a second that a body brings at least, once `body_idle` is over; 0: any. See `timeouts.body`."),
    ] = 1 << 10
    keep_alive: Annotated[Positive, means("How long a connection may be idle between requests.")] = 75.0
    unread: Annotated[
        Positive, means("How long a client may not read its answer; then it is cut off, and the engine stops.")
    ] = 60.0
    connections: Annotated[
        int, Meta(ge=0), means("Connections at once; more are answered with 503. 0: what `ulimit -n` allows.")
    ] = 0
    each: Annotated[
        int,
        Meta(ge=0),
        means("Of one address at once (IPv6: of one /64); 0: any. A sixteenth of all is kept for who has few."),
    ] = 0
    bodies: Annotated[
        Size,
        Meta(ge=0),
        means(
            "Bytes of bodies over 64 KiB that are here at once, at most a quarter of `overload.memory`; more get 503. "
            "One tenant may have half of it. 0: any"
        ),
    ] = 1 << 30
    proxies: Annotated[
        tuple[Network, ...],
        Meta(max_length=1000),
        means("Proxies before the router: not counted as one address, and believed in what X-Forwarded-For says."),
    ] = ()
    wrong_keys: Annotated[
        int,
        Meta(ge=0),
        means("Different unknown keys that one address may try in a minute; others are answered with 429. 0: any"),
    ] = 30
