"""Measuring servers: load, health, limits, leases. No I/O and no clock; it never chooses."""

from __future__ import annotations

from .budget import RetryBudget
from .fleet import Fleet
from .lease import CannotLease, Lease, LeaseEnded, UnknownServer
from .queue import QueueFull, Ticket
from .reports import Heard, Report
from .spec import PoolSpec, ServerSpec

__all__ = [
    "CannotLease",
    "Fleet",
    "Heard",
    "Lease",
    "LeaseEnded",
    "PoolSpec",
    "QueueFull",
    "Report",
    "RetryBudget",
    "ServerSpec",
    "Ticket",
    "UnknownServer",
]
