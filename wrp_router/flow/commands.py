"""What a flow asks of the world, and what the world answers. Frozen words; nothing here does anything."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from math import inf
from typing import Any, TypeVar

import msgspec

from wrp_cache.types import Entry, Hit
from wrp_policies.cascading.types import Held, Hold
from wrp_policies.types import Attempt, Outcome, Pools
from wrp_router.accounts import Charge
from wrp_router.errors import RouterError
from wrp_router.record import Phase, Record, Shed
from wrp_router.wire.extras import NO_EXTRA, Extra
from wrp_signals.facts import Facts, Priority, RequestView
from wrp_signals.signal import Tier

from .asks import Label
from .questions import Inquire
from .seat import Seat


class Now(msgspec.Struct, frozen=True, gc=False):
    """What time is it? Answered with seconds on the driver's monotonic clock."""


class Read(msgspec.Struct, frozen=True):
    """Evaluate these signals within `patience` seconds. Answered with a dict of Readings; one that is missing did not
    make it and stays unknown."""

    view: RequestView
    signals: tuple[str, ...]
    patience: float


class Embed(msgspec.Struct, frozen=True):
    """The embedding of what was asked, within `patience` seconds. Answered with a Vector, or None."""

    view: RequestView
    patience: float
    tier: Tier = "model"


class Form(msgspec.Struct, frozen=True, gc=False):
    """What form did the request ask for? Answered with Wanted, at once."""


FORM = Form()


class Fetch(msgspec.Struct, frozen=True, gc=False):
    """The entry that a tenant has under a key, wherever it is. Answered with Fetched."""

    key: bytes
    tenant: str


class Fetched(msgspec.Struct, frozen=True, gc=False):
    """What the archive has under that name; None: nothing any more. `late`: it did not answer in its time."""

    entry: Entry | None
    late: bool = False


class Review(msgspec.Struct, frozen=True, gc=False):
    """Have a model look at two questions whose answer is to be one. Answered with the evidence against that, within
    `patience` seconds (being late is evidence), or None."""

    asked: str
    stored: str
    similarity: float
    patience: float


class Enter(msgspec.Struct, frozen=True, gc=False):
    """Wait until one of these pools has room (at once, if it has and nobody waits), at most `patience` seconds and not
    beyond `until` on the driver's clock, behind those of a higher class, in turn with other tenants'. Not at all where
    the line stands and would take longer than `bound` seconds. Answered with Entered."""

    pools: tuple[str, ...]
    patience: float
    until: float
    priority: Priority
    tenant: str
    bound: float = inf


class Entered(msgspec.Struct, frozen=True, gc=False):
    """All pools as they stand at `now`; None where there was no room in time, or none in the queue, as `shed` says."""

    pools: Pools | None
    now: float
    shed: Shed = ""


class Look(msgspec.Struct, frozen=True, gc=False):
    """How all pools stand now, in the middle of a request. Answered with Entered, at once."""


class Stand(msgspec.Struct, frozen=True, gc=False):
    """Stand in line before the first of these servers of a pool that has a line, and be moved between them, until it is
    our turn, but not beyond `until` on the driver's clock. Answered with Stood."""

    pool: str
    choices: tuple[str, ...]
    facts: Facts
    until: float


class Stood(msgspec.Struct, frozen=True, gc=False):
    """Before which server it is our turn; "" where every line is full or there was no turn in time, as `shed` says."""

    server: str
    shed: Shed = ""


class Wait(msgspec.Struct, frozen=True, gc=False):
    """Wait until the seat is settled, but not beyond `until` on the driver's clock."""

    seat: Seat
    until: float


class Part(msgspec.Struct, frozen=True, gc=False):
    """The client has all it gets: its connection may go on, and its leaving is no matter any more. Answered with True,
    or with False where too many requests go on so already: then nothing that takes long should follow."""


