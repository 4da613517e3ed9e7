"""What presses a process, from its configuration and its control group."""

from __future__ import annotations

import math

import msgspec

from tests.live.scene import config
from wrp_router.build.vitals import pressure_of, vitals_of
from wrp_router.config.overload import OverloadConfig, StepsConfig
from wrp_router.fleet.pressure import PressureSpec
from wrp_router.live.resident import limit


def test_as_configured():
    """Every number arrives."""
    asked = OverloadConfig(lag=0.2, memory=1 << 30, steps=StepsConfig(0.1, 0.2, 0.3, 0.4))
    made = pressure_of(config("http://127.0.0.1:1", overload=asked))
    assert msgspec.structs.astuple(made.spec) == (0.2, float(1 << 30), 0.1, 0.2, 0.3, 0.4)
    assert vitals_of(made, 4).pressure.spec.memory == 1 << 30


def test_without_a_number_the_group_bounds_it():
    """Shared by all processes; where there is no limit, none."""
    made = pressure_of(config("http://127.0.0.1:1"))
    assert made.spec == PressureSpec()
    most = limit()
    assert vitals_of(made, 4).pressure.spec.memory == (math.inf if most is None else most / 4)
