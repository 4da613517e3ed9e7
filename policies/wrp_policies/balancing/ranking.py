"""Servers in order of what they would cost. It decides nothing about what a cost is."""

from __future__ import annotations

from collections.abc import Sequence

from wrp_policies.types import Server

TIE = 1e-6
"""Seconds for which one request on a server stands: it decides between equal costs, and hardly ever otherwise."""


def cheapest_first(
    servers: Sequence[Server], costs: Sequence[float], loads: Sequence[float], turn: int
) -> tuple[str, ...]:
    """Names by cost (seconds, or requests), then by load; equals in turn, so that an idle pool has more than one
    door."""
    count = len(servers)
    start = turn % count
    keys = [cost + TIE * load for cost, load in zip(costs, loads, strict=True)]
    order = sorted([*range(start, count), *range(start)], key=keys.__getitem__)
    return tuple([servers[i].name for i in order])


def nearly_least(servers: Sequence[Server], costs: Sequence[float], near: float) -> set[str]:
    """Whose costs are within `near` of the least."""
    most = min(costs) + near
    return {server.name for server, cost in zip(servers, costs, strict=True) if cost <= most}


def led_by(name: str, order: tuple[str, ...]) -> tuple[str, ...]:
    """The order, but this one before all others."""
    return order if order[0] == name else (name, *[other for other in order if other != name])
