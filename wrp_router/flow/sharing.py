"""Single flight: of several identical misses one goes upstream, and the others get its answer. It awaits nothing."""

from __future__ import annotations

from wrp_cache import Flights
from wrp_cache.flight import Follower, Leader
from wrp_cache.types import Entry, Hit

from .asks import Ask
from .commands import Flow, Wait
from .rooms import Rooms
from .seat import Seat

Shared = Hit | Leader | None
"""An answer that another fetched; or that this one fetches it, and ends the flight with `finish`; or goes alone."""


def share(ask: Ask, rooms: Rooms) -> Flow[Shared]:
    """Wait, within the deadline, for the same answer if somebody of the same class is fetching it: who waits for
    another waits as long as that one has to, and must not wait behind a lower class. Nobody waits for one that began
    before a purge, whomever that concerned. Streams go alone: who waited for the end of another's would see nothing
    for all that time."""
    if rooms.flights is None or ask.key is None or ask.view.stream:
        return None
    priority, purges = ask.view.priority, rooms.cache.upkeep.purges if rooms.cache is not None else 0
    flight = ask.key if priority == "default" else ask.key + priority.encode()
    if purges:
        flight += b"%d" % purges
    joined = rooms.flights.join(flight, ask.view.tenant, Seat)
    if not isinstance(joined, Follower):
        return joined
    try:
        yield Wait(joined.waiter, ask.until)
    except BaseException:
        _leave(rooms.flights, joined)
        raise
    if not joined.waiter.settled:
        rooms.flights.leave(joined)
    return joined.waiter.answer


def finish(flights: Flights[Seat], leader: Leader, answered: bool, entry: Entry | None) -> None:
    """The leader is through. Answered: everybody gets the `entry`, or goes alone where there is none (the answer is
    whole, but not one to be shared). Not answered: the next in line leads."""
    if answered:
        hit = Hit(entry, "exact", 1.0, 0.0) if entry is not None else None
        for seat in flights.land(leader):
            seat.settle(hit)
        return
    heir = flights.fail(leader)
    if heir is not None:
        heir[1].settle(heir[0])


def _leave(flights: Flights[Seat], follower: Follower[Seat]) -> None:
    """Its client left. One that was to lead by now passes that on."""
    answer = follower.waiter.answer
    if isinstance(answer, Leader):
        finish(flights, answer, False, None)
    else:
        flights.leave(follower)
