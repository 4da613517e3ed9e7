"""A million mixed requests before a router with everything on: does anything grow, does anything break?

    make soak          python -m bench.soak [--requests N] [--minutes N] [--seed N] [--no-semantic] [--python PATH]
    [--json]

`wrp serve` stands before the benches' engine (C, four ports) and three shipped fakes that misbehave on demand. The mix
is `soak_mix.py`: almost nothing is asked twice, clients leave, engines break, headers are hostile. Once a second the
resident set, files, threads and series of `/metrics` are looked at; early and at the end also what containers hold
(`soak_inside.py`). After the warm-up (WARM_UP of the requests) a line is fitted. At the end clients leave, and files
and tasks must be back where they were; the log must hold no traceback and nothing that was never retrieved. Writes
bench/results/soak.json and soak.svg; of fewer than ENOUGH requests nothing is kept. The exit status is 1 where
something grew or broke.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import tables
from bench.pinned import cpu_seconds, engine, free_port, got, rss_mb, running, until_answered
from bench.soak_config import write
from bench.soak_inside import look
from bench.soak_mix import key_of
from bench.soak_slope import NOTHING, slope
from bench.streams import open_files
from wrp_router.cli.progress import Bar

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "soak.json"
WARM_UP, CONNECTIONS, MILLION = 0.4, 48, 1_000_000
LOOKS = (0.01, 0.03, 0.06)
"""When what containers hold is looked at, as shares of the requests: each look costs some MB, for good, so none comes
later than the warm-up; and one when all is over."""

CORES = sorted(os.sched_getaffinity(0))
SHAKY, ENOUGH = 3, 100_000
PRELUDE, SETTLING = 600, 8.0
"""Requests before the count begins, and seconds for the connections to engines to be closed after them."""

PATIENCE = 60.0
"""Seconds for what clients left behind to be over."""

BROKEN = re.compile(rb"Traceback|never retrieved|never awaited|Unclosed|unhandled", re.IGNORECASE)
BODY = b'{"model":"mock-model","messages":[{"role":"user","content":"Are you there?"}]}'


def soak(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], tables.Tables]:
    """One router from its start to its end."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        pid, port, admin, log = stack.enter_context(_router(folder, asked))
        window = str(folder / "window")
        before = _settled(asked, pid, port, window)
        begun, used = time.monotonic(), cpu_seconds(pid)
        samples, looks, load = _loaded(asked, bar, pid, port, admin, window)
        seconds, used = time.monotonic() - begun, cpu_seconds(pid) - used
        after = _at_rest(pid, window, before)
        looks.append({"requests": load["done"], **look(window)})
        stack.close()
        said = log.read_bytes()
    broken = [line.decode(errors="replace")[:300] for line in said.splitlines() if BROKEN.search(line)]
    warm = WARM_UP * load["done"]
    fits = {
        "bytes a request": slope(samples["requests"], [1e6 * size for size in samples["MB"]], warm),
        "files a million": slope(samples["requests"], [1e6 * one for one in samples["files"]], warm),
    }
    found = {
        "requests": load["done"],
        "seconds": round(seconds, 1),
        "cpu_us": round(1e6 * used / load["done"], 1),
        "fits": {name: {"each": fit.each, "least": fit.least, "most": fit.most} for name, fit in fits.items()},
        "MB": {"warm": at(samples, "MB", warm), "end": samples["MB"][-1], "most": max(samples["MB"])},
        "series": {"warm": at(samples, "series", warm), "end": samples["series"][-1]},
        "before": before,
        "after": after,
        "broken": broken[:20],
        "broken_lines": len(broken),
        "log_lines": said.count(b"\n"),
        "wrong": load["wrong"],
        "answers": load["found"],
        "grown": grown(looks),
        "containers": looks[-1]["containers"],
        "samples": samples,
    }
    found["holds"] = holds(found, fits["bytes a request"].flat)
    return found, shown(found)


def _settled(asked: argparse.Namespace, pid: int, port: int, window: str) -> dict[str, int]:
    """Tasks and files of a router that has seen each kind of request, and has nothing to do."""
    subprocess.run(_load(port, PRELUDE, asked.seed + 1), stdout=subprocess.DEVNULL, check=True)
    time.sleep(SETTLING)
    return {"tasks": look(window)["tasks"], "files": open_files(pid)}


def _load(port: int, requests: int, seed: int) -> list[str]:
    return [sys.executable, str(HERE / "soak_load.py"), *map(str, (port, requests, CONNECTIONS, seed))]


@contextmanager
def _router(folder: Path, asked: argparse.Namespace) -> Iterator[tuple[int, int, int, Path]]:
    """Its pid, both ports, and what it says."""
    port, admin, log = free_port(), free_port(), folder / "router.log"
    with ExitStack() as stack:
        playing = stack.enter_context(engine(folder, 4, events=12, every_ms=2))
        shaky = [free_port() for _ in range(SHAKY)]
        for at, one in enumerate(shaky):
            command = [sys.executable, "-m", "wrp_router.fakes", "--port", str(one), "--model", "*", "--slots", "64"]
            stack.enter_context(running(command, folder / f"fake-{at}.log", CORES))
        engines, fakes = ([f"http://127.0.0.1:{one}" for one in ports] for ports in (playing.ports, shaky))
        config = write(folder, port, admin, engines, fakes, semantic=asked.semantic)
        command = [str(asked.python), str(HERE / "soak_inside.py"), str(folder / "window"), "serve", "-c", str(config)]
        process = stack.enter_context(running(command, log, CORES))
        until_answered(process, port, BODY, log, key=key_of(59))
        yield process.pid, port, admin, log


