"""What is known of a request before it goes anywhere: as much as a router would know."""

from __future__ import annotations

import msgspec
import pytest

from bench import known, signal_costs
from wrp_signals import Calibration, PiiSpec


@pytest.mark.parametrize(("row", "found"), [("signals", ()), ("personal", ("EMAIL_ADDRESS x1", "PHONE_NUMBER x1"))])
def test_rows_differ_by_what_stands_in_the_request(row, found):
    """An address and a number, or neither; the question has 1,000 characters in both."""
    raw = known.asked(row)
    assert len(msgspec.json.decode(raw)["messages"][-1]["content"]) == 1_000
    (reading,) = known.known(raw, [PiiSpec().build()], Calibration())
    assert reading.evidence == found


def test_every_signal_of_the_row_is_read():
    """All that exist, and each says something of it."""
    built = known.declared()
    assert len(built) == len([kind for kind in signal_costs.REQUEST if kind in signal_costs.KINDS]) > 10
    assert len(known.known(known.asked("signals"), built, Calibration())) == len(built)


@pytest.mark.parametrize("row", known.ROWS)
def test_it_runs(row):
    """As bench/instructions.py has it run."""
    assert known.main([row, "3"]) == 0
