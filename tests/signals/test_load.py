"""The load of a pool is what the house says, pulled into sense."""

import pytest

from wrp_signals import LoadSpec, Materials, RequestView

VIEW = RequestView("chat", "m", ())


@pytest.mark.parametrize(
    ("load", "value", "score"),
    [(0.0, 0.0, 0.0), (0.75, 0.75, 0.75), (1.5, 1.5, 1.0), (-1.0, 0.0, 0.0), (float("nan"), 0.0, 0.0), (2, 2.0, 1.0)],
)
def test_the_reading_is_the_busy_share(load, value, score):
    """Over one where requests wait; the score ends at one."""
    reading = LoadSpec(pool="big").build(Materials(load={"big": load}.__getitem__)).read(VIEW)
    assert (reading.value, reading.score) == (value, score)
    assert type(reading.value) is float


def test_it_is_asked_anew_every_time():
    """It is the one signal that reads more than the view."""
    loads = iter((0.25, 0.5))
    signal = LoadSpec(pool="p").build(Materials(load=lambda pool: next(loads)))
    assert [signal.read(VIEW).value, signal.read(VIEW).value] == [0.25, 0.5]


def test_where_nobody_measures_nothing_is_busy():
    """Rehearsals and tests have no pools."""
    assert LoadSpec(pool="p").build().read(VIEW).value == 0.0
