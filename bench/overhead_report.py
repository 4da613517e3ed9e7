"""Rounds of bench/overhead.py as ratios with their spread, as bars that are held or not, and as tables."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.tables import Table

Round = Mapping[str, float]
Rounds = Mapping[str, Sequence[Round]]
"""Of each contender, one after the other; rounds of the same number were measured side by side."""


@dataclass(frozen=True)
class Spread:
    """A median, and the least and most of all rounds."""

    median: float
    low: float
    high: float

    def told(self, unit: str = "") -> str:
        return f"{figure(self.median)}{unit} [{figure(self.low)}, {figure(self.high)}]"


@dataclass(frozen=True)
class Judged:
    """One bar of the house: what was found, beside what has to be."""

    what: str
    found: str
    value: float
    bar: float
    at: Literal["least", "most"]
    unit: str = ""
    beside: str = ""
    """What else has to be known of it, such as the same by CPU time."""

    def told(self) -> dict[str, Any]:
        held = self.value >= self.bar if self.at == "least" else self.value <= self.bar
        sign = "≥" if self.at == "least" else "≤"
        return {
            "what": self.what,
            "found": self.found,
            "beside": self.beside,
            "bar": f"{sign} {figure(self.bar)}{self.unit}",
            "held": held,
        }


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def of(rounds: Rounds, name: str, key: str) -> Spread:
    return spread([one[key] for one in rounds[name]])


def better(rounds: Rounds, peers: Sequence[str], key: str, most: bool = True) -> str | None:
    """The peer with the best median; None where none of them was measured."""
    there = [peer for peer in peers if rounds.get(peer)]
    if not there:
        return None
    return (max if most else min)(there, key=lambda peer: of(rounds, peer, key).median)


def ratio(rounds: Rounds, ours: str, theirs: str, key: str, over: str | None = None) -> Spread:
    """Round by round; `over`: of what each takes longer than that contender in the same round."""
    less = [one[key] for one in rounds[over]] if over else [0.0] * len(rounds[ours])
    pairs = zip(rounds[ours], rounds[theirs], less, strict=True)
    return spread([(one[key] - least) / max(other[key] - least, 1e-9) for one, other, least in pairs])


def figure(value: float) -> str:
    """With as many digits as a reader wants."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


COLUMNS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "rps": ("requests/s", figure),
    "cpu_us": ("CPU µs each", figure),
    "busy": ("share of its cores", lambda share: f"{100 * share:.0f} %"),
    "p50_ms": ("p50 ms", figure),
    "p99_ms": ("p99 ms", figure),
    "p50": ("p50 µs", figure),
    "p99": ("p99 µs", figure),
    "due_p99": ("p99 µs from when due", figure),
    "events_s": ("events/s", figure),
    "chunk_us": ("CPU µs an event", figure),
    "reached": ("reached the engine", lambda share: f"{100 * share:.1f} %"),
    "looked_up": ("embedded by the model", lambda share: f"{100 * share:.1f} %"),
    "rss_mb": ("RSS MB", figure),
    "errors": ("errors", lambda count: f"{count:,.0f}"),
}


def contenders(rounds: Rounds) -> Table:
    """Medians; of requests/s and CPU time, the least and most of all rounds too. Errors are summed."""
    there = [name for name in rounds if rounds[name]]
    keys = [key for key in COLUMNS if any(key in rounds[name][0] for name in there)]
    rows = []
    for name in there:
        cells = []
        for key in keys:
            if key not in rounds[name][0]:
                cells.append("")
                continue
            found, shown = of(rounds, name, key), COLUMNS[key][1]
            if key == "errors":
                cells.append(shown(sum(one[key] for one in rounds[name])))
            elif key in ("rps", "cpu_us", "chunk_us", "p99") and len(rounds[name]) > 1:
                cells.append(f"{shown(found.median)} [{shown(found.low)}, {shown(found.high)}]")
            else:
                cells.append(shown(found.median))
        rows.append([name, *cells])
    return ["", *(COLUMNS[key][0] for key in keys)], rows


def bars(judged: Sequence[Judged]) -> Table:
    """For the terminal; the documentation makes one of all rows."""
    head = ("", "measured", "besides", "bar", "held")
    told = [one.told() for one in judged]
    return head, [
        [one["what"], one["found"], one["beside"], one["bar"], "yes" if one["held"] else "NO"] for one in told
    ]


YARDSTICK = """
import json, platform, statistics, time
taken = []
for _ in range(300):
    begun = time.perf_counter()
    sum(range(5000))
    taken.append(time.perf_counter() - begun)
print(json.dumps({
    "python": platform.python_version(),
    "yardstick_us": round(1e6 * statistics.median(taken), 1),
}))
"""


def machine(python: Path) -> dict[str, Any]:
    """What all figures depend on; `yardstick_us` is what sum(range(5000)) takes in the Python of the gateways. One that
    was built without --enable-optimizations takes twice as long as one of the same version from a distribution."""
    told = json.loads(subprocess.run([str(python), "-c", YARDSTICK], capture_output=True, check=True).stdout)
    cpu = platform.processor() or platform.machine()
    return {"cpu": cpu, "cores": os.cpu_count(), **told, "load": round(os.getloadavg()[0], 2)}


def rounded(rounds: Rounds) -> dict[str, list[dict[str, float]]]:
    """To five digits, for the results."""
    return {name: [{key: float(f"{one[key]:.5g}") for key in one} for one in found] for name, found in rounds.items()}
