"""Counts over the last thirty seconds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.window import CALLERS, NOBODY, OTHERS, FailureWindow


def test_old_requests_are_forgotten() -> None:
    """Thirty seconds later nothing is left, and a slot that comes round again starts at zero."""
    window = FailureWindow()
    window.note(True, 1.0)
    window.note(False, 1.0)
    assert window.count(1.0) == window.count(29.9) == (1, 2)
    assert window.count(30.0) == (0, 0)
    window.note(True, 31.0)
    assert window.count(31.0) == (1, 1)


def test_clear_forgets_at_any_time() -> None:
    """Also in the first half minute of a clock."""
    window = FailureWindow()
    for now in (0.0, 5.0, 100.0):
        window.note(True, now)
        window.clear()
        assert window.count(now) == (0, 0)


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=100))
def test_count_is_between_the_exact_ones(steps: list[tuple[float, bool]]) -> None:
    """All of the last 27 seconds are counted, and nothing older than 30."""
    window, now, told = FailureWindow(), 0.0, []
    for later, failed in steps:
        now += later
        window.note(failed, now)
        told.append((now, failed))
    count, total = window.count(now)
    surely = [failed for at, failed in told if at > now - 27.0]
    possibly = [failed for at, failed in told if at > now - 30.0]
    assert len(surely) <= total <= len(possibly)
    assert sum(surely) <= count <= sum(possibly)


def test_without_one_caller():
    """Such as the one who has most of the failures; what nobody's request was at fault for always counts."""
    window = FailureWindow()
    for failed, caller in [(True, "a"), (True, "a"), (False, "a"), (False, "b"), (True, "c"), (True, "")]:
        window.note(failed, 1.0, caller)
    assert window.count(1.0) == (4, 6)
    assert window.of_others(1.0, "b") == (4, 5)
    assert window.worst(1.0) == "a"
    assert window.of_others(1.0, "a") == (2, 3)
    assert (window.worst(40.0), window.of_others(40.0, "a")) == (NOBODY, (0, 0))


def test_many_callers_take_no_more_room_than_some():
    """Beyond the bound they count together."""
    window = FailureWindow()
    for number in range(10 * CALLERS):
        window.note(True, 1.0, f"caller-{number}")
    assert window.count(1.0) == (10 * CALLERS, 10 * CALLERS)
    assert window.worst(1.0) == OTHERS
    assert window.of_others(1.0, OTHERS) == (CALLERS, CALLERS)


def test_who_is_not_told_apart_is_no_other():
    """What it does may be in the crowd's count, which then says nothing of others: only those with a name do."""
    window = FailureWindow()
    for number in range(CALLERS):
        window.note(False, 1.0, f"caller-{number}")
    for _ in range(100):
        window.note(True, 1.0, "late")
    window.note(False, 4.0, "late")
    for number in range(CALLERS):
        window.note(False, 4.0, f"caller-{number}")
    assert window.of_others(4.0, "late") == (0, 2 * CALLERS)
    assert window.of_others(4.0, "caller-0") == (100, 100 + 2 * CALLERS - 1)
