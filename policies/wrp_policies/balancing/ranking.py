"""Servers in order of what they would cost. It decides nothing about what a cost is."""

from __future__ import annotations

from collections.abc import Sequence

from wrp_policies.types import Server

TIE = 1e-6
"""Seconds for which one request in flight stands: it decides between equal costs, and hardly ever otherwise."""


def loads_on(servers: Sequence[Server]) -> list[float]:
    """Requests on each, ours and others', relative to its weight."""
    # no max() here and below: a call per server is half the cost
    return [(s.in_flight + (s.waiting if s.waiting > s.running else s.running)) / s.weight for s in servers]


def cheapest_first(servers: Sequence[Server], costs: Sequence[float], turn: int) -> tuple[str, ...]:
    """Names by cost (seconds, or requests), then by load; equals in turn, so that an idle pool has more than one
    door."""
    count = len(servers)
    start = turn % count
    keys = [
        cost + TIE * (s.in_flight + (s.waiting if s.waiting > s.running else s.running))
        for cost, s in zip(costs, servers, strict=True)
    ]
    order = sorted([*range(start, count), *range(start)], key=keys.__getitem__)
    return tuple([servers[i].name for i in order])
