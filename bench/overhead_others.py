"""The rows of bench/overhead.py that count something else than requests per second."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping, Sequence
from math import inf, isfinite

from bench import overhead_configs as configs
from bench.contenders import RUST, direct, nginx, rust, wrp
from bench.loads import paced, wrk
from bench.overhead_play import Found, Player, players, reported, rounds, staged
from bench.overhead_report import Judged, Rounds, Spread, better, figure, of, ratio
from bench.pinned import cpu_seconds, rss_mb
from wrp_router.cli.progress import Bar

EVERY_MS = 1.0
STREAMS = 128
BLOCKS = 10
STUDENT = 2.306
"""Of 8 degrees of freedom, two-sided, 95 %: what ten blocks leave to a line."""


def latency(asked: argparse.Namespace, bar: Bar) -> Found:
    """One request per millisecond on one connection; what each gateway adds to the engine alone."""
    cast = (direct, wrp(configs.PLAIN), *(rust(peer) for peer in RUST), nginx)

    def measured(player: Player) -> Mapping[str, float]:
        port = player.contender.port
        paced(port, 0.5, EVERY_MS)
        used = cpu_seconds(player.pid)
        found = dict(paced(port, asked.seconds, EVERY_MS))
        if player.contender.command:
            found["cpu_us"] = 1e6 * (cpu_seconds(player.pid) - used) / found["requests"]
        return found

    with staged(asked) as stage, players(stage, cast, asked.only, "numbered") as playing:
        found = rounds("latency", playing, measured, asked, bar)
    return reported("latency", found, added(found), asked, every_ms=EVERY_MS)


def added(found: Rounds) -> list[Judged]:
    """Over direct, to the better Rust router: each percentile against whose it is the least."""
    if not found.get("wrp") or not found.get("direct"):
        return []
    judged = []
    for key, bar in (("p50", 1.0), ("p99", 1.2)):
        peer = better(found, RUST, key, most=False)
        if peer is None:
            continue
        times = ratio(found, "wrp", peer, key, over="direct")
        each = ", ".join(f"{name} {figure(of(found, name, key).median)}" for name in ("direct", "wrp", peer))
        what = f"added latency at 1,000 requests/s, {key}, to {peer}"
        judged.append(Judged(what, times.told("x"), times.median, bar, "most", "x", f"µs: {each}"))
    return judged


def stream(asked: argparse.Namespace, bar: Bar) -> Found:
    """128 streams, each with an event of 197 bytes every 10 ms: CPU time of the gateway for each."""
    cast = (wrp(configs.PLAIN), *(rust(peer) for peer in RUST), nginx)

    def measured(player: Player) -> Mapping[str, float]:
        engine, port = player.stage.engine, player.contender.port
        used, events = cpu_seconds(player.pid), engine.count()[1]
        found = wrk(port, "stream", player.stage.folder, max(asked.seconds, 2), STREAMS)
        used, events = cpu_seconds(player.pid) - used, engine.count()[1] - events
        return {
            "events_s": events / max(asked.seconds, 2),
            "chunk_us": 1e6 * used / max(events, 1),
            "requests": found["requests"],
            "errors": found["errors"],
        }

    with staged(asked) as stage, players(stage, cast, asked.only, "stream") as playing:
        found = rounds("stream", playing, measured, asked, bar)
    return reported("stream", found, relayed(found), asked, streams=STREAMS)


def relayed(found: Rounds) -> list[Judged]:
    if not found.get("wrp"):
        return []
    peer, each = better(found, RUST, "chunk_us", most=False), of(found, "wrp", "chunk_us")
    beside = f"to {peer}: {ratio(found, 'wrp', peer, 'chunk_us').told('x')}" if peer else ""
    return [Judged("SSE relay, CPU an event", each.told(" µs"), each.median, 12.0, "most", " µs", beside)]


def memory(asked: argparse.Namespace, bar: Bar) -> Found:
    """What ours takes once it has answered, and how it grows: signals, static tier, exact cache and log are on."""
    with staged(asked) as stage, players(stage, [wrp(configs.STATIC, "dualmap")], None, "worded") as playing:
        player = playing[0]
        idle, begun = rss_mb(player.pid), stage.engine.count()[0]
        samples = [(0.0, idle)]
        while (made := stage.engine.count()[0] - begun) < asked.requests:
            bar("memory", made / asked.requests)
            if not wrk(player.contender.port, "worded", stage.folder, 1, 64)["requests"]:
                raise RuntimeError("nothing is answered")
            samples.append((float(stage.engine.count()[0] - begun), rss_mb(player.pid)))
    grown = slope(samples[len(samples) // 2 :])
    made, rss = samples[-1]
    found = {"wrp": [{"requests": made, "rss_mb": rss}]}
    judged = [
        Judged("memory when idle, static tier", f"{figure(idle)} MB", idle, 70.0, "most", " MB"),
        Judged(
            f"growth over the second half of {made:,.0f} requests",
            f"{grown.median:+.2f} MB per 100,000 [{grown.low:+.2f}, {grown.high:+.2f}]",
            max(0.0, grown.low) if isfinite(grown.low) else inf,
            0.0,
            "most",
            " MB within noise",
            f"{figure(rss)} MB at the end",
        ),
    ]
    return reported("memory", found, judged, asked, samples=samples[:: 1 + len(samples) // 50])


def slope(samples: Sequence[tuple[float, float]]) -> Spread:
    """MB per 100,000 requests, with a 95 % interval: a line through the means of ten blocks, whose errors hardly depend
    on each other. Of fewer samples than that nothing is said but the line."""
    size = max(1, len(samples) // BLOCKS)
    blocks = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)][:BLOCKS]
    x = [statistics.fmean(one[0] for one in block) / 1e5 for block in blocks]
    y = [statistics.fmean(one[1] for one in block) for block in blocks]
    if len(x) < 2:
        return Spread(0.0, -inf, inf)
    line = statistics.linear_regression(x, y)
    if len(x) < BLOCKS:
        return Spread(line.slope, -inf, inf)
    middle = statistics.fmean(x)
    off = sum((b - line.intercept - line.slope * a) ** 2 for a, b in zip(x, y, strict=True)) / (len(x) - 2)
    half = STUDENT * (off / sum((a - middle) ** 2 for a in x)) ** 0.5
    return Spread(line.slope, line.slope - half, line.slope + half)
