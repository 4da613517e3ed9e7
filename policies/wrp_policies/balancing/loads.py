"""How loaded the servers of a pool are, relative to their weight. It ranks and chooses nothing for good."""

from __future__ import annotations

from wrp_policies.types import Pool

TIE = 1e-9
"""Weight of a second of TTFT against one request of load: it decides between equal loads and never otherwise."""


def loads_of(pool: Pool) -> dict[str, float]:
    """Usable servers by name with (in_flight + others' requests) / weight, a trace of TTFT added to part equal loads.

    Servers with room; where none has, all that are up.
    """
    # one comprehension with everything written out: this is the inner loop of every decision
    return {
        s.name: (s.in_flight + max(s.waiting, s.running)) / s.weight + TIE * s.ttft
        for s in pool.servers
        if s.up and (s.limit == 0 or s.in_flight < s.limit)
    } or {s.name: (s.in_flight + max(s.waiting, s.running)) / s.weight + TIE * s.ttft for s in pool.servers if s.up}


def ranked(loads: dict[str, float]) -> list[str]:
    """Names from least to most loaded; equals by name."""
    return sorted(sorted(loads), key=loads.__getitem__)
