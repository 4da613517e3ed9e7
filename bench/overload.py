"""What becomes of requests where five times as many come as can be answered, and where every engine fails.

    python -m bench.overload [overload] [adaptive] [flood] [storm] [--seeds 3] [--seconds 8] [--json]

A real `wrp serve` before the engines that ship (`wrp_router.fakes`), over loopback, in open loop: requests come when
they come. An engine has 20 slots and takes 500 ms, so 40 requests a second are all it can answer. 200 a second come, a
tenth of them `critical`, and as many `default` as `sheddable`; before and after that, 20 a second.

`overload`: the pool's `limit` is 20, as an operator sets it who knows the engine. `adaptive`: nobody knows, the limit
is found. `flood`: all are of one class, and one tenant of five sends nearly all of them. `storm`: two engines that
answer every request with 500. Goodput is counted from half a second after the burst began to its end. Recovery
is the time from the burst's end until no tenth of a second comes any more in which over a tenth of the requests that
arrive are refused, or served later than in twice the engine's time. The load, the router and the engine share the
machine; how late the load itself was is in every time, and told beside.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.open_loop import Answer, OpenLoop, Phase
from bench.pinned import free_port, got
from bench.tables import Measure, Tables, benchmark, command
from wrp_router.cli.progress import Bar
from wrp_router.fakes.engine import FakeEngine

RESULTS = Path(__file__).parent / "results" / "overload.json"
SLOTS, SERVICE = 20, 0.5
CAPACITY = SLOTS / SERVICE
BEFORE, AFTER, RAMP = 2.0, 6.0, 0.5
CALM, TIMES = 0.5, 5.0
OF_CLASSES = {"critical": 10.0, "default": 45.0, "sheddable": 45.0}
OF_TENANTS = {"flood": 92.0, **{f"quiet-{number}": 2.0 for number in range(4)}}
CLASSES = {name: (share, f"x-wrp-priority: {name}\r\n") for name, share in OF_CLASSES.items()}
TENANTS = {name: (share, f"authorization: Bearer sk-{name}-0123456789\r\n") for name, share in OF_TENANTS.items()}
STORM_RATE, STORM_SECONDS = 200.0, 6.0
BARS: dict[str, tuple[str, Callable[[float], bool]]] = {
    "critical served": ("≥ 99 %", lambda share: share >= 0.99),
    "goodput": ("≥ 90 %", lambda share: share >= 0.9),
    "sheddable refused p99 ms": ("< 50", lambda ms: ms < 50),
    "recovery s": ("< 2", lambda seconds: seconds < 2),
    "quiet tenants served": ("≥ 99 %", lambda share: share >= 0.99),
    "attempts to bound": ("≤ 1", lambda share: share <= 1),
    "x-should-retry: false": ("≥ 99 %", lambda share: share >= 0.99),
    "storm p99 s": ("< 1", lambda seconds: seconds < 1),
}
CONFIG = """
version: 1
listen: 127.0.0.1:{port}
embedder: {{tier: none}}
pools:
  - {{name: p, model: m, servers: [{servers}], limit: {limit}}}
routes:
  - {{name: all, use: {{kind: static, pools: [p]}}}}
