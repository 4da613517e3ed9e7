"""Measuring servers: load, health, limits, leases. No I/O and no clock; it never chooses."""

from __future__ import annotations

from .budget import RetryBudget
from .fleet import Fleet
from .lease import CannotLease, Lease, LeaseEnded, UnknownServer
from .queue import QueueFull, Ticket
from .spec import PoolSpec, ServerSpec

__all__ = [
    "CannotLease",
    "Fleet",
    "Lease",
    "LeaseEnded",
    "PoolSpec",
    "QueueFull",
    "RetryBudget",
    "ServerSpec",
    "Ticket",
    "UnknownServer",
]
