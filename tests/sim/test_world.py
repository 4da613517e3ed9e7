"""A clock that jumps from event to event."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim import World


def test_events_happen_in_order_of_time() -> None:
    """However they were scheduled; the clock shows the time of each."""
    world, seen = World(), []
    for when in (3.0, 1.0, 2.0):
        world.at(when, lambda: seen.append(world.now))
    world.run()
    assert seen == [1.0, 2.0, 3.0]


def test_ties_go_by_order_of_scheduling() -> None:
    """Callbacks are never compared."""
    world = World()
    seen: list[str] = []
    for name in "abc":
        world.at(1.0, partial(seen.append, name))
    world.run()
    assert seen == ["a", "b", "c"]


def test_the_past_is_now() -> None:
    """Time never goes back."""
    world, seen = World(5.0), []
    world.at(1.0, lambda: seen.append(world.now))
    world.run()
    assert (seen, world.now) == ([5.0], 5.0)


def test_events_add_events() -> None:
    """The end is when nothing is left, and a world may go on after it."""
    world, seen = World(), []

    def tick() -> None:
        seen.append(world.now)
        if len(seen) < 3:
            world.at(world.now + 1.0, tick)

    world.at(1.0, tick)
    world.run()
    world.at(0.0, lambda: seen.append(world.now))
    world.run()
    assert seen == [1.0, 2.0, 3.0, 3.0]


@given(st.lists(st.floats(-10, 10)))
def test_time_never_goes_back(whens: list[float]) -> None:
    """Every event happens once, in order."""
    world, seen = World(), []
    for when in whens:
        world.at(when, lambda: seen.append(world.now))
    world.run()
    assert seen == sorted(max(0.0, when) for when in whens)
