"""From a configuration to what presses this process, and what it may have."""

from __future__ import annotations

import math

import msgspec

from wrp_router.config.structs import Config
from wrp_router.fleet.pressure import Pressure, PressureSpec
from wrp_router.live.resident import limit
from wrp_router.live.vitals import Vitals


def pressure_of(config: Config) -> Pressure:
    """As the configuration has it; without a number for memory, any amount may be had."""
    asked = config.overload
    steps = asked.steps
    memory = math.inf if asked.memory is None else float(asked.memory)
    return Pressure(PressureSpec(asked.lag, memory, steps.spare, steps.sheddable, steps.default, steps.all))


def vitals_of(pressure: Pressure, processes: int) -> Vitals:
    """Of one of so many processes, which share what their control group may have."""
    if pressure.spec.memory == math.inf and (most := limit()) is not None:
        pressure.spec = msgspec.structs.replace(pressure.spec, memory=most / processes)
    return Vitals(pressure)
