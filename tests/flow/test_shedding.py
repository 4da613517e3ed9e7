"""What a request is told for which there is no room."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.flow.makers import ask
from wrp_router.flow.shedding import turned_away
from wrp_router.flow.story import Story
from wrp_router.record import Shed


@pytest.mark.parametrize("shed", [one for one in get_args(Shed) if one])
def test_every_reason(shed: Shed) -> None:
    """503 with a time to come back, in words of its own; the row says which it was."""
    story = Story(ask())
    error = turned_away(story, shed)
    assert (error.status, error.code) == (503, "queue_timeout" if shed == "late" else "overloaded")
    assert (error.retry_after, error.final, story.row().shed) == (1.0, False, shed)
    assert error.message.startswith("Every server that may answer this is busy")


def test_who_gave_way_is_told_so() -> None:
    """To whom, and not that there was no place."""
    said = {shed: turned_away(Story(ask()), shed).message for shed in ("full", "displaced", "busy")}
    assert "higher priority" in said["displaced"]
    assert len(set(said.values())) == 3
