"""What a request is told for which there is no room. Who waits, and who gives way, is decided by the fleet."""

from __future__ import annotations

from wrp_router.errors import Overloaded
from wrp_router.record import Shed

from .asks import Ask
from .rooms import Rooms, Way
from .story import Story

COME_BACK = 1.0
"""Seconds."""


def turned_away(story: Story, shed: Shed) -> Overloaded:
    """The error, which the row tells the reason of. In time only a wait that was long enough is a `queue_timeout`: who
    was refused at once, or gave way, may find room elsewhere at once."""
    story.shed = shed
    if shed == "late":
        return Overloaded("Every server that may answer this is busy.", code="queue_timeout", retry_after=COME_BACK)
    return Overloaded(_SAID[shed], retry_after=COME_BACK)


def patience(ask: Ask, rooms: Rooms, way: Way) -> float:
    """Seconds that the request waits for room. What may be shed is told so soon: it can be asked for later."""
    return min(way.queue, rooms.limits.sheddable) if ask.view.priority == "sheddable" else way.queue


def pressed() -> Overloaded:
    """The error for a request that is not even read."""
    return Overloaded("The router has as much to do as it can bear.", retry_after=COME_BACK)


_SAID: dict[Shed, str] = {
    "full": "Every server that may answer this is busy, and too many requests wait already.",
    "long": "Every server that may answer this is busy, and its turn would come too late.",
    "displaced": "Every server that may answer this is busy, and requests of a higher priority or of others go first.",
    "busy": "Every server that may answer this is busy.",
}
