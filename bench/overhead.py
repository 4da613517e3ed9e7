"""What the gateway costs: against the engine directly and against the Rust routers, interleaved on the same cores.

`python bench/overhead.py [--rounds 5] [--seconds 3] [--json FILE]` prints a table and writes
bench/results/overhead.json. Every gateway is pinned to core 0; load (wrk) and engine share core 1. Ours runs with the
exact cache, the token estimate, metrics and the decision log on; the cache never hits, since no two bodies of the load
are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from contenders import (
    ENGINE_PORT,
    GATEWAY_CORE,
    LOAD_CORE,
    Contender,
    contenders,
    cpu_seconds,
    install,
    rss_mb,
    running,
)

HERE = Path(__file__).parent
SYSTEM = "You are a helpful assistant working for a software company. Answer precisely and cite sources. " * 4
ASK = "Explain how hierarchical navigable small world graphs support nearest neighbour search, with an example. " * 3

SCRIPT = """
local counter = math.random(1, 2^30)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer sk-bench"
local head, tail = [==[{head}]==], [==[{tail}]==]
function request()
  counter = counter + 1
  return wrk.format(nil, "/v1/chat/completions", nil, head .. counter .. tail)
end
"""

CONFIG = """
version: 1
listen: 127.0.0.1:19010
pools:
  - name: mock
    model: mock-model
    servers: [http://127.0.0.1:{engine}]
    price: {{input: 0.05, output: 0.20}}
    balance: {{kind: round_robin}}
routes:
  - name: everything
    use: {{kind: static, pools: [mock]}}
cache:
  store: memory
  semantic: false
log:
  level: error
  decisions: {log}
"""


def _script(stream: bool) -> str:
    body = json.dumps(
        {
            "model": "mock-model",
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK + "@"}],
            "temperature": 0.2,
            "max_tokens": 256,
            "stream": stream,
        },
        separators=(",", ":"),
    )
    head, _, tail = body.partition("@")
    return SCRIPT.replace("{head}", head).replace("{tail}", tail)


def _wrk(port: int, connections: int, seconds: float, script: Path) -> dict[str, float]:
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}",
    ]
    out = subprocess.run(
        command, capture_output=True, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE})
    ).stdout
    errors = sum(int(n) for n in re.findall(r"(?:Non-2xx or 3xx responses: |connect |read |write |timeout )(\d+)", out))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    done = re.search(r"(\d+) requests in", out)
    assert rate is not None, out
    assert done is not None, out
    return {
        "rps": float(rate[1]),
        "requests": float(done[1]),
        "errors": float(errors),
        "p50_ms": _percentile(out, 50),
        "p99_ms": _percentile(out, 99),
    }


def _percentile(out: str, at: int) -> float:
    found = re.search(rf"{at}%\s+([\d.]+)(us|ms|s)", out)
    assert found is not None, out
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


def measure(contender: Contender, scripts: dict[str, Path], seconds: float, engine: int) -> dict[str, float]:
    """One round: throughput at 64 connections, latency at one, streams at 32."""
    figures: dict[str, float] = {}
    if not contender.command:
        return _round(contender, scripts, seconds, engine, figures)
    with running(contender.command, contender.port, GATEWAY_CORE) as pid:
        return _round(contender, scripts, seconds, pid, figures)


def _round(
    contender: Contender, scripts: dict[str, Path], seconds: float, pid: int, figures: dict[str, float]
) -> dict[str, float]:
    _wrk(contender.port, 16, 1, scripts["plain"])  # warm up
    for name, script, connections in (("plain", "plain", 64), ("single", "plain", 1), ("stream", "stream", 32)):
        before = cpu_seconds(pid)
        result = _wrk(contender.port, connections, seconds, scripts[script])
        used = cpu_seconds(pid) - before
        result["cpu_us"] = 1e6 * used / max(result["requests"], 1.0) if contender.command else 0.0
        figures |= {f"{name}_{key}": value for key, value in result.items()}
    figures["rss_mb"] = rss_mb(pid)
    return figures


def _summary(rounds: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for name, figures in rounds.items():
        table[name] = {key: statistics.median(f[key] for f in figures) for key in figures[0]}
        table[name]["plain_rps_range"] = [min(f["plain_rps"] for f in figures), max(f["plain_rps"] for f in figures)]
    peers = [name for name in table if name not in ("direct", "wrp")]
    if peers and "wrp" in table:
        for key in ("plain", "stream"):
            best = max(peers, key=lambda peer: table[peer][f"{key}_rps"])
            pairs = zip(rounds["wrp"], rounds[best], strict=True)
            ratios = sorted(ours[f"{key}_rps"] / theirs[f"{key}_rps"] for ours, theirs in pairs)
            table["wrp"][f"{key}_ratio_to_best_peer"] = {
                "peer": best,
                "median": statistics.median(ratios),
                "range": [ratios[0], ratios[-1]],
            }
    return table


def _print(table: dict[str, dict[str, Any]]) -> None:
    columns = ("req/s @64", "CPU us", "p50 @1 ms", "p99 @1 ms", "streams/s", "CPU us", "RSS MB", "errors")
    print(f"{'':15}" + "".join(f"{column:>11}" for column in columns))
    for name, row in table.items():
        errors = sum(value for key, value in row.items() if key.endswith("_errors"))
        cells = (
            f"{row['plain_rps']:,.0f}",
            f"{row['plain_cpu_us']:.1f}",
            f"{row['single_p50_ms']:.3f}",
            f"{row['single_p99_ms']:.3f}",
            f"{row['stream_rps']:,.0f}",
            f"{row['stream_cpu_us']:.1f}",
            f"{row['rss_mb']:.1f}",
            f"{errors:.0f}",
        )
        print(f"{name:15}" + "".join(f"{cell:>11}" for cell in cells))
    for key in ("plain", "stream"):
        ratio = table.get("wrp", {}).get(f"{key}_ratio_to_best_peer")
        if ratio:
            low, high = ratio["range"]
            print(f"wrp / {ratio['peer']} ({key}): {ratio['median']:.2f}x  [{low:.2f}, {high:.2f}]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="contenders to run (default: all)")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "overhead.json")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("this benchmark drives load with wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as temporary:
        _run(options, Path(temporary))


def _run(options: argparse.Namespace, scratch: Path) -> None:
    scripts = {"plain": scratch / "plain.lua", "stream": scratch / "stream.lua"}
    scripts["plain"].write_text(_script(False))
    scripts["stream"].write_text(_script(True))
    config = scratch / "wrp.yaml"
    config.write_text(CONFIG.format(engine=ENGINE_PORT, log=scratch / "decisions.jsonl"))
    chosen = [c for c in contenders(config) if not options.only or c.name in options.only]
    for contender in chosen:
        if contender.peer:
            install(contender.peer)
    rounds: dict[str, list[dict[str, float]]] = {c.name: [] for c in chosen}
    mock = (sys.executable, str(HERE / "mock_engine.py"), str(ENGINE_PORT))
    with running(mock, ENGINE_PORT, LOAD_CORE) as engine:
        for number in range(options.rounds):
            for contender in chosen if number % 2 == 0 else reversed(chosen):
                print(f"round {number + 1}/{options.rounds}: {contender.name}", file=sys.stderr)
                rounds[contender.name].append(measure(contender, scripts, options.seconds, engine))
    table = _summary(rounds)
    _print(table)
    options.json.parent.mkdir(exist_ok=True)
    machine = {
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    options.json.write_text(json.dumps({"machine": machine, "rounds": options.rounds, "table": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
