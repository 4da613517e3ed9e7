"""What happens to requests while workers, routers and whole processes come and go; and what a second worker is worth.

`python -m bench.restart [restart] [scaling] [two] [--times 20] [--rate 2000] [--rounds 5] [--json]` writes
bench/results/restart.json. The engine is `mock_engine.py`; the load of `restart` and `two` is `steady.py`, open loop
over keep-alive connections, that of `scaling` is wrk. Nothing is pinned: workers, engine and load share the machine, so
a ratio over workers means something only where there are more cores than workers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from bench.cache_store_scene import Redis
from bench.pinned import cpu_seconds
from bench.steady import Steady
from bench.tables import Tables, benchmark, command
from wrp_router.cli.progress import Bar

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "restart.json"
ENGINE, PORT, ADMIN, OTHER = 19200, 19210, 19211, 19212
PATIENCE = 120.0

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


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Ended by its pid, with what it began."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as made:
        try:
            yield made
        finally:
            made.terminate()
            try:
                made.wait(20)
            except subprocess.TimeoutExpired:
                made.kill()


@contextmanager
def router(folder: Path, *options: str, port: int = PORT, admin: int = ADMIN, more: str = "") -> Iterator[int]:
    """Its pid, once it is ready."""
    file = folder / f"{port}.yaml"
    file.write_text(CONFIG.format(port=port, admin=admin, engine=ENGINE) + more)
    with process("-m", "wrp_router", "serve", "-c", str(file), *options) as made:
        polled(lambda: read(f"http://127.0.0.1:{port}/readyz"))
        yield made.pid


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


def counted(name: str, admin: int = ADMIN) -> float:
    found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", read(f"http://127.0.0.1:{admin}/metrics"), re.MULTILINE)
    return sum(map(float, found))


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(one) for one in found.split()]


def engine() -> ExitStack:
    """In front of which all stand."""
    stack = ExitStack()
    stack.enter_context(process(str(HERE / "mock_engine.py"), str(ENGINE)))
    polled(lambda: read(f"http://127.0.0.1:{ENGINE}/v1/models"))
    return stack


def restart(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """One worker, replaced again and again by SIGHUP while requests come."""
    with engine(), tempfile.TemporaryDirectory() as folder, router(Path(folder), "--workers", "1") as supervisor:
        steady = Steady(PORT, asked.rate, 32)
        took, seconds = uvloop.run(_restarted(steady, supervisor, asked.times, bar))
        counts = counted("wrp_overhead_seconds_count")
    figures = {
        "times": asked.times,
        "answered": steady.answered,
        "requests/s": round(steady.answered / seconds, 1),
        "failed": sum(steady.failed.values()),
        "how": dict(steady.failed),
        "refused": steady.refused,
        "counted less than answered": steady.answered - counts,
        "seconds until the old is gone": [round(min(took), 2), round(statistics.median(took), 2), round(max(took), 2)],
        "p99 ms": round(statistics.quantiles(steady.waits, n=100)[98] * 1e3, 1),
    }
    head = ["restarts", "requests/s", "answered", "failed", "refused"]
    row = [str(asked.times), f"{figures['requests/s']:,.0f}", f"{steady.answered:,}", str(figures["failed"])]
    return figures, {"restart": (head, [[*row, str(steady.refused)]])}


async def _restarted(steady: Steady, supervisor: int, times: int, bar: Bar) -> tuple[list[float], float]:
    loading, took, begun = asyncio.create_task(steady.run()), [], time.monotonic()
    await asyncio.sleep(1.0)
    for number in range(times):
        before, since = set(children(supervisor)), time.monotonic()
        os.kill(supervisor, signal.SIGHUP)
        await asyncio.to_thread(
            polled, lambda before=before: (now := set(children(supervisor))) and len(now) == 1 and not now & before
        )
        took.append(time.monotonic() - since)
        bar("restarts", (number + 1) / times)
    steady.stop.set()
    await loading
    return took, time.monotonic() - begun


def scaling(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """One worker and two, in turns, at full speed; and what a request costs either."""
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    with engine(), tempfile.TemporaryDirectory() as folder:
        for number in range(asked.rounds):
            for workers in (1, 2):
                with router(Path(folder), "--workers", str(workers)) as supervisor:
                    polled(lambda workers=workers: counted("wrp_workers") == workers)
                    found[workers].append(_full_speed(children(supervisor)))
            bar("rounds", (number + 1) / asked.rounds)
    ratios = [two[0] / one[0] for one, two in zip(found[1], found[2], strict=True)]
    figures = {
        "requests/s": {n: [round(rps) for rps, _ in rounds] for n, rounds in found.items()},
        "cpu us": {n: [round(us) for _, us in rounds] for n, rounds in found.items()},
        "cores": os.cpu_count(),
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


def _full_speed(workers: list[int]) -> tuple[float, float]:
    """Requests a second, and microseconds of the workers' time for each."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "@"}]})
        head, tail = body.split("@")
        script.write(
            "wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nlocal n=0\nfunction request() n=n+1\n"
        )
        script.write(f"return wrk.format(nil,'/v1/chat/completions',nil,[==[{head}]==]..n..[==[{tail}]==]) end\n")
        script.flush()
        before = sum(map(cpu_seconds, workers))
        load = ["wrk", "-t1", "-c64", "-d4", "-s", script.name, f"http://127.0.0.1:{PORT}/"]
        said = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    rps, total = float(re.findall(r"Requests/sec:\s+(\S+)", said)[0]), int(re.findall(r"(\d+) requests in", said)[0])
    return rps, (sum(map(cpu_seconds, workers)) - before) / total * 1e6


