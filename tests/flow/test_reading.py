"""Signals one at a time."""

from __future__ import annotations

import pytest

from tests.flow.makers import ask, rooms
from wrp_router.flow import Read
from wrp_router.flow.reading import cheapest, env_of, read
from wrp_router.flow.story import Story
from wrp_signals.facts import Reading


def test_what_is_read_and_what_is_not() -> None:
    """A signal without a reading is unknown from then on, and conditions see both."""
    made = ask()
    story = Story(made)
    env = env_of(made, story)
    for name, said in (("a", {"a": Reading(3)}), ("b", {})):
        flow = read(made, story, name, 0.5)
        assert next(flow) == Read(made.view, (name,), 0.5)
        with pytest.raises(StopIteration):
            flow.send(said)
    assert (env.readings["a"].value, env.absent) == (3, {"b"})


def test_the_cheapest_first() -> None:
    """By name among equals."""
    made = rooms(costs={"a": 2.0, "b": 1.0, "c": 1.0})
    assert cheapest(made, frozenset({"a", "b", "c"})) == "b"
