"""Answers that are elsewhere: had, or a miss. Waiting for one is bounded by the archive's own deadline."""

from __future__ import annotations

from wrp_cache.types import Hit

from .asks import Ask
from .commands import Fetch, Fetched, Flow
from .rooms import Rooms


def whole(rooms: Rooms, hit: Hit) -> Flow[Hit | None]:
    """The hit with its document. None where that is gone, which the cache then knows, or does not come in time."""
    assert rooms.cache is not None
    found: Fetched = yield Fetch(hit.entry.key, hit.entry.tenant)
    return None if found.late else rooms.cache.arrived(hit, found.entry)


def recalled(ask: Ask, rooms: Rooms) -> Flow[Hit | None]:
    """The answer to the identical request, of which the cache has not heard yet: an archive that has just been opened
    takes seconds to tell of all that it has, and answers a question in less than a millisecond."""
    assert rooms.cache is not None
    assert ask.key is not None
    tenant = ask.view.tenant
    found: Fetched = yield Fetch(ask.key, tenant)
    if found.entry is None:
        return None
    return rooms.cache.met(found.entry, ask.key, tenant, ask.arrived, ask.control.max_age)