PART = Part()


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Let `seconds` go by."""

    seconds: float


class Prefill(msgspec.Struct, frozen=True):
    """Take the attempt's server, which stays taken until the attempt was sent, another one is made, or the client
    is answered; then another of its pool, `server`, which is charged for `facts`, and have it compute the prompt
    with its `extra`, until `until` on the driver's clock. Answered with Failed, or with Prefilled: when that is
    computed, or at once where both servers work at the same time; then the Send to come fails if this one does."""

    attempt: Attempt
    server: str
    model: str
    until: float
    facts: Facts
    extra: Extra = NO_EXTRA


class Prefilled(msgspec.Struct, frozen=True, gc=False):
    """What the attempt's server is to be told of a prompt that another computed: JSON by the name of the field. Nothing
    where there is nothing to hand over: then it computes the prompt itself."""

    fields: Mapping[str, bytes]


class Send(msgspec.Struct, frozen=True):
    """Take a server and send it the request, with its `extra`; hold back what it answers until the commit point:
    the first substantive event of a stream, or the whole of any other answer; with `hold` for longer, since it will
    be verified. It may take until `until` on the driver's clock. `facts` are what the server is charged for, unless
    its prompt was `prefilled`. Answered with Arrived, or Failed."""

    attempt: Attempt
    model: str
    until: float
    facts: Facts
    prefilled: Prefilled | None = None
    hold: Hold | None = None
    extra: Extra = NO_EXTRA


class SetAside(msgspec.Struct, frozen=True, gc=False):
    """What arrived is not good enough: let its server go, and close its connection if it goes on. If all of it is here
    it is kept, until the request ends or another answer is set aside. Answered with the attempt's Outcome."""


class Relay(msgspec.Struct, frozen=True, gc=False):
    """Give the client what arrived and all that follows; or (`aside`) the answer that was set aside, whose outcome is
    known. Answered with Delivered when the last byte has left."""

    label: Label
    record: bool
    aside: bool = False


class Answer(msgspec.Struct, frozen=True):
    """Answer from here: a cache hit, an engine's own error, or an error of ours. Answered with Delivered."""

    label: Label
    hit: Hit | None = None
    refused: Failed | None = None
    error: RouterError | None = None


class Reserve(msgspec.Struct, frozen=True, gc=False):
    """Set aside what a request may take of its tenant's account at most. Answered with Reserved or Refused."""

    account: str
    id: str
    most: Charge


class Settle(msgspec.Struct, frozen=True, gc=False):
    """What it took in the place of what was set aside. Once, and it never waits."""

    account: str
    id: str
    took: Charge


class Note(msgspec.Struct, frozen=True):
    """Tell the watchers. Never waits."""

    record: Record


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """The commit point is reached after `ttft` seconds; not a byte has gone to the client. `held` is what there is of
    an answer that was to be held for longer."""

    status: int
    ttft: float
    held: Held | None = None


class Failed(msgspec.Struct, frozen=True):
    """The attempt ended before the commit point. `body` is the engine's own error in the caller's dialect, if it sent
    one; `retry_after` (seconds) what it asked for."""

    outcome: Outcome
    body: bytes | None = None
    retry_after: float | None = None


class Delivered(msgspec.Struct, frozen=True):
    """The client has its last byte. `body` is the recorded answer when asked for and complete; `first` and `last` are
    seconds from arrival to the first and the last byte."""

    outcome: Outcome | None = None
    body: bytes | None = None
    content_type: str = ""
    status: int = 200
    error: str = ""
    first: float = 0.0
    last: float = 0.0
    overhead: float = 0.0


class ClientGone(Exception):
    """Thrown into a flow when the client left: in which phase, and how an attempt or questions under way ended."""

    def __init__(self, phase: Phase, outcome: Outcome | None, inquired: tuple[Outcome, ...] = ()) -> None:
        super().__init__(phase)
        self.phase: Phase = phase
        self.outcome = outcome
        self.inquired = inquired


Command = (
    Now
    | Form
    | Wait
    | Read
    | Embed
    | Review
    | Fetch
    | Enter
    | Look
    | Stand
    | Part
    | Pause
    | Prefill
    | Inquire
    | Send
    | SetAside
    | Relay
    | Answer
    | Reserve
    | Settle
    | Note
)

T = TypeVar("T")
Flow = Generator[Command, Any, T]

NOW = Now()
LOOK = Look()
SET_ASIDE = SetAside()
"""All of them are the same."""
