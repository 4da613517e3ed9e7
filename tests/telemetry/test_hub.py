"""Many watchers behind one hook."""

from __future__ import annotations

import pytest

from wrp_router.telemetry.hub import fan_out


def test_all_hear_in_order(make_row):
    """Each watcher gets the record itself, in the order given."""
    heard: list[tuple[str, object]] = []
    tell = fan_out([lambda record: heard.append(("a", record)), lambda record: heard.append(("b", record))])
    row = make_row()
    tell(row)
    assert heard == [("a", row), ("b", row)]


def test_one_that_fails_breaks_nothing(make_row, complain, kept, clock):
    """The others hear, the caller hears nothing, and the log has the traceback, once a minute."""
    heard: list[object] = []

    def broken(record: object) -> None:
        raise ZeroDivisionError("by nothing")

    tell = fan_out([broken, heard.append], complain)
    for _ in range(3):
        tell(make_row())
    assert len(heard) == 3
    assert len(kept.lines) == 1
    assert kept.lines[0].startswith("function failed on a Row\nTraceback")
    assert "ZeroDivisionError: by nothing" in kept.lines[0]
    clock.now += 60.0
    tell(make_row())
    assert kept.lines[1].startswith("function failed on a Row (2 more since the last time)\n")


def test_a_shutdown_goes_through(make_row):
    """KeyboardInterrupt is no failure of a watcher."""

    def interrupted(record: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fan_out([interrupted])(make_row())
