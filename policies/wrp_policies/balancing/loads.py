"""How loaded servers are, relative to their weight. It ranks and chooses nothing for good."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import exp2

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool, Server

TIE = 1e-9
"""Weight of a second of TTFT against one request of load: it decides between equal loads and never otherwise."""

FADES = 30.0
"""Seconds in which what was measured loses half of its weight, so that who was slow once is asked again, the sooner the
less it was. (Finagle's and Linkerd's `peak_ewma` forget as fast, by e in 10 s.)"""


def loads_on(servers: Sequence[Server]) -> list[float]:
    """Requests on each, ours and others', relative to its weight."""
    return [(s.in_flight + s.running) / s.weight for s in servers]


def loads_of(pool: Pool, now: float) -> dict[str, float]:
    """Those of the usable servers by name, a trace of TTFT added to part equal loads, as far as it has not faded."""
    servers = usable_servers(pool)
    return {
        s.name: load + TIE * s.ttft * exp2((s.measured - now) / FADES)
        for s, load in zip(servers, loads_on(servers), strict=True)
    }


def ranked(loads: dict[str, float]) -> list[str]:
    """Names from least to most loaded; equals by name."""
    return sorted(sorted(loads), key=loads.__getitem__)


def best_of_two(loads: dict[str, float], rng: random.Random) -> tuple[str, ...]:
    """The less loaded of two drawn at random (on a tie the first drawn), then all others in order of load."""
    order = ranked(loads)
    if len(order) > 2:
        # uniform over ranks is uniform over servers; random() is a tenth of the price of sample()
        one = int(rng.random() * len(order))
        two = int(rng.random() * (len(order) - 1))
        two += two >= one
        best = one if loads[order[one]] <= loads[order[two]] else two
        order.insert(0, order.pop(best))
    elif len(order) == 2 and loads[order[0]] == loads[order[1]] and rng.random() < 0.5:
        order.reverse()
    return tuple(order)
