"""The simulator: the same flow on a clock that jumps, before modelled engines. No sockets, no waiting."""

from .driver import Simulation
from .world import World

__all__ = ["Simulation", "World"]
