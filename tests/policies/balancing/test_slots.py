"""What a server is believed to have loaded, and to have to load."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.balancing.slots import MOST, Slots


def slots(*names: str, of: int = 2, load: float = 2.0) -> Slots:
    """One that was sent these, long ago."""
    made = Slots(of, load)
    for name in names:
        made.use(name, -1e6, 0.0)
    return made


def test_the_least_recently_used_makes_room() -> None:
    """Being used again counts; while a slot is free nobody has to."""
    made = slots("a", "b")
    assert made.victim() == "a"
    made.use("a", 0.0, 0.0)
    made.use("c", 0.0, 0.0)
    assert [name in made for name in "abc"] == [True, False, True]
    assert slots("a").victim() is None


def test_loads_are_done_one_after_the_other() -> None:
    """Each after the prompts before it and the loads that are scheduled; what is loaded costs nothing again."""
    made = slots()
    made.use("a", 0.0, 1.0)  # from 1 to 3
    made.use("b", 0.0, 1.0)  # from 3 to 5
    made.use("a", 0.5, 1.0)
    assert [made.to_load(now) for now in (0.0, 1.0, 2.0, 3.0, 4.5, 5.0)] == [4.0, 4.0, 3.0, 2.0, 0.5, 0.0]


def test_only_loads_that_are_not_over_are_kept() -> None:
    """And of those no more than matter."""
    made = slots(of=1000)
    for number in range(200):
        made.use(str(number), 0.0, 0.0)
    assert len(made.held().due) == MOST
    made.use("late", 1e6, 0.0)
    assert made.held().due == [1e6 + 2.0]


def test_one_that_failed_is_not_counted_on() -> None:
    """It is loaded again when it is asked for again; one that was not there is no matter."""
    made = slots("a")
    made.drop("a")
    made.drop("b")
    assert "a" not in made


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 3)), max_size=60), st.integers(1, 4))
def test_a_copy_goes_on_as_it_does(asked: list[tuple[str, float]], of: int) -> None:
    """Never more than its slots, and never less to load than none."""
    one, two, now = Slots(of, 2.0), Slots(of, 2.0), 0.0
    for name, gap in asked:
        now += gap
        held = one.held()
        two.restore(held.names, held.due)
        for made in (one, two):
            made.use(name, now, gap)
        assert one.held() == two.held()
        assert len(held.names) <= of
        assert one.to_load(now) == two.to_load(now) >= 0.0