def _loaded(
    asked: argparse.Namespace, bar: Bar, pid: int, port: int, admin: int, window: str
) -> tuple[dict[str, list[float]], list[dict[str, Any]], dict[str, Any]]:
    """Samples by name, looks inside, and what the load says of the answers."""
    samples: dict[str, list[float]] = {name: [] for name in ("requests", "MB", "files", "threads", "series")}
    looks: list[dict[str, Any]] = []
    said: dict[str, Any] = {}
    ends = time.monotonic() + 60 * asked.minutes
    with subprocess.Popen(_load(port, asked.requests, asked.seed), stdout=subprocess.PIPE, text=True) as load:
        assert load.stdout is not None
        for line in load.stdout:
            said = json.loads(line)
            done = said["done"]
            bar("asking", done / asked.requests)
            now = (done, rss_mb(pid), open_files(pid), threads(pid), series(admin))
            for name, value in zip(samples, now, strict=True):
                samples[name].append(value)
            if asked.trace:
                with asked.trace.open("a") as trace:
                    trace.write(json.dumps({**dict(zip(samples, now, strict=True)), **said}) + "\n")
            if time.monotonic() > ends:
                load.terminate()
                ends = math.inf
            if len(looks) < len(LOOKS) and done >= LOOKS[len(looks)] * asked.requests:
                looks.append({"requests": done, **look(window)})
    if load.returncode:
        raise RuntimeError("the load broke off")
    return samples, looks, said


def _at_rest(pid: int, window: str, before: Mapping[str, int]) -> dict[str, int]:
    """Tasks and files when they are as few as before the load, or after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = {"tasks": look(window)["tasks"], "files": open_files(pid)}
        if time.monotonic() > deadline or all(found[name] <= before[name] for name in found):
            return found
        time.sleep(1.0)


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def series(admin: int) -> int:
    """Lines of /metrics that are values: what labels have made of the metrics."""
    return sum(1 for line in got(admin, "/metrics").splitlines() if line and not line.startswith(b"#"))


def at(samples: Mapping[str, list[float]], name: str, count: float) -> float:
    """What it was when so many requests were done."""
    return next(value for done, value in zip(samples["requests"], samples[name], strict=True) if done >= count)


def grown(looks: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Types and containers that hold a tenth and 500 more at the end than at the look before: both numbers."""
    first, last = looks[-2], looks[-1]
    return {
        name: [first[kind].get(name, 0), count]
        for kind in ("types", "containers")
        for name, count in last[kind].items()
        if count > 1.1 * first[kind].get(name, 0) + 500
    }


def holds(found: Mapping[str, Any], flat: bool) -> dict[str, bool]:
    """Each thing that must be, and whether it is."""
    return {
        "memory flat": flat,
        "series bounded": found["series"]["end"] <= 1.1 * found["series"]["warm"],
        "files back": found["after"]["files"] <= found["before"]["files"],
        "tasks back": found["after"]["tasks"] <= found["before"]["tasks"],
        "nothing broken in the log": not found["broken_lines"],
        "every answer right": not found["wrong"],
    }


def shown(found: Mapping[str, Any]) -> tables.Tables:
    fit, memory, must, series = found["fits"]["bytes a request"], found["MB"], found["holds"], found["series"]
    growth = f"{fit['each']:+.2f} [{fit['least']:+.2f}, {fit['most']:+.2f}]"
    left = {name: f"{found['before'][name]} / {found['after'][name]}" for name in ("files", "tasks")}
    rows = [
        ("requests", f"{found['requests']:,}", "", ""),
        ("bytes a request, after the warm-up", growth, f"0 within, or < {NOTHING:g}", "memory flat"),
        ("MB after the warm-up / at the end / at most", " / ".join(f"{one:.0f}" for one in memory.values()), "", ""),
        (
            "series of /metrics, warm / at the end",
            " / ".join(f"{one:.0f}" for one in series.values()),
            "≤ 1.1x",
            "series bounded",
        ),
        ("files before / after", left["files"], "back", "files back"),
        ("tasks before / after", left["tasks"], "back", "tasks back"),
        ("tracebacks, never retrieved, never awaited", str(found["broken_lines"]), "0", "nothing broken in the log"),
        ("answers that were not right", str(sum(found["wrong"].values())), "0", "every answer right"),
    ]
    table = [(name, value, bar, "" if not key else "yes" if must[key] else "NO") for name, value, bar, key in rows]
    return {"soak": (("", "measured", "bar", "held"), table)}


def main(argv: list[str] | None = None) -> int:
    parser = tables.command(__doc__)
    parser.add_argument("--requests", type=int, default=MILLION, metavar="N", help=f"default: {MILLION:,}")
    parser.add_argument(
        "--minutes", type=float, default=600.0, metavar="N", help="at most (default: as long as it takes)"
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="gets every sample as it comes, a line each")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the mix (default: 1)")
    parser.add_argument("--no-semantic", dest="semantic", action="store_false", help="without the extra `model`")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="that runs the router")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that who is ended ends those that it started
    asked, bar = parser.parse_args(argv), Bar()
    found, table = soak(asked, bar)
    bar.end()
    if found["requests"] >= ENOUGH:
        from bench.soak_plot import draw

        kept = {name: value for name, value in found.items() if name not in ("samples", "containers")}
        tables.kept(RESULTS, "soak", kept, table)
        draw(
            found["samples"], found["fits"]["bytes a request"], WARM_UP * found["requests"], RESULTS.with_suffix(".svg")
        )
    print(json.dumps(found, indent=1) if asked.json else tables.shown("soak", table))
    for name in ("wrong", "broken", "grown"):
        if found[name] and not asked.json:
            print(f"\n{name}: {json.dumps(found[name], indent=1)}")
    return 0 if all(found["holds"].values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
