"""Hostile clients before a real `wrp serve` and shipped fakes: what others notice, what they cost, how they end.

    python -m bench.hostile [poison] [loris] [stalled] [--rounds N] [--json]

Others send at a steady rate, first alone and then beside the attack, in the same round; their p99 is compared within
each round. Some ask an engine without the gateway at the same time: what they notice is the machine's.

`poison`: one tenant's requests fail at every engine, as often as another tenant asks. `loris`: two thousand connections
that send nothing, or a byte a second of a head or a body. `stalled`: a hundred clients that ask for ten megabytes and
never read. All on loopback; each round is bounded in time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import tables
from bench.pinned import GATEWAY_CORE, LOAD_CORE, free_port, got, rss_mb, running, until_answered
from bench.steady import Steady
from bench.streams import open_files, spread
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "hostile.json"
ROUNDS, ENGINES = 3, 3
RATE, CONNECTIONS = 100.0, 8
"""Requests a second of the others: far from what a router can answer, so that a wait is the attack's."""

ALONE = 8.0
"""Seconds in which they are measured by themselves."""

LORIS, STALLED = 2_000, 100
UNREAD = 10.0
"""Seconds without reading, in `stalled`; the default would make a round last a minute."""

LATE = 2.0
"""Seconds after the deadline by which all attackers are closed."""

SETTLING = 4.0
"""Seconds in which the last of them may begin to do nothing."""

KINDS = ("400", "413", "422", "500")
POISONED = 6.0
"""Seconds of each kind of poison."""

SOUND_KEY, POISON_KEY = "sk-bench", "sk-bench-poison-0123456789"
CONFIG = """\
version: 1
listen: 127.0.0.1:{port}
pools:
  - {{name: fake, model: fake, servers: [{servers}], health: {{every: 1s}}}}
  - {{name: victim, model: victim, servers: ["{victim}"]}}
routes: [{{name: all, use: {{kind: static, pools: [fake]}}}}]
log: {{level: warning}}
{more}"""
KEYS = f"keys: [{{tenant: sound, key: {SOUND_KEY}}}, {{tenant: poison, key: {POISON_KEY}}}]\n"
BODY = b'{"model":"auto","messages":[{"role":"user","content":"hello"}]}'
BARS = {
    "others answered %": (99.0, "≥"),
    "p99, to alone": (2.0, "≤"),
    "RSS at most, MB more": (50.0, "≤"),
    "closed %": (100.0, "≥"),
    "longest left alone s": (0.0, "≤"),
    "ejections": (0.0, "≤"),
    "in flight afterwards": (0.0, "≤"),
}


@dataclass(frozen=True)
class Scene:
    """A gateway before its engines; `engine` is the port of one that others' requests go to."""

    port: int
    pid: int
    log: Path
    engine: int

    def metric(self, name: str) -> float:
        """The sum of all that is told under a name."""
        lines = got(self.port, "/metrics").decode().splitlines()
        return sum([float(line.rpartition(" ")[2]) for line in lines if line.startswith((name + "{", name + " "))])


@contextmanager
def scene(folder: Path, more: str) -> Iterator[Scene]:
    """Engines are shipped fakes, of which the first is the one that stalled readers ask: what it costs to make ten
    megabytes for each of them is the engine's. The gateway is what `wrp serve` starts."""
    with ExitStack() as stack:
        urls = []
        for number in range(ENGINES + 1):
            port = free_port()
            command = [sys.executable, "-m", "wrp_router.fakes", "--port", str(port), "--model", "*"]
            stack.enter_context(running(command, folder / f"engine-{number}.log", [LOAD_CORE]))
            urls.append(f"http://127.0.0.1:{port}")
        port, log = free_port(), folder / "gateway.log"
        config = folder / "wrp.yaml"
        config.write_text(CONFIG.format(port=port, servers=", ".join(urls[1:]), victim=urls[0], more=more))
        serve = [sys.executable, "-m", "wrp_router", "serve", "-c", str(config)]
        process = stack.enter_context(running(serve, log, [GATEWAY_CORE]))
        until_answered(process, port, BODY, log)
        yield Scene(port, process.pid, log, int(urls[-1].rpartition(":")[2]))


async def steady(port: int, seconds: float, *lines: str, rate: float = RATE) -> Steady:
    """Others, for so long."""
    load = Steady(port, rate, CONNECTIONS, lines=lines)
    running_load = asyncio.create_task(load.run())
    await asyncio.sleep(seconds)
    load.stop.set()
    await running_load
    return load


async def both_ways(there: Scene, seconds: float) -> tuple[Steady, Steady]:
    """Others through the gateway; and, at the same time, some that ask an engine without it: what those notice is the
    machine's."""
    through, past = steady(there.port, seconds), steady(there.engine, seconds, rate=RATE / 4)
    return await asyncio.gather(through, past)


def p99_ms(load: Steady) -> float:
    waits = sorted(load.waits)
    return 1e3 * waits[int(len(waits) * 0.99)]


def answered(load: Steady) -> float:
    """In percent."""
    return 100.0 * load.answered / len(load.waits)