log: {{level: warning}}
"""
KEYS = "keys: [{}]\n".format(", ".join(f"{{tenant: {name}, key: sk-{name}-0123456789}}" for name in TENANTS))


@contextmanager
def router(folder: Path, servers: Sequence[str], limit: str, more: str = "") -> Iterator[int]:
    """Its port, once it is ready. It ends by its pid."""
    port = free_port()
    file, log = folder / "wrp.yaml", folder / "wrp.log"
    file.write_text(CONFIG.format(port=port, servers=", ".join(servers), limit=limit) + more)
    with log.open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "wrp_router", "serve", "-c", str(file)], stderr=said)
    try:
        until_ready(process, port, log)
        yield port
    finally:
        process.kill()
        process.wait()


def until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Raises RuntimeError with its last words where it does not get there."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            got(port, "/readyz")
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the router did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def engine() -> Iterator[str]:
    """A process of its own: its address."""
    words = ["-m", "wrp_router.fakes", "--model", "m", "--ttft", f"{SERVICE}s", "--slots", str(SLOTS)]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def burst(limit: str, shares: dict[str, tuple[float, str]], seed: int, seconds: float, more: str = "") -> list[Answer]:
    """All that came of one. A limit is found from first tokens: of streams."""
    phases = [Phase(BEFORE, CALM * CAPACITY), Phase(seconds, TIMES * CAPACITY), Phase(AFTER, CALM * CAPACITY)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(router(folder, [stack.enter_context(engine())], limit, more))
        return asyncio.run(OpenLoop(port, shares, seed, stream=not limit.isdigit()).run(phases))


def goodput(answers: Sequence[Answer], seconds: float) -> float:
    """Answers that came in the burst, to those that could."""
    begun, end = BEFORE + RAMP, BEFORE + seconds
    return sum(one.status == 200 and begun <= one.at < end for one in answers) / (CAPACITY * (end - begun))


def recovery(answers: Sequence[Answer], seconds: float) -> float:
    """From the end of the burst to the end of the last tenth of a second that was not as before it."""
    end, last = BEFORE + seconds, 0.0
    for tenth in range(int(AFTER * 10)):
        here = [one for one in answers if tenth <= (one.due - end) * 10 < tenth + 1]
        well = sum(one.status == 200 and one.took < 2 * SERVICE for one in here)
        if well < 0.9 * len(here):
            last = (tenth + 1) / 10
    return last


def served(answers: Sequence[Answer]) -> float:
    return sum(one.status == 200 for one in answers) / max(1, len(answers))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def judged(answers: Sequence[Answer], seconds: float) -> dict[str, float]:
    """The figures of one burst in three classes."""
    named = {name: [one for one in answers if one.name == name] for name in CLASSES}
    refused = {name: [one.took for one in ones if one.status == 503] for name, ones in named.items()}
    taken = [one.took for one in named["critical"] if one.status == 200]
    return {
        "critical served": served(named["critical"]),
        "goodput": goodput(answers, seconds),
        "sheddable refused p99 ms": 1e3 * percentile(refused["sheddable"], 0.99),
        "recovery s": recovery(answers, seconds),
        "critical p99 s": percentile(taken, 0.99),
        "default served": served(named["default"]),
        "default refused p50 ms": 1e3 * percentile(refused["default"], 0.5),
        "sheddable served": served(named["sheddable"]),
        "neither 200 nor 503": float(sum(one.status not in (200, 503) for one in answers)),
        "load late p99 ms": 1e3 * percentile([one.late for one in answers], 0.99),
        "refusals without retry-after-ms": float(
            sum(one.status == 503 and b"\r\nretry-after-ms:" not in one.head for one in answers)
        ),
    }


def overload(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    return _seeds("overload", asked, bar, lambda seed: _in_classes(str(SLOTS), seed, asked.seconds))


def adaptive(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    return _seeds("adaptive", asked, bar, lambda seed: _in_classes("{kind: adaptive}", seed, asked.seconds))


def _in_classes(limit: str, seed: int, seconds: float) -> dict[str, float]:
    return judged(burst(limit, CLASSES, seed, seconds), seconds)


def flood(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    """Four requests a second of each quiet tenant are less than its share of forty."""

    def one(seed: int) -> dict[str, float]:
        answers = burst(str(SLOTS), TENANTS, seed, asked.seconds, KEYS)
        quiet = [one for one in answers if one.name != "flood"]
        return {
            "quiet tenants served": served(quiet),
            "goodput": goodput(answers, asked.seconds),
            "quiet p99 s": percentile([one.took for one in quiet if one.status == 200], 0.99),
            "flood served": served([one for one in answers if one.name == "flood"]),
        }

    return _seeds("flood", asked, bar, one)


def storm(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], Tables]:
    return _seeds("storm", asked, bar, lambda seed: asyncio.run(_storm(seed)))


async def _storm(seed: int) -> dict[str, float]:
    """The engines are in this process, so that it is they who count."""
    one, two = (FakeEngine(["m"], fault="status=500", keep=10) for _ in range(2))
    async with one, two:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            opened = router(folder, [one.url, two.url], "0")
            port = await asyncio.to_thread(opened.__enter__)
            stack.push(opened.__exit__)
            answers = await OpenLoop(port, {"any": (1.0, "")}, seed).run([Phase(STORM_SECONDS, STORM_RATE)])
    attempts = one.counters.requests + two.counters.requests
    failed = [answer for answer in answers if answer.status >= 500]
    return {
        "attempts to bound": attempts / (1.2 * len(answers) + 10 * STORM_SECONDS),
        "x-should-retry: false": sum(b"\r\nx-should-retry: false" in one.head for one in failed) / max(1, len(failed)),
        "storm p99 s": percentile([one.took for one in answers], 0.99),
        "requests": float(len(answers)),
        "attempts": float(attempts),
        "not answered with 5xx": float(len(answers) - len(failed)),
    }


def _seeds(
    name: str, asked: argparse.Namespace, bar: Bar, one: Callable[[int], dict[str, float]]
) -> tuple[dict[str, Any], Tables]:
    rounds = []
    for seed in range(asked.seeds):
        rounds.append(one(seed))
        bar(name, (seed + 1) / asked.seeds)
    found = {figure: [each[figure] for each in rounds] for figure in rounds[0]}
    rows = [(figure, _spread(values), *_barred(figure, values)) for figure, values in found.items()]
    return found, {f"overload-{name}": (("", "median [least, most]", "bar", "held by all"), rows)}


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3g} [{min(values):.3g}, {max(values):.3g}]"


def _barred(figure: str, values: Sequence[float]) -> tuple[str, str]:
    if figure not in BARS:
        return "", ""
    bar, holds = BARS[figure]
    return bar, "yes" if all(map(holds, values)) else "NO"


ROWS: dict[str, Measure] = {"overload": overload, "adaptive": adaptive, "flood": flood, "storm": storm}


def main(argv: list[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="default: 3; fewer keep nothing")
    parser.add_argument("--seconds", type=float, default=8.0, metavar="S", help="of a burst; default: 8")
    return benchmark(parser, ROWS, RESULTS, argv, lambda asked: asked.seeds < 3 or asked.seconds < 8)


if __name__ == "__main__":
    raise SystemExit(main())
