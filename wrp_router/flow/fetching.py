"""A hit whose document is elsewhere: had, or a miss. Waiting for it is bounded by the archive's own deadline."""

from __future__ import annotations

from wrp_cache.types import Hit

from .commands import Fetch, Fetched, Flow
from .rooms import Rooms


def whole(rooms: Rooms, hit: Hit) -> Flow[Hit | None]:
    """The hit with its document. None where that is gone, which the cache then knows, or does not come in time."""
    assert rooms.cache is not None
    found: Fetched = yield Fetch(hit)
    return None if found.late else rooms.cache.arrived(hit, found.entry)
