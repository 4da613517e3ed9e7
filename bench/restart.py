"""What happens to requests while workers, routers and whole processes come and go; and what a second worker is worth.

`python -m bench.restart [restart] [scaling] [two] [--times 20] [--rate 2000] [--workers 2] [--cores 2] [--rounds 5]
[--json]` writes bench/results/restart.json. The engine is `mock_engine.c`, the load `pacer.c`, both pinned to one core:
it needs a C compiler. `--cores` says how many cores the gateway has; while its workers are replaced it is twice as many
processes.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cache_store_scene import Redis
from bench.overhead_report import machine
from bench.pacer import Pace, Pacer, Told, answered, failed, pacing
from bench.pinned import GATEWAY_CORE, LOAD_CORE, cpu_seconds, engine, family, free_port, running
from bench.tables import Tables, benchmark, command
from wrp_router.cli.progress import Bar

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "restart.json"
PATIENCE = 120.0
CORES = os.cpu_count() or 1
CONNECTIONS, MOST = 32, 256

CONFIG = """
version: 1
listen: 127.0.0.1:{port}
admin: 127.0.0.1:{admin}
secret: only-for-this-bench
embedder: {{tier: none}}
pools:
  - {{name: mock, model: mock-model, servers: [http://127.0.0.1:{engine}], balance: {{kind: p2c}}}}
routes:
  - {{name: all, use: {{kind: epsilon_greedy, pools: [mock]}}}}
log: {{level: warning}}
drain: {{notice: 1s, grace: 10s}}
"""
SHARED = """
cache: {{store: {{kind: redis, url: redis://127.0.0.1:{redis}}}, semantic: false}}
learned: {{redis: {{url: redis://127.0.0.1:{redis}}}, every: 1s}}
"""


@dataclass(frozen=True)
class Router:
    """One that answers."""

    pid: int
    port: int
    admin: int

    def counted(self, name: str) -> float:
        """A metric, over all its labels."""
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", read(f"http://127.0.0.1:{self.admin}/metrics"), re.MULTILINE)
        return sum(map(float, found))

    def counted_by_now(self, name: str, wanted: float) -> float:
        """The same, once it is as much; after ten seconds as it is. A worker that is late to say what it counted is
        shown with what it said a second before."""
        end = time.monotonic() + 10.0
        while (found := self.counted(name)) < wanted and time.monotonic() < end:
            time.sleep(0.5)
        return found

    def children(self) -> list[int]:
        """Its workers."""
        return family(self.pid)[1:]


@dataclass(frozen=True)
class Scene:
    """An engine, and where files may be left."""

    folder: Path
    engine: int

    @contextmanager
    def router(self, *options: str, cores: int = CORES, more: str = "") -> Iterator[Router]:
        """Once it is ready; on so many cores, of which the load's is the last."""
        port, admin = free_port(), free_port()
        file = self.folder / f"{port}.yaml"
        file.write_text(CONFIG.format(port=port, admin=admin, engine=self.engine) + more)
        words = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file), *options]
        pinned = range(GATEWAY_CORE, GATEWAY_CORE + cores)
        # a worker that starts finds its code compiled, as in an installation
        env = {"PYTHONDONTWRITEBYTECODE": ""}
        with running(words, file.with_suffix(".log"), pinned, env) as process:
            polled(lambda: read(f"http://127.0.0.1:{port}/readyz") or process.poll() is not None)
            if process.poll():
                raise SystemExit(file.with_suffix(".log").read_text())
            yield Router(process.pid, port, admin)

    def load(self, pace: Pace) -> AbstractContextManager[Pacer]:
        return pacing(pace, self.folder, [LOAD_CORE])


@contextmanager
def staged() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder, engine(Path(folder), 1) as playing:
        yield Scene(Path(folder), playing.ports[0])


def read(url: str) -> str:
    """Empty where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def polled(fact: Callable[[], object]) -> None:
    """Returns when it is so; ends the bench where it does not come to be."""
    end = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > end:
            raise SystemExit("it does not come to be")
        time.sleep(0.05)


def figures_of(told: Told) -> dict[str, Any]:
    """What became of a load."""
    return {
        "answered": answered(told),
        "requests/s": round(answered(told) / told["seconds"], 1),
        "failed": sum(failed(told).values()),
        "how": failed(told),
        **{name: told[name] for name in ("raced", "refused", "unreached", "unsent", "closed_idle", "said_close")},
        **{f"{name} ms": milliseconds(told[f"{name}_us"]) for name in ("late", "took", "since_due")},
    }


def milliseconds(us: list[int]) -> list[float]:
    """The median, p99, p99.9 and the most."""
    return [round(one / 1e3, 1) for one in us]


def restart(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """All workers, replaced again and again by SIGHUP while requests come: over connections that are used in turn, and
    over those that were used last, so that the others are idle and are closed."""
    found = {}
    for newest_first in (False, True):
        order = "the newest first" if newest_first else "in turn"
        with staged() as scene, scene.router("--workers", str(asked.workers), cores=asked.cores) as router:
            pace = Pace(router.port, asked.rate, CONNECTIONS, MOST, newest_first=newest_first)
            before = router.counted("wrp_overhead_seconds_count")
            with scene.load(pace) as load:
                took = _restarted(router, load, asked, lambda share, order=order: bar(order, share))
                told, lines = load.end(), load.lines()
            counts = router.counted_by_now("wrp_overhead_seconds_count", before + told["sent"]) - before
        found[order] = {
            "times": asked.times,
            **figures_of(told),
            "counted but not sent": counts - told["sent"],
            "worst second's p99 ms": max(one["since_due_us"][1] for one in lines) / 1e3,
            "seconds until the old are gone": [
                round(one, 2) for one in (min(took), statistics.median(took), max(took))
            ],
        }
    counts = ["failed", "raced", "refused", "unsent", "closed while idle"]
    head = ["connections", "restarts", "requests/s", "answered", *counts, "ms from when it was due: p50", "p99", "most"]
    rows = [
        [order, str(one["times"]), f"{one['requests/s']:,.0f}", f"{one['answered']:,}"]
        + [str(one[name]) for name in ("failed", "raced", "refused", "unsent", "closed_idle")]
        + [f"{one['since_due ms'][at]:,.0f}" for at in (0, 1, 3)]
        for order, one in found.items()
    ]
    more = {
        "rate": asked.rate,
        "workers": asked.workers,
        "cores": asked.cores,
        "machine": machine(Path(sys.executable)),
    }
    return {**more, **found}, {"restart": (head, rows)}


def _restarted(router: Router, load: Pacer, asked: argparse.Namespace, bar: Callable[[float], object]) -> list[float]:
    """How long each took, until the workers before were gone. A second or two without one comes between two."""
    took = []
    load.line(0)
    for number in range(asked.times):
        before, since = set(router.children()), time.monotonic()
        os.kill(router.pid, signal.SIGHUP)
        polled(lambda before=before: (now := set(router.children())) and len(now) == asked.workers and not now & before)
        took.append(time.monotonic() - since)
        bar((number + 1) / asked.times)
        load.line(len(load.lines()) + 1)
    return took


def scaling(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """One worker and two, in turns, at full speed; and what a request costs either."""
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with staged() as scene:
        for number in range(asked.rounds):
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                with scene.router("--workers", str(workers)) as router:
                    polled(lambda workers=workers, router=router: router.counted("wrp_workers") == workers)
                    found[workers].append(_full_speed(scene, router))
            bar("rounds", (number + 1) / asked.rounds)
    ratios = [two[0] / one[0] for one, two in zip(found[1], found[2], strict=True)]
    figures = {
        "requests/s": {n: [round(rps) for rps, _ in rounds] for n, rounds in found.items()},
        "cpu us": {n: [round(us) for _, us in rounds] for n, rounds in found.items()},
        "machine": machine(Path(sys.executable)),
        "ratio": {
            "median": round(statistics.median(ratios), 2),
            "range": [round(min(ratios), 2), round(max(ratios), 2)],
        },
    }
    rows = []
    for workers, rounds in found.items():
        rps, cpu = (statistics.median([one[at] for one in rounds]) for at in (0, 1))
        rows.append([str(workers), f"{rps / statistics.median([one for one, _ in found[1]]):.2f}", f"{cpu:.0f}"])
    return figures, {"scaling": (["workers", "requests/s, to those of one", "CPU µs each"], rows)}


def _full_speed(scene: Scene, router: Router) -> tuple[float, float]:
    """Requests a second over 64 connections that all have a next one waiting, and microseconds of the workers' time for
    each."""
    with scene.load(Pace(router.port, 100_000, 64, every=2.0)) as load:
        load.line(0)
        workers = router.children()
        before = sum(map(cpu_seconds, workers))
        lines = [load.line(1), load.line(2)]
        used = sum(map(cpu_seconds, workers)) - before
    total = sum(map(answered, lines))
    return total / sum(line["seconds"] for line in lines), used / total * 1e6


def two(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """Two routers behind one Redis, each with half the load; one is killed."""
    with ExitStack() as stack:
        scene = stack.enter_context(staged())
        server = Redis(scene.folder)
        stack.callback(server.kill)
        more = SHARED.format(redis=server.port)
        routers = {name: stack.enter_context(scene.router(more=more)) for name in ("killed", "other")}
        loads = {
            name: stack.enter_context(scene.load(Pace(router.port, asked.rate / 2, 16, every=5.0)))
            for name, router in routers.items()
        }
        figures = _killed(routers["killed"], loads, bar)
    head = ["", "requests/s before", "after", "p99 ms before", "after", "failed", "reset unread", "refused"]
    keys = ("before", "after", "p99 ms before", "p99 ms after", "failed", "raced", "refused")
    return figures, {"two": (head, [[name, *(str(figures[name][key]) for key in keys)] for name in loads])}


def _killed(victim: Router, loads: dict[str, Pacer], bar: Bar) -> dict[str, Any]:
    """Five seconds to warm up, five before, five after."""
    phases: list[dict[str, Told]] = []
    for phase in range(3):
        phases.append({name: load.line(phase) for name, load in loads.items()})
        if phase == 1:
            os.kill(victim.pid, signal.SIGKILL)
        bar("phases", (phase + 1) / 3)
    found = {}
    for name, load in loads.items():
        (before, after), told = (phase[name] for phase in phases[1:]), load.end()
        found[name] = {
            "before": round(answered(before) / before["seconds"]),
            "after": round(answered(after) / after["seconds"]),
            "p99 ms before": round(before["took_us"][1] / 1e3, 1),
            "p99 ms after": round(after["took_us"][1] / 1e3, 1),
            **figures_of(told),
        }
    return found


ROWS = {"restart": restart, "scaling": scaling, "two": two}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = command(__doc__, ROWS)
    parser.add_argument("--times", type=int, default=20, help="restarts (default: 20)")
    parser.add_argument("--rate", type=float, default=2000.0, help="requests a second (default: 2000)")
    parser.add_argument("--workers", type=int, default=2, help="that are replaced in `restart` (default: 2)")
    parser.add_argument("--cores", type=int, default=CORES, help=f"of the gateway in `restart` (default: {CORES})")
    parser.add_argument("--rounds", type=int, default=5, help="of the scaling (default: 5)")
    return benchmark(parser, ROWS, RESULTS, argv, tries=lambda asked: asked.times < 20 or asked.rounds < 5)


if __name__ == "__main__":
    sys.exit(main())
