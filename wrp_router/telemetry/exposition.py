"""What several processes counted, written for Prometheus as if one had."""

from __future__ import annotations

from .names import NAMES
from .series import Spread, text
from .tally import Seen, Tally


def exposition(tally: Tally) -> bytes:
    """In the Prometheus text format, in the order of NAMES. What NAMES does not know, or knows otherwise, is of another
    version, and left out."""
    parts = []
    for name, one in NAMES.items():
        found = tally.counts.get(name) if one.kind == "counter" else tally.gauges.get(name)
        if one.kind == "histogram":
            drawn = {labels: _drawn(seen, one.buckets) for labels, seen in tally.spreads.get(name, {}).items()}
            parts.append(text(name, one, {labels: spread for labels, spread in drawn.items() if spread is not None}))
        elif found is not None:
            parts.append(text(name, one, {at: value for at, value in found.items() if len(at) == len(one.labels)}))
    return "".join(parts).encode()


def _drawn(seen: Seen, bounds: tuple[float, ...]) -> Spread | None:
    if len(seen[0]) != len(bounds) + 1:
        return None
    spread = Spread(bounds)
    spread.counts, spread.sum = list(seen[0]), seen[1]
    return spread
