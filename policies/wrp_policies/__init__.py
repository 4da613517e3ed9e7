"""Policies: which model, which server. No clock, no socket, no global: everything arrives as an argument."""

from __future__ import annotations

from .balancing import BalancingSpec, LeastLoad, PowerOfTwo, RoundRobin
from .capable import NoCapablePool
from .planner import Planner
from .selection import CheapestCapable, SelectionSpec, Shadow, Static, Weighted
from .types import (
    Attempt,
    Balancing,
    Choice,
    Ended,
    Fault,
    Outcome,
    Plan,
    Pool,
    Pools,
    Selection,
    Server,
)


def pools_of(spec: SelectionSpec) -> tuple[str, ...]:
    """The names of all pools that a policy built from `spec` may choose."""
    return tuple(spec.pools)


__all__ = [
    "Attempt",
    "Balancing",
    "BalancingSpec",
    "CheapestCapable",
    "Choice",
    "Ended",
    "Fault",
    "LeastLoad",
    "NoCapablePool",
    "Outcome",
    "Plan",
    "Planner",
    "Pool",
    "Pools",
    "PowerOfTwo",
    "RoundRobin",
    "Selection",
    "SelectionSpec",
    "Server",
    "Shadow",
    "Static",
    "Weighted",
    "pools_of",
]
