"""The rows of bench/pools.py: each gives its figures, and tables of them."""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from bench.pools_scenes import CONTENDERS, SERVER, SLO, WARM_UP, Found, Scene, played, policy, scenes, titled
from bench.undisturbed import Core, between, fastest, loop
from wrp_policies import Pool, Server
from wrp_policies.queueing import Deadline, Fifo, OrderSpec, Shortest
from wrp_router.cli.garbage import seldom
from wrp_router.cli.progress import Bar
from wrp_router.fleet.prefixes import Prefixes
from wrp_router.fleet.spec import QueueSpec
from wrp_router.sim.traces import Arrival, Shape, Trace, hot, synthetic
from wrp_router.sim.trial import Change, Contest, Report, Setting, Trial, by_window, report
from wrp_signals.facts import Facts

SLICE = 50
"""Requests that are timed together: some milliseconds."""

EVERYONE = (*CONTENDERS, "clairvoyant")
RIVALS = ("one hash", "least_load", "min_ttft", "preble", "dualmap", "adaptive")


def one_router(asked: argparse.Namespace, bar: Bar) -> Found:
    """Table A: one router that knows all its servers' queues; first come, first served, for all."""
    figures: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for name, scene in chosen(asked).items():
        for servers in asked.servers:
            played = _rates(scene(), servers, EVERYONE, asked, bar, f"{name}, {servers} servers")
            figures[f"{name}, {servers}"] = played
            tables[f"pools-one-{name}-{servers}"] = _table(played, EVERYONE)
    return figures, tables


def chosen(asked: argparse.Namespace) -> dict[str, Callable[[], Scene]]:
    """The scenes that are asked for, or all."""
    return {name: scene for name, scene in scenes(asked.data).items() if not asked.scene or name in asked.scene}


def several_routers(asked: argparse.Namespace, bar: Bar) -> Found:
    """Table B: four routers, each with what it sent itself; of the others' load it hears every few seconds."""
    figures: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    names = [name for name in chosen(asked) if name != "ShareGPT"]
    for name in names:
        for sync in (0.0, 1.0, 5.0):
            scene = scenes(asked.data)[name]()
            played = _rates(scene, 8, RIVALS, asked, bar, f"{name}, every {sync:g} s", routers=4, sync=sync)
            figures[f"{name}, {sync:g}"] = played
            tables[f"pools-several-{name}-{sync:g}"] = _table(played, RIVALS)
    return figures, tables


