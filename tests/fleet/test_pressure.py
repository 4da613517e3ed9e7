"""What is given up, step by step: fed lateness and bytes, asserted steps; no clock but the numbers given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.pressure import EASED, FROM, PAUSE, Pressure, PressureSpec, Step
from wrp_signals.facts import RANK

SPEC = PressureSpec(lag=1.0, memory=1000.0)


def felt(*shares: float, every: float = 1.0) -> list[Step]:
    """The steps after each lateness."""
    pressure = Pressure(SPEC)
    steps = []
    for number, share in enumerate(shares):
        pressure.felt(share, 0.0, number * every)
        steps.append(pressure.step)
    return steps


def test_calm() -> None:
    """Nothing is given up, nobody refused."""
    pressure = Pressure(SPEC)
    assert not pressure.felt(0.1, 100.0, 0.0)
    assert (pressure.step, pressure.spares, pressure.by) == (Step.NONE, False, "")
    assert not [priority for priority in RANK if pressure.refuses(priority)]


@pytest.mark.parametrize(
    ("share", "step", "refused"),
    [
        (0.59, Step.NONE, []),
        (0.6, Step.SPARE, []),
        (0.7, Step.SHEDDABLE, ["sheddable"]),
        (0.85, Step.DEFAULT, ["default", "sheddable"]),
        (0.95, Step.ALL, ["critical", "default", "sheddable"]),
        (7.0, Step.ALL, ["critical", "default", "sheddable"]),
    ],
)
def test_each_step_keeps_those_before_it(share: float, step: Step, refused: list[str]) -> None:
    """By lateness as by memory; optional work goes first, classes from the lowest."""
    for lag, memory, by in ((share, 0.0, "lag"), (0.0, 1000 * share, "memory")):
        pressure = Pressure(SPEC)
        assert pressure.felt(lag, memory, 0.0) == (step is not Step.NONE)
        assert (pressure.step, pressure.spares) == (step, step >= Step.SPARE)
        assert [priority for priority in RANK if pressure.refuses(priority)] == refused
        assert pressure.by == (by if step else "")


def test_up_at_once_and_down_step_by_step() -> None:
    """Several steps in one look; back one after the other, each after a pause."""
    assert felt(0.96, 0.0, 0.0, 0.0, 0.0, 0.0) == [4, 3, 2, 1, 0, 0]
    assert felt(0.96, 0.0, 0.0, every=PAUSE / 2) == [4, 4, 3]


def test_a_step_is_not_taken_back_at_its_edge() -> None:
    """Only well below it: nothing swings between two of them."""
    just_below = 0.7 * EASED + 0.01
    assert felt(0.7, just_below, just_below, 0.7 * EASED - 0.01) == [2, 2, 2, 1]


def test_what_holds_the_step_is_said() -> None:
    """Lag took it and is over; memory keeps it there. What falls below that says nothing any more."""
    pressure = Pressure(SPEC)
    pressure.felt(0.72, 650.0, 0.0)
    assert (pressure.step, pressure.by) == (Step.SHEDDABLE, "lag")
    for now in (1.0, 2.0):
        assert not pressure.felt(0.0, 690.0, now)
        assert (pressure.step, pressure.by) == (Step.SHEDDABLE, "memory")
    pressure.felt(0.2, 100.0, 3.0)
    assert (pressure.step, pressure.by) == (Step.SPARE, "memory")


def test_memory_that_nobody_bounds_presses_nothing() -> None:
    """However much it is."""
    pressure = Pressure(PressureSpec())
    pressure.felt(0.0, 1e15, 0.0)
    assert pressure.step is Step.NONE


def test_every_class_has_its_step() -> None:
    """In the order of classes."""
    assert [FROM[priority] for priority in RANK] == sorted(FROM.values(), reverse=True)


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2000), st.floats(0, 1)), max_size=40))
def test_whatever_is_felt(looks: list[tuple[float, float, float]]) -> None:
    """The step is never below what is felt, is moved only by one at a time downwards, and calm ends all of it."""
    pressure, now = Pressure(SPEC), 0.0
    for lag, memory, later in looks:
        now, before = now + later, pressure.step
        moved = pressure.felt(lag, memory, now)
        share = max(lag, memory / 1000)
        assert share < SPEC.at(Step(min(pressure.step + 1, Step.ALL))) or pressure.step is Step.ALL
        assert moved == (pressure.step is not before)
        assert pressure.step >= before - 1
    for _ in Step:
        now += PAUSE
        pressure.felt(0.0, 0.0, now)
    assert pressure.step is Step.NONE
    assert not math.isnan(pressure.shares["lag"])
