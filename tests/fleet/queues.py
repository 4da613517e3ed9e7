"""Fleets with lines before their servers, and what stands in them."""

from __future__ import annotations

from typing import Any

from tests.fleet.makers import Watched, asked, kept_of, pool
from wrp_policies.balancing.costs import UNMEASURED
from wrp_router.fleet import Fleet, Lease, PoolSpec
from wrp_router.fleet.desks import Place
from wrp_router.fleet.spec import QueueSpec
from wrp_router.fleet.state import ServerState
from wrp_signals.facts import Priority

ONE = QueueSpec(prefills=1)
SECOND = round(1 / UNMEASURED)
"""Tokens that are thought to take a second, as long as nothing was measured."""


def lined(queue: QueueSpec | None = ONE, servers: int = 2, **changes: Any) -> PoolSpec:
    """A pool with lines, of one prompt at a time for each server."""
    return pool(servers=servers, queue=queue, **changes)


def fleet_of(queue: QueueSpec | None = ONE, servers: int = 2, **changes: Any) -> Watched:
    fleet = Watched(lined(queue, servers, **changes))
    fleet.snapshot(0.0)  # from now on nothing is due
    return fleet


def stand(
    fleet: Fleet,
    *choices: str,
    tokens: int = 1000,
    now: float = 0.0,
    until: float = 60.0,
    priority: Priority = "default",
    tenant: str = "local",
) -> Place:
    """In line before the first of these; before s0 unless told otherwise."""
    return fleet.lines.stand("p", choices or ("s0",), asked(tokens, priority=priority, tenant=tenant), now, until)


def sent(fleet: Fleet, *choices: str, tokens: int = 1000, now: float = 0.0) -> Lease:
    """One who has a seat at once and takes it."""
    return fleet.seat(stand(fleet, *choices, tokens=tokens, now=now), now)


def state_of(fleet: Fleet, name: str = "s0") -> ServerState:
    return kept_of(fleet, "p", name)


def left_at(state: ServerState) -> tuple[int, int, int, int]:
    """What is there of us: seats kept, prompts, tokens of those who stand, tokens in all."""
    return state.kept, state.prefills, state.queued, state.prefill.ours


NOTHING = (0, 0, 0, 0)
