"""Thousands of streams that say nothing: what each holds in memory, what they do to others, and how they end.

    python -m bench.streams [idle] [--streams N] [--rounds N] [--json]

`idle`: clients open streams whose engine sends one event a minute. Memory is the gateway's resident set, divided by the
streams; then `/v1/models` is asked for on connections of their own; then all clients leave at once, and the gateway has
ended what they had when it holds no more files than before. A stream takes two files at the gateway (`ulimit -n`);
where one process may not hold so many there are two workers.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import tables
from bench.overhead_configs import BASE, PLAIN
from bench.pinned import GATEWAY_CORE, Engine, engine, family, free_port, got, rss_mb, running, settled, until_answered
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "streams.json"
STREAMS, ROUNDS, LOOKS = 10_000, 3, 300
BATCH = 50
"""Streams that are begun before the last of them is waited for."""

SPARE = 500
"""Files that a gateway holds beside those of its streams, at most."""

QUIET = 3.0
"""Seconds for which a gateway has as many files before it counts as started: a second worker begins after the first."""

UNEVEN = 0.75
"""The most that one of two workers may come to get of all connections."""

BARS = {"KiB a stream": 40.0, "models p99 ms": 50.0, "closed after s": 3.0}
BODY = b'{"model":"mock-model","stream":true,"messages":[{"role":"user","content":"Say nothing now. %d"}]}'
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)


def idle(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    """Each round has a gateway of its own: memory that one has freed it keeps for the next streams."""
    with tempfile.TemporaryDirectory() as temporary, engine(Path(temporary), 1, events=10, every_ms=60_000) as playing:
        rounds = [_round(Path(temporary), playing, asked, bar, at) for at in range(asked.rounds)]
    found = {name: [one[name] for one in rounds] for name in rounds[0]}
    rows = [
        (name, spread(values), f"≤ {BARS[name]:g}" if name in BARS else "", held(name, values))
        for name, values in found.items()
    ]
    return {"streams": asked.streams, "workers": asked.workers, **found}, {
        "streams-idle": (("", "median [range]", "bar", "held"), rows)
    }


def _round(folder: Path, playing: Engine, asked: argparse.Namespace, bar: Bar, at: int) -> dict[str, float]:
    port, streams = free_port(), asked.streams
    config, log = folder / f"idle-{at}.yaml", folder / f"idle-{at}.log"
    server = f"http://127.0.0.1:{playing.ports[0]}"
    config.write_text(BASE.format(port=port, servers=server, balance="p2c", folder=folder, name=f"idle-{at}") + PLAIN)
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(config), "--workers", str(asked.workers)]
    with running(command, log, [GATEWAY_CORE]) as process:
        until_answered(process, port, BODY.replace(b'"stream":true,', b"") % 0, log)
        files = settled(lambda: open_files(process.pid), QUIET)
        before, begun = rss_mb(process.pid), time.monotonic()
        clients = _opened(port, streams, lambda done: bar("opening", (at + done) / asked.rounds))
        opened = time.monotonic() - begun
        size = (rss_mb(process.pid) - before) * 1e6 / 1024 / streams
        looks = sorted(_look(port) for _ in range(LOOKS))
        leaving = time.monotonic()
        for one in clients:
            one.close()
        # a worker opens the decision log when it has something to write
        while open_files(process.pid) > files + asked.workers and time.monotonic() < leaving + 60:
            time.sleep(0.02)
        return {
            "KiB a stream": size,
            "opened in s": opened,
            "models p50 ms": 1e3 * looks[LOOKS // 2],
            "models p99 ms": 1e3 * looks[int(LOOKS * 0.99)],
            "closed after s": time.monotonic() - leaving,
        }


def _opened(port: int, streams: int, done: Callable[[float], None]) -> list[socket.socket]:
    clients: list[socket.socket] = []
    begun = 0
    for at in range(streams):
        one = socket.create_connection(("127.0.0.1", port), timeout=60)
        body = BODY % at
        one.sendall(HEAD % (len(body), body))
        clients.append(one)
        if len(clients) - begun == BATCH or len(clients) == streams:
            for waiting in clients[begun:]:
                said = waiting.recv(512)
                if not said.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"a stream was refused: {said.decode(errors='replace')}")
            begun = len(clients)
            done(begun / streams)
    return clients


def _look(port: int) -> float:
    begun = time.perf_counter()
    got(port, "/v1/models")
    return time.perf_counter() - begun


def open_files(pid: int) -> int:
    """How many a process and its descendants hold, sockets among them."""
    return sum(len(os.listdir(f"/proc/{one}/fd")) for one in family(pid))


def workers_for(streams: int, most: int) -> int:
    """How many it takes where each may hold `most` files. Raises ValueError that says how many are needed, where two
    are too few."""
    needed = 2 * streams + SPARE
    if needed > most and UNEVEN * needed > most:
        raise ValueError(f"{streams} streams need {needed} files; `ulimit -Hn` allows {most} to each of two workers")
    return 1 if needed <= most else 2


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3g} [{min(values):.3g}, {max(values):.3g}]"


def held(name: str, values: Sequence[float]) -> str:
    """By the median; nothing where there is no bar."""
    return "" if name not in BARS else "yes" if statistics.median(values) <= BARS[name] else "NO"


def main(argv: list[str] | None = None) -> int:
    parser = tables.command(__doc__, ROWS)
    parser.add_argument("--streams", type=int, default=STREAMS, metavar="N", help=f"default: {STREAMS:,}")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"default: {ROUNDS}; fewer keep nothing"
    )
    asked = parser.parse_args(argv)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        workers = workers_for(asked.streams, most)
    except ValueError as error:
        parser.error(str(error))
    parser.set_defaults(workers=workers)
    return tables.benchmark(parser, ROWS, RESULTS, argv, lambda asked: asked.rounds < ROUNDS)


ROWS: dict[str, tables.Measure] = {"idle": idle}

if __name__ == "__main__":
    raise SystemExit(main())
