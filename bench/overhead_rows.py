"""The rows of bench/overhead.py that count requests per second; overhead_others.py has the others."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence

from bench import overhead_configs as configs
from bench.contenders import RUST, Casting, direct, left_out, litellm, nginx, production_stack, rust, wrp
from bench.loads import Kind, wrk
from bench.overhead_play import Found, Player, players, reported, rounds, staged, throughput, told
from bench.overhead_report import Judged, Rounds, better, figure, of, ratio
from bench.pinned import LOAD_CORE
from wrp_router.cli.progress import Bar

ENTRIES = 10_000
SLOW = 5
"""Seconds of load at least, where an answer may take two of them."""
FEW, ALL = 8, 0.98
"""Connections of the semantic row: the cache waits 250 ms for a vector and then goes without, so that with many, fewer
are looked up, and the figure says nothing. It is said aloud below this share."""

Judging = Callable[[Rounds], list[Judged]]
"""What was measured -> which bars are held. Without those whose contenders were left out."""


def plain(asked: argparse.Namespace, bar: Bar) -> Found:
    """p2c over two servers, health, retries, metrics, request id and decision log; no signals, no cache."""
    cast = (direct, wrp(configs.PLAIN), *(rust(peer) for peer in RUST), nginx)
    return played(
        "plain", cast, "numbered", asked, bar, beside(RUST, "requests/s, plain routing, to {} round robin", 2.0)
    )


def exact(asked: argparse.Namespace, bar: Bar) -> Found:
    """The same, and the exact cache, which is never hit."""
    cast = (wrp(configs.CACHED), *(rust(peer) for peer in RUST))
    return played("exact", cast, "numbered", asked, bar, beside(RUST, "with the exact cache, to {} round robin", 0.6))


def full(asked: argparse.Namespace, bar: Bar) -> Found:
    """The exact cache (never hit), tokens, keywords, PII and DualMap besides."""
    cast = (wrp(configs.FULL, "dualmap"), *(rust(peer, "cache_aware") for peer in RUST))
    return played(
        "full", cast, "numbered", asked, bar, beside(RUST, "with cache, signals, DualMap, to {} cache_aware", 1.5)
    )


def semantic(asked: argparse.Namespace, bar: Bar) -> Found:
    """Static embedding, domain, and a semantic look-up among ten thousand entries besides. `wrp static` is without the
    look-up: the cache compares vectors of the model only."""
    cast = (
        wrp(configs.SEMANTIC, "dualmap"),
        wrp(configs.STATIC, "dualmap", "wrp static"),
        *(rust(peer, "cache_aware") for peer in RUST),
    )
    with staged(asked) as stage, players(stage, cast, asked.only, "worded") as playing:
        for player in playing:
            if player.contender.name == "wrp":
                fill(player, bar)
        load = throughput("worded", asked.seconds, connections=FEW, warm_up=2)
        found = rounds("semantic", playing, load, asked, bar)
    judged = beside(RUST, "semantic path over 10,000 entries, to {} cache_aware without any of it", 0.7)(found)
    share = of(found, "wrp", "looked_up").median if found.get("wrp") and "looked_up" in found["wrp"][0] else 1.0
    if share < ALL:
        print(f"ATTENTION: semantic: only {share:.1%} of the requests were looked up", file=sys.stderr)
    return reported("semantic", found, judged, asked, entries=ENTRIES)


def fill(player: Player, bar: Bar) -> None:
    """Ten thousand answers into its cache, with their vectors."""
    made = 0.0
    while made < ENTRIES:
        bar("semantic: filling the cache", made / ENTRIES)
        wrk(player.contender.port, "short", player.stage.folder, 3, 32)
        before, made = made, (told(player) or {})["looked_up"]
        if made == before:
            raise RuntimeError("the cache cannot be filled: nothing is embedded")


def model(asked: argparse.Namespace, bar: Bar) -> Found:
    """A vector of the model for every request, in micro-batches, on the same core as all else."""
    judged = alone("model-tier embedding on every request", 250)
    return played("model", (wrp(configs.MODEL),), "worded", asked, bar, judged)


def python(asked: argparse.Namespace, bar: Bar) -> Found:
    """The gateways of the field that are written in Python."""
    cast = (wrp(configs.PLAIN), litellm, production_stack(asked.production_stack))

    def judged(found: Rounds) -> list[Judged]:
        return [
            one
            for peer, least in (("litellm", 150.0), ("production-stack", 12.0))
            for one in beside((peer,), "requests/s, plain routing, to {}", least)(found)
        ]

    return played("python", cast, "numbered", asked, bar, judged, max(asked.seconds, SLOW))


def hits(asked: argparse.Namespace, bar: Bar) -> Found:
    """The same question again and again, from the exact cache."""
    return played("hits", (wrp(configs.HITS),), "same", asked, bar, alone("exact-cache hits", 50_000))


def workers(asked: argparse.Namespace, bar: Bar) -> Found:
    """Two processes on two cores beside one on one. Where there are but two, the load has to share one of them."""
    said = subprocess.run(
        [sys.executable, "-m", "wrp_router", "serve", "--help"], capture_output=True, text=True
    ).stdout
    if "--workers" not in said:
        left_out("the row workers", "`wrp serve` of this version has no --workers")
        return {}, {}
    cast = [wrp(configs.PLAIN, name=f"wrp {count}", workers=count) for count in (1, 2)]

    def judged(found: Rounds) -> list[Judged]:
        if not {"wrp 1", "wrp 2"} <= found.keys():
            return []
        times = ratio(found, "wrp 2", "wrp 1", "rps")
        shared = "the load shares one of the two cores" if LOAD_CORE < 2 else ""
        return [Judged("2 workers on 2 cores, to one", times.told("x"), times.median, 1.7, "least", "x", shared)]

    return played("workers", cast, "numbered", asked, bar, judged)


def played(
    row: str,
    cast: Sequence[Casting],
    kind: Kind,
    asked: argparse.Namespace,
    bar: Bar,
    judged: Judging,
    seconds: float | None = None,
) -> Found:
    """One row, from the curtain to the tables; `seconds` where it has to be others than were asked for."""
    with staged(asked) as stage, players(stage, cast, asked.only, kind) as playing:
        found = rounds(row, playing, throughput(kind, seconds or asked.seconds), asked, bar)
    return reported(row, found, judged(found), asked)


def beside(peers: Sequence[str], what: str, least: float) -> Judging:
    """Requests/s of ours to those of the better peer, whose name takes the place of {}."""

    def judged(found: Rounds) -> list[Judged]:
        peer = better(found, peers, "rps")
        if peer is None or not found.get("wrp"):
            return []
        times = ratio(found, "wrp", peer, "rps")
        by_cpu = "by CPU time " + ratio(found, peer, "wrp", "cpu_us").told("x")
        return [Judged(what.format(peer), times.told("x"), times.median, least, "least", "x", by_cpu)]

    return judged


def alone(what: str, least: float) -> Judging:
    """Requests/s of ours, and how many of them a core would make that it had to itself."""

    def judged(found: Rounds) -> list[Judged]:
        if not found.get("wrp"):
            return []
        rate, each = of(found, "wrp", "rps"), of(found, "wrp", "cpu_us")
        own = f"{figure(1e6 / each.median)} in a second of CPU time"
        return [Judged(f"{what}, one core", rate.told("/s"), rate.median, least, "least", "/s", own)]

    return judged