def two(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """Two routers behind one Redis, each with half the load; one is killed."""
    with ExitStack() as stack:
        stack.enter_context(engine())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = Redis(folder)
        stack.callback(server.kill)
        more = SHARED.format(redis=server.port)
        stack.enter_context(router(folder, more=more))
        victim = stack.enter_context(router(folder, port=OTHER, admin=OTHER + 10, more=more))
        figures = uvloop.run(_killed(victim, asked.rate / 2, bar))
    head = ["", "requests/s before", "after", "p99 before", "after", "failed", "refused"]
    rows = [[name, *map(str, figures[name].values())] for name in ("killed", "other")]
    return figures, {"two": (head, rows)}


async def _killed(victim: int, rate: float, bar: Bar) -> dict[str, Any]:
    loads = {"killed": Steady(OTHER, rate, 16), "other": Steady(PORT, rate, 16)}
    running = [asyncio.create_task(load.run()) for load in loads.values()]
    await asyncio.sleep(1.0)
    phases: dict[str, list[tuple[float, float]]] = {name: [] for name in loads}
    for phase in range(2):
        marks = {name: (load.answered, len(load.waits)) for name, load in loads.items()}
        await asyncio.sleep(5.0)
        for name, load in loads.items():
            waits = load.waits[marks[name][1] :]
            p99 = statistics.quantiles(waits, n=100)[98] * 1e3 if len(waits) > 1 else 0.0
            phases[name].append(((load.answered - marks[name][0]) / 5.0, p99))
        if not phase:
            os.kill(victim, signal.SIGKILL)
        bar("phases", (phase + 1) / 2)
    for load in loads.values():
        load.stop.set()
    await asyncio.gather(*running)
    return {
        name: {
            "before": round(phases[name][0][0]),
            "after": round(phases[name][1][0]),
            "p99 ms before": round(phases[name][0][1], 1),
            "p99 ms after": round(phases[name][1][1], 1),
            "failed": sum(load.failed.values()),
            "refused": load.refused,
        }
        for name, load in loads.items()
    }


ROWS = {"restart": restart, "scaling": scaling, "two": two}


def main() -> int:
    """The exit status."""
    parser = command(__doc__, ROWS)
    parser.add_argument("--times", type=int, default=20, help="restarts (default: 20)")
    parser.add_argument("--rate", type=float, default=2000.0, help="requests a second (default: 2000)")
    parser.add_argument("--rounds", type=int, default=5, help="of the scaling (default: 5)")
    return benchmark(parser, ROWS, RESULTS, tries=lambda asked: asked.times < 20 or asked.rounds < 5)


if __name__ == "__main__":
    sys.exit(main())