def attack(kind: str, count: int, more: str, deadline: float) -> Mapping[str, Any]:
    """One round of connections that cost a router, it is hoped, little."""
    with tempfile.TemporaryDirectory() as temporary, scene(Path(temporary), more) as there:
        alone, control = asyncio.run(both_ways(there, ALONE))
        before, files = rss_mb(there.pid), open_files(there.pid)
        seconds = deadline + LATE + SETTLING
        words = [sys.executable, "-m", "bench.attackers", kind, str(there.port), str(count), str(seconds)]
        attackers = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        try:
            beside, control_beside, most = asyncio.run(_beside(there, seconds))
            told, _ = attackers.communicate(timeout=60)
        finally:
            attackers.kill()
            attackers.wait()
        found = json.loads(told.splitlines()[-1])
        end = time.monotonic() + 10.0
        while open_files(there.pid) > files and time.monotonic() < end:
            time.sleep(0.05)
        return {
            "p99 alone ms": p99_ms(alone),
            "p99 beside ms": p99_ms(beside),
            "p99, to alone": p99_ms(beside) / p99_ms(alone),
            "p50, to alone": median(beside.waits) / median(alone.waits),
            "p99 without the gateway, to alone": p99_ms(control_beside) / p99_ms(control),
            "others answered %": answered(beside),
            "RSS at most, MB more": most - before,
            "RSS afterwards, MB more": rss_mb(there.pid) - before,
            "closed %": 100.0 * found["closed"] / found["attackers"],
            "longest left alone s": found["longest"],
            "files afterwards, more": float(open_files(there.pid) - files),
            "in flight afterwards": there.metric("wrp_in_flight"),
            "said": found["said"],
        }


async def _beside(there: Scene, seconds: float) -> tuple[Steady, Steady, float]:
    """Others during the attack, and the most memory that the gateway took meanwhile."""
    most, load = 0.0, asyncio.create_task(both_ways(there, seconds))
    while not load.done():
        most = max(most, rss_mb(there.pid))
        await asyncio.sleep(0.2)
    return *load.result(), most


def poison(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    found: dict[str, dict[str, list[float]]] = {kind: {} for kind in KINDS}
    for at in range(asked.rounds):
        with tempfile.TemporaryDirectory() as temporary, scene(Path(temporary), KEYS) as there:
            for number, kind in enumerate(KINDS):
                bar("poison", (at + number / len(KINDS)) / asked.rounds)
                for name, value in _poisoned(there, kind).items():
                    found[kind].setdefault(name, []).append(value)
    rows = [
        (kind, name, spread(values), *judged(name, values))
        for kind, one in found.items()
        for name, values in one.items()
    ]
    head = ("status", "", "median [range]", "bar", "held")
    return found, {"hostile-poison": (head, rows)}


def _poisoned(there: Scene, kind: str) -> dict[str, float]:
    sound, bad = (f"authorization: Bearer {key}" for key in (SOUND_KEY, POISON_KEY))

    async def both() -> tuple[Steady, Steady, Steady]:
        alone = await steady(there.port, POISONED / 2, sound)
        knob = f"x-fake: status={kind}, error_shape=openai"
        beside = await asyncio.gather(steady(there.port, POISONED, sound), steady(there.port, POISONED, bad, knob))
        return alone, *beside

    before = _ejections(there)
    alone, beside, poisoned = asyncio.run(both())
    return {
        "poisoned requests": float(len(poisoned.waits)),
        "of them refused %": 100.0 * poisoned.failed[kind] / len(poisoned.waits),
        "others answered %": answered(beside),
        "p99 of others, to alone": p99_ms(beside) / p99_ms(alone),
        "ejections": _ejections(there) - before,
    }


def _ejections(there: Scene) -> float:
    return float(there.log.read_text().count(": closed -> open"))


def loris(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    return _attacked("loris", LORIS, "", 10.0, asked, bar)


def stalled(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    return _attacked("stalled", STALLED, f"clients: {{unread: {UNREAD:g}s}}\n", UNREAD, asked, bar)


def _attacked(
    kind: str, count: int, more: str, deadline: float, asked: argparse.Namespace, bar: Bar
) -> tuple[dict[str, Any], tables.Tables]:
    count = asked.count or count
    rounds = []
    for at in range(asked.rounds):
        bar(kind, at / asked.rounds)
        rounds.append(attack(kind, count, more, deadline))
    found = {name: [one[name] for one in rounds] for name in rounds[0]}
    rows = [
        (name, spread(values), *judged(name, values, deadline + LATE))
        for name, values in found.items()
        if name != "said"
    ]
    return {"attackers": count, **found}, {f"hostile-{kind}": (("", "median [range]", "bar", "held"), rows)}


def judged(name: str, values: Sequence[float], deadline: float = 0.0) -> tuple[str, str]:
    """The bar, and whether it is held: by every round, but p99, which is by the median. Nothing where there is none."""
    if name not in BARS:
        return "", ""
    bar, sign = BARS[name]
    bar = deadline if name == "longest left alone s" else bar
    one = sorted(values)[len(values) // 2] if name.startswith("p99") else None
    worst = one if one is not None else (min(values) if sign == "≥" else max(values))
    return f"{sign} {bar:g}", "yes" if (worst >= bar if sign == "≥" else worst <= bar) else "NO"


def main(argv: list[str] | None = None) -> int:
    parser = tables.command(__doc__, ROWS)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"default: {ROUNDS}; fewer keep nothing"
    )
    parser.add_argument("--count", type=int, default=0, metavar="N", help=f"attackers; default: {LORIS}, {STALLED}")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return tables.benchmark(parser, ROWS, RESULTS, argv, lambda asked: asked.rounds < ROUNDS or bool(asked.count))


ROWS: dict[str, tables.Measure] = {"poison": poison, "loris": loris, "stalled": stalled}

if __name__ == "__main__":
    raise SystemExit(main())
