"""What a request does without while the process has as much to do as it can bear: never its route, never its answer."""

from __future__ import annotations

from .rooms import Rooms
from .story import Story


def spared(rooms: Rooms, story: Story) -> bool:
    """Whether work that the answer can do without is left out now; if so, the row says it."""
    if not rooms.pressure.spares:
        return False
    story.spared = rooms.pressure.by
    return True
