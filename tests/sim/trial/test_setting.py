"""What a trial is made of, and what cannot be."""

from __future__ import annotations

import pytest

from tests.sim.trial.making import BLOCK, SERVER, setting
from wrp_router.sim.trial import Change, Setting


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([Change(1.0, "die", 3)], "die at 1 s: there are servers 0 to 2 then, no 3"),
        ([Change(1.0, "leave", -1)], "no -1"),
        ([Change(1.0, "back", 1)], "back at 1 s: server 1 had not died"),
        ([Change(1.0, "die", 1), Change(2.0, "die", 1)], "die at 2 s: server 1 is dead already"),
        ([Change(1.0, "leave", 1), Change(2.0, "leave", 1)], "leave at 2 s: server 1 has left already"),
        ([Change(2.0, "join"), Change(1.0, "die", 3)], "die at 1 s: there are servers 0 to 2 then, no 3"),
        ([Change(2.0, "die", 0), Change(1.0, "back", 0)], "back at 1 s: server 0 had not died"),
    ],
)
def test_changes_that_cannot_be(changes: list[Change], said: str):
    """Each is told with its time; in what order they are written does not matter, but when they happen does."""
    with pytest.raises(ValueError, match=said):
        setting(3, changes=tuple(changes))


def test_changes_that_can_be():
    """Of servers that joined, of those that were back, of the dead that leave and the gone that die."""
    changes = (
        Change(9.0, "die", 3),
        Change(1.0, "join"),
        Change(2.0, "die", 0),
        Change(3.0, "back", 0),
        Change(4.0, "die", 0),
        Change(5.0, "leave", 0),
        Change(6.0, "leave", 1),
        Change(7.0, "die", 1),
    )
    assert setting(3, changes=changes).changes == changes


@pytest.mark.parametrize(
    "broken",
    [
        {"hardware": ()},
        {"routers": 0},
        {"block_tokens": 0},
        {"sync": -1.0},
        {"sync": 1e-6},
        {"sync": float("nan")},
    ],
)
def test_settings_that_cannot_be(broken: dict[str, object]):
    """Nobody to serve, nobody to route, and reports that would take all the time there is."""
    with pytest.raises(ValueError, match=r"at least|either 0"):
        Setting(**({"hardware": (SERVER,), "block_tokens": BLOCK} | broken))  # type: ignore[arg-type]
