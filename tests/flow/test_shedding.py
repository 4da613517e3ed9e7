"""What a request is told for which there is no room."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from tests.flow.makers import ask, rooms
from wrp_router.flow.shedding import patience, pressed, turned_away
from wrp_router.flow.story import Story
from wrp_router.record import Shed
from wrp_signals import Priority


@pytest.mark.parametrize("shed", [one for one in get_args(Shed) if one])
def test_every_reason(shed: Shed) -> None:
    """503 with a time to come back, in words of its own; the row says which it was."""
    story = Story(ask())
    error = pressed() if shed == "pressure" else turned_away(story, shed)
    story.shed = shed
    assert (error.status, error.code) == (503, "queue_timeout" if shed == "late" else "overloaded")
    assert (error.retry_after, error.final, story.row().shed) == (1.0, False, shed)
    busy = "The router" if shed == "pressure" else "Every server that may answer this is busy"
    assert error.message.startswith(busy)


def test_who_gave_way_is_told_so() -> None:
    """To whom, and not that there was no place."""
    said = {shed: turned_away(Story(ask()), shed).message for shed in ("full", "long", "displaced", "busy")}
    assert "higher priority" in said["displaced"]
    assert len(set(said.values())) == 4


@pytest.mark.parametrize(("priority", "seconds"), [("critical", 5.0), ("default", 5.0), ("sheddable", 0.01)])
def test_how_long_classes_wait(priority: Priority, seconds: float) -> None:
    """What may be shed is told soon; never longer than its route's queue lets anybody wait."""
    asked = ask(view={"priority": priority})
    made = rooms()
    assert patience(asked, made, made.ways[0]) == seconds
    short = dataclasses.replace(made.ways[0], queue=0.005)
    assert patience(asked, made, short) == 0.005