def _rates(
    scene: Scene,
    servers: int,
    names: Sequence[str],
    asked: argparse.Namespace,
    bar: Bar,
    title: str,
    routers: int = 1,
    sync: float = 0.0,
) -> dict[str, dict[str, Report]]:
    """By rate (requests a second for eight servers) and policy."""
    played: dict[str, dict[str, Report]] = {}
    setting = Setting((SERVER,) * servers, scene.trace.block_tokens, routers, sync)
    for rate in scene.rates:
        requests = 400 if asked.quick else 4000 * servers // (8 if servers == 8 else 16)
        shape = scene.shape(rate * servers / 8, requests)
        contest = Contest(setting, scene.trace, shape, asked.seeds, SLO, min(WARM_UP, requests // 8))
        played[f"{rate:g}"] = contest.run(
            {name: policy(name) for name in names},
            lambda stage, share, rate=rate: bar(f"{title}, {rate:g}/s", share),  # type: ignore[misc]
        )
    return played


def _table(played: dict[str, dict[str, Report]], names: Sequence[str]) -> Any:
    """Attainment / median TTFT / hit ratio for each policy and rate."""
    rows = []
    for name in names:
        cells = []
        for found in played.values():
            one = found[name]
            cells.append(f"{one['attainment']:.3f} / {one['ttft_s']['p50']:.2f} s / {one['hit_ratio']:.2f}")
        rows.append([titled(name), *cells])
    return ["", *[f"{rate}/s" for rate in played]], rows


def queues(asked: argparse.Namespace, bar: Bar) -> Found:
    """Table C: the order in which requests get their turn, in overload."""
    orders: dict[str, OrderSpec] = {"fifo": Fifo(), "shortest": Shortest(), "deadline": Deadline()}
    name = "made up like toolagent" if asked.data is None else "conversation"
    scene = scenes(asked.data)[name]
    figures: dict[str, Any] = {}
    rows = []
    requests = 400 if asked.quick else 4000
    for rate in (8.0, 10.0):
        for kind in ("min_ttft", "preble", "dualmap", "adaptive"):
            for order, spec in orders.items():
                made = scene()
                setting = Setting((SERVER,) * 8, made.trace.block_tokens, queue=QueueSpec(spec, 2, 4096))
                shape = made.shape(rate, requests)
                contest = Contest(setting, made.trace, shape, asked.seeds, SLO, min(WARM_UP, requests // 8))
                one = contest.run({kind: policy(kind)}, lambda stage, share: bar(f"queues, {name}", share))[kind]
                figures[f"{rate:g}, {kind}, {order}"] = one
                ttft = one["ttft_s"]
                times = [f"{ttft[p]:.1f} s" for p in ("p50", "p90", "p99")]
                rows.append([f"{rate:g}/s", f"`{kind}`", f"`{order}`", f"{one['attainment']:.3f}", *times])
    head = ["rate", "balance", "order", "attainment", "TTFT p50", "p90", "p99"]
    return figures, {"pools-queue": (head, rows)}


def hot_prefix(asked: argparse.Namespace, bar: Bar) -> Found:
    """One prefix takes 60 % of the traffic."""
    names = ("one hash", "consistent_hash", "preble", "dualmap", "adaptive")
    figures: dict[str, Any] = {}
    rows = []
    requests = 400 if asked.quick else 4000
    for rate in (6.5, 20.0, 40.0):
        for routers in (1, 4):
            trace = hot(0, requests, qps=rate)
            setting = Setting((SERVER,) * 8, trace.block_tokens, routers, 1.0)
            contest = Contest(setting, trace, Shape(rate=rate), asked.seeds, SLO, requests // 8)
            found = contest.run({name: policy(name) for name in names}, lambda stage, share: bar("hot prefix", share))
            figures[f"{rate:g}, {routers}"] = found
            plain = found["one hash"]["hit_ratio"]
            for name, one in found.items():
                hits = f"{one['hit_ratio'] / plain:.2f}"
                cells = [f"{one['load_max_over_mean']:.2f}", hits, f"{one['attainment']:.3f}"]
                rows.append([f"{rate:g}/s", str(routers), name, *cells, f"{one['ttft_s']['p99']:.1f} s"])
    head = ["rate", "routers", "", "max/mean load", "hits, to plain affinity's", "attainment", "TTFT p99"]
    return figures, {"pools-hot": (head, rows)}


def elastic(asked: argparse.Namespace, bar: Bar) -> Found:
    """Four servers become eight at 60 s, and of eight one dies at 60 s."""
    figures: dict[str, Any] = {}
    rows = []
    stories = {
        "4 to 8 servers": (4, 8.0, tuple(Change(60.0, "join") for _ in range(4))),
        "one of 8 dies": (8, 9.0, (Change(60.0, "die", 3),)),
    }
    for story, (servers, rate, changes) in stories.items():
        for name in ("preble", "dualmap", "adaptive"):
            attained: dict[float, list[float]] = {}
            failed = 0
            for seed in range(asked.seeds):
                setting = Setting((SERVER,) * servers, 512, changes=changes)
                trial = played(setting, name, synthetic(seed, 1800), rate, seed)
                bar(story, (seed + 1) / asked.seeds)
                failed += trial.results.failed
                for begin, share in by_window(trial, SLO, 10.0):
                    attained.setdefault(begin, []).append(share)
            means = {begin: statistics.fmean(shares) for begin, shares in attained.items()}
            figures[f"{story}, {name}"] = {"attainment_by_10s": means, "failed": failed}
            after = [begin for begin in means if begin >= 60.0]
            back = next((b for b in after if all(means[later] >= 0.9 for later in after if later >= b)), None)
            cells = [f"{means.get(t, 0.0):.2f}" for t in (40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 120.0, 150.0)]
            rows.append([story, name, *cells, "never" if back is None else f"{back - 60.0:.0f} s", str(failed)])
    head = ["", "", *[f"{t} s" for t in (40, 50, 60, 70, 80, 90, 120, 150)], "at 90 % again after", "failed"]
    return figures, {"pools-elastic": (head, rows)}


def cost(asked: argparse.Namespace, bar: Bar) -> Found:
    """Microseconds of a decision among 64 servers, for a prompt of 16k tokens; bytes of what is remembered."""
    rng = random.Random(1)
    servers = tuple(Server(f"s{i}", in_flight=rng.randrange(9), pending=rng.randrange(20_000)) for i in range(64))
    tracemalloc.start()
    held = Prefixes(range(0, 1 << 40, 512), 2048)
    prompts = [tuple(rng.getrandbits(62) for _ in range(24)) for _ in range(4000)]
    common = tuple(rng.getrandbits(62) for _ in range(8))
    for number, prompt in enumerate(prompts):
        held.note(servers[number % 64].name, common + prompt)
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    calls: dict[str, Callable[[int], object]] = {"sum(range(5000))": lambda turn: sum(range(5000))}
    for name in ("p2c", "min_ttft", "preble", "prefix", "dualmap", "adaptive"):
        made = CONTENDERS[name].build()

        def decide(turn: int, made: Any = made) -> None:
            facts = Facts("r", "chat", "m", prompt_tokens=16_384, prefix=common + prompts[turn % len(prompts)])
            made.order(facts, Pool("p", "m", servers, turn=turn, warm=held, edition=1), 1.0, rng)

        calls[name] = decide
    core, figures, rows = Core(), {"bytes_per_block": taken / len(held)}, []
    for begun in (False, True):  # the first time finds how fast this core is when nobody else is on it
        for done, (name, call) in enumerate(calls.items()):
            bar("decisions", (done / len(calls) + begun) / 2)
            figures[name] = core.p50(call, 3000)
            if begun:
                ratio = figures[name] / figures["sum(range(5000))"]
                rows.append([f"`{name}`", f"{figures[name]:.0f}", f"{ratio:.2f}", f"{core.share:.2f}"])
    rows.append(["bytes for a block on a server", f"{figures['bytes_per_block']:.0f}", "", ""])
    return figures, {"pools-cost": (["", "p50, us", "to the yardstick", "of calls so far beside nobody"], rows)}


class Slices:
    """A trace, SLICE requests at a time, made while the clock stands: what whoever plays it takes for each slice, and
    what a loop took before and after it."""

    def __init__(
        self, trace: Trace, probe: Callable[[], float] = loop, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._trace, self._probe, self._clock = trace, probe, clock
        self._seconds: list[float] = []
        self._probes: list[float] = []
        self._since = 0.0

    def __iter__(self) -> Iterator[Arrival]:
        arrivals = iter(self._trace)
        while some := list(islice(arrivals, SLICE)):
            self._probes.append(self._probe())
            self._since = self._clock()
            yield from some
            self._seconds.append(self._clock() - self._since)
        self._probes.append(self._probe())
        self._since = self._clock()

    def a_second(self) -> tuple[float, float]:
        """Requests a second of the slices beside which nobody else was on the core, and what share of all these are;
        what came after the last arrival counts by that share. Where there are none: of all, and 0."""
        rest, taken = self._clock() - self._since, np.array(self._seconds)
        alone = between(self._probes, fastest(self._probes))
        share = float(alone.mean())
        if not share:
            return SLICE * len(taken) / (float(taken.sum()) + rest), 0.0
        return SLICE * int(alone.sum()) / (float(taken[alone].sum()) + share * rest), share


def speed(asked: argparse.Namespace, bar: Bar) -> Found:
    """Requests a second with 16 servers, prefill and decode: while nobody else was on the core and without making the
    trace; and of processor time, all included. The most memory that the process ever had, which is that of the largest
    run so far."""
    requests = 2_000 if asked.quick else asked.requests
    figures: dict[str, Any] = {}
    rows = []
    for name in asked.policy or ("round_robin", "p2c", "min_ttft", "dualmap", "adaptive"):
        trial = Trial(Setting((SERVER,) * 16, 512), policy(name), 0)
        trace = Slices(Shape(rate=14.0).of(synthetic(0, requests)))
        begun = time.process_time()
        with seldom():
            trial.run(trace, lambda at, name=name: bar(f"speed, {name}", at * 14.0 / requests))  # type: ignore[misc]
        figures[name], share = trace.a_second()
        figures[f"{name}, share undisturbed"] = share
        figures[f"{name}, of processor time"] = whole = requests / (time.process_time() - begun)
        figures[f"{name}, attainment"] = report(trial, SLO)["attainment"]
        figures[f"{name}, peak_mb"] = peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append([f"`{name}`", f"{figures[name]:,.0f}", f"{share:.0%}", f"{whole:,.0f}", f"{peak:,.0f}"])
    head = [f"{requests:,} requests", "requests/s while nobody else was on the core", "which was so for"]
    head += ["of processor time, with the making of the trace", "peak MB so far"]
    return {f"{requests}": figures}, {f"pools-speed{'-long' if requests > 100_000 else ''}": (head, rows)}
