"""What a trial is made of: the servers, those that come and go, and the routers before them."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wrp_policies.types import Role
from wrp_router.fleet.spec import LimitSpec, OutlierSpec, QueueSpec
from wrp_router.sim.batching import Hardware

Seconds = Annotated[float, Meta(ge=0)]

LEAST_SYNC = 1e-3
"""Seconds: who reports more often than that may as well report with every request."""


class Change(msgspec.Struct, frozen=True):
    """At `at` seconds a server joins the pool (the next number), leaves it (its requests run out), dies (they are lost,
    and nobody tells the routers), is back after that, its cache cold, or takes from then on `factor` times what its
    hardware does (1: as at first)."""

    at: Seconds
    what: Literal["join", "leave", "die", "back", "slow"]
    server: int = 0
    factor: float = 1.0


class Setting(msgspec.Struct, frozen=True):
    """One hardware for each server (a server that joins has that of the first), how many routers, and every how many
    seconds they hear of each other's load (0: with every request; inf: never). `queue`: routers hold lines before
    servers. After `patience` seconds without a first token a request is given up. Each server gets `limit` requests at
    once (0: any number), the others wait `wait` seconds at most; `outliers`: who is too slow is taken out. Of the names
    that arrivals ask for those in `adapters` (or that begin like a `sql-*` there) are adapters; all others are the
    model's. `contexts`: of the servers, in tokens (0, or none: any).

    With `roles`, one for each server, prompts are computed on some and answered on others, which get each token of them
    in `transfer` seconds; such servers neither change nor have lines before them.

    Raises ValueError where there is nobody, where reports come more than a thousand times a second, where roles do not
    fit, or where a change cannot be: of a server that is not there then, or that is so already.
    """

    hardware: tuple[Hardware, ...]
    block_tokens: int
    routers: int = 1
    sync: float = 0.0
    changes: tuple[Change, ...] = ()
    queue: QueueSpec | None = None
    patience: float = math.inf
    limit: int | LimitSpec = 0
    wait: float = math.inf
    outliers: OutlierSpec | None = None
    adapters: tuple[str, ...] = ()
    contexts: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()
    transfer: Seconds = 0.0

    def __post_init__(self) -> None:
        if not self.hardware or self.routers < 1 or self.block_tokens < 1:
            raise ValueError("a trial needs a server, a router and blocks of a token at least")
        if not (self.patience > 0.0 and self.wait > 0.0):
            raise ValueError(f"a patience of {min(self.patience, self.wait):g} s: nobody would be served")
        if self.sync != 0.0 and not self.sync >= LEAST_SYNC:
            raise ValueError(
                f"reports every {self.sync:g} s: either 0, with every request, or {LEAST_SYNC:g} s and more"
            )
        if self.roles:
            self._divisible()
        _possible(len(self.hardware), self.changes)

    def _divisible(self) -> None:
        if len(self.roles) != len(self.hardware) or not {"prefill", "decode"} <= set(self.roles):
            raise ValueError("roles are one for each server, and some of either kind")
        if self.changes or self.queue is not None:
            raise ValueError("servers with roles do not change, and have no lines before them")


def _possible(servers: int, changes: tuple[Change, ...]) -> None:
    """Raises ValueError where one cannot be."""
    members, alive = set(range(servers)), set(range(servers))
    for change in sorted(changes, key=lambda change: change.at):
        server, here = change.server, members if change.what == "leave" else alive
        if change.what == "join":
            members.add(servers)
            alive.add(servers)
            servers += 1
        elif not 0 <= server < servers:
            raise ValueError(
                f"{change.what} at {change.at:g} s: there are servers 0 to {servers - 1} then, no {server}"
            )
        elif change.what == "slow":
            if not 0.0 < change.factor < math.inf:
                raise ValueError(f"slow at {change.at:g} s: {change.factor:g} times as long cannot be")
        elif change.what == "back" and server not in alive:
            alive.add(server)
        elif change.what != "back" and server in here:
            here.remove(server)
        else:
            raise ValueError(f"{change.what} at {change.at:g} s: server {server} {_WHY[change.what]}")


_WHY = {"leave": "has left already", "die": "is dead already", "back": "had not died"}
