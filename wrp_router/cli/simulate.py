"""`wrp simulate`: balancing policies on a trace, before modelled engines. The same objects that would run live."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from wrp_policies import BalancingSpec
from wrp_policies.balancing import Adaptive
from wrp_policies.queueing import OrderSpec
from wrp_policies.types import Role
from wrp_router.build.rooms import pool_spec
from wrp_router.config.load import load
from wrp_router.config.pools import PoolConfig
from wrp_router.config.problems import closest
from wrp_router.config.render import render
from wrp_router.fleet.spec import LimitSpec, PoolSpec, QueueSpec
from wrp_router.sim.traces import Shape, Trace, TraceUnusable, hot, open_trace, synthetic
from wrp_router.sim.trial import Change, Clairvoyance, Contender, Contest, Policy, Setting, bound, goodput

from . import charts
from .candidate import Unusable
from .garbage import seldom
from .machines import Machine, machines
from .progress import Bar
from .telling import failed

YARDSTICKS = ("random", "clairvoyant")
"""What every table has, whoever else is asked for."""

USUAL = ("least_load", "p2c", "min_ttft", "preble", "dualmap", "adaptive")
ORDERS = {str(spec.__struct_config__.tag): spec for spec in get_args(OrderSpec)}
KINDS = {str(spec.__struct_config__.tag): spec for spec in get_args(BalancingSpec)}

MADE: dict[str, Callable[[int, int], Trace]] = {"toolagent": synthetic, "hot": hot}
ENOUGH = 4000
"""Requests of a trace that is made, where nobody says how many."""

TRANSFER = 5e-6
"""Seconds for a prompt token from one server to another: keys and values of an 8B model on a link of 200 Gbit/s."""

MOST_SERVERS = 1024
LEAST_RATE = 1e-3
"""A request in a quarter of an hour: below that there is nothing to balance."""

Run = dict[str, Any]


def run(options: argparse.Namespace) -> int:
    """0 where every policy was tried, 1 where that cannot be done."""
    try:
        _refuse(options)
        pool = pool_of(options)
        kinds = machines(pool, options.hardware)
        contest = contest_of(pool, kinds, options)
        told: Run = {"pool": pool.name, "hardware": " or ".join([one.title for one in kinds])}
        told |= summary(contest, played(contest, policies_of(pool, options), options), options)
        sys.stdout.write(json.dumps(told, indent=1) + "\n" if options.json else "\n".join(lines(told)) + "\n")
        if options.plot is not None:
            charts.attainment(told["runs"], options.plot)
    except (Unusable, TraceUnusable) as error:
        return failed(error)
    return 0


def _refuse(options: argparse.Namespace) -> None:
    """Raises Unusable for numbers that make no sense, and where a chart could not be written: before all work."""
    if not 0.0 < options.slo < math.inf:
        raise Unusable(f"--slo {options.slo:g}: a first token takes more than no time, and not for ever")
    if options.spread == math.inf:
        raise Unusable("--spread inf: time stamps have some width, or none (0)")
    if min(options.qps or [LEAST_RATE]) < LEAST_RATE:
        raise Unusable(f"--qps {min(options.qps):g}: from {LEAST_RATE:g} requests a second on")
    if (options.servers or 1) > MOST_SERVERS:
        raise Unusable(f"--servers {options.servers}: {MOST_SERVERS} at most")
    if options.plot is not None:
        charts.ready(options.plot)


def pool_of(options: argparse.Namespace) -> PoolConfig:
    """The pool of the configuration that is tried: the first, or the one of that name."""
    loaded = load(options.file, os.environ)
    if loaded.config is None:
        raise Unusable(render(loaded.problems, loaded.sources).rstrip())
    pools = {pool.name: pool for pool in loaded.config.pools}
    if options.pool is None:
        return next(iter(pools.values()))
    if options.pool not in pools:
        raise Unusable(f"{options.file} has no pool {options.pool!r}: {', '.join(pools)}")
    return pools[options.pool]


def contest_of(pool: PoolConfig, kinds: Sequence[Machine], options: argparse.Namespace) -> Contest:
    """The servers, which are of these kinds in turn, the trace and how it is arranged."""
    drawn = None if options.synthetic is None else _drawn(options)
    trace = open_trace(Path(options.trace)) if drawn is None else drawn(0)
    spec = pool_spec(pool)
    try:
        setting = Setting(
            hardware=tuple([one.hardware for one in islice(cycle(kinds), options.servers or len(pool.servers))]),
            block_tokens=trace.block_tokens,
            routers=options.routers,
            sync=options.sync,
            changes=tuple([changed(text) for text in options.change]),
            queue=queue_of(pool, options),
            patience=options.patience,
            limit=_limit(spec),
            outliers=spec.outliers,
            adapters=pool.adapters,
            contexts=tuple([server.context for server in spec.servers]) if not options.servers else (),
            roles=roles_of(pool) if options.servers is None else (),
            transfer=TRANSFER,
        )
    except ValueError as error:
        raise Unusable(str(error)) from None
    shape = Shape(take=options.take, cut=options.cut, spread=_spread(options.spread))
    return Contest(setting, trace, shape, options.seeds, options.slo, options.skip, drawn)


def _limit(spec: PoolSpec) -> int | LimitSpec:
    """One that is found is tried; a number was set for other hardware, and for other lines than those asked for."""
    found = [server.limit for server in spec.servers if isinstance(server.limit, LimitSpec)]
    return found[0] if found else 0


def roles_of(pool: PoolConfig) -> tuple[Role, ...]:
    """Those of its servers, where any has one. Policies that know none send everything to all of them."""
    roles: tuple[Role, ...] = tuple([server.role or "" for server in pool.servers])
    return roles if any(roles) else ()


def _spread(width: float | None) -> float | Literal["detect"] | None:
    return "detect" if width is None else width or None


def queue_of(pool: PoolConfig, options: argparse.Namespace) -> QueueSpec | None:
    """The lines before servers that are asked for, or else those of the pool."""
    if options.queue == "none":
        return None
    if options.queue is not None:
        return QueueSpec(ORDERS[options.queue](), slo_ttft=options.slo)
    own = pool_spec(pool).queue
    return None if own is None else msgspec.structs.replace(own, slo_ttft=options.slo)


def _drawn(options: argparse.Namespace) -> Callable[[int], Trace]:
    make, requests = MADE[options.synthetic], options.take or ENOUGH
    return lambda seed: make(seed, requests)


def changed(text: str) -> Change:
    """`join@60`, `leave:3@60`, `die:3@60`, `back:3@90`, `slow:3:5@60`. Raises Unusable."""
    what, _, at = text.partition("@")
    kind, _, rest = what.partition(":")
    number, _, factor = rest.partition(":")
    try:
        seconds = float(at.removesuffix("s"))
        if bool(number) is (kind == "join") or bool(factor) is not (kind == "slow") or not math.isfinite(seconds):
            raise ValueError
        fields = {"what": kind, "server": int(number or "0"), "at": seconds, "factor": float(factor or "1")}
        return msgspec.convert(fields, Change)
    except (msgspec.ValidationError, ValueError):
        known = "join@60, leave:3@60, die:3@60, back:3@90 or slow:3:5@60"
        raise Unusable(f"--change {text!r} is not like {known}") from None


def policies_of(pool: PoolConfig, options: argparse.Namespace) -> dict[str, Policy]:
    """By name: those asked for, or the usual ones and the pool's own, between random and clairvoyant. A kind has its
    defaults, unless it is the pool's."""
    own = str(pool.balance.__struct_config__.tag)
    asked = [name.strip() for text in options.policy or () for name in text.split(",")] or [*USUAL, own]
    policies: dict[str, Policy] = {}
    for name in dict.fromkeys([YARDSTICKS[0], *asked, YARDSTICKS[1]]):
        if name == "clairvoyant":
            policies[name] = Clairvoyance(Adaptive(slo_ttft=options.slo))
            continue
        if name not in KINDS:
            known = [*KINDS, "clairvoyant"]
            hint = closest(name, known) or f"there are {', '.join(known)}"
            raise Unusable(f"there is no balancing policy {name!r}: {hint}")
        spec = pool.balance if name == own else defaults(name, options.slo)
        policies[name] = Contender(spec)
    policies["clairvoyant"] = policies.pop("clairvoyant")  # the last row, wherever it was asked for
    return policies


def defaults(kind: str, slo_ttft: float) -> BalancingSpec:
    """A kind as it is without any field; with the bar of this contest where it has one."""
    fields = {"slo_ttft": slo_ttft} if "slo_ttft" in KINDS[kind].__struct_fields__ else {}
    spec: BalancingSpec = msgspec.convert({"kind": kind, **fields}, BalancingSpec)
    return spec


@seldom()
def played(contest: Contest, policies: Mapping[str, Policy], options: argparse.Namespace) -> list[Run]:
    """One run for each rate: the one of the trace where none is given."""
    bar, runs = Bar(), list[Run]()
    try:
        for rate in options.qps or [None]:
            shaped = msgspec.structs.replace(contest, shape=msgspec.structs.replace(contest.shape, rate=rate))
            measured = measure(shaped)
            title = f"{measured['qps']:.4g} requests/s"
            found = shaped.run(policies, lambda name, share, title=title: bar(title, share))  # type: ignore[misc]
            bar(title, 1.0)
            runs.append({**measured, "policies": found})
    finally:
        bar.end()
    return runs


def measure(contest: Contest) -> Run:
    """The rate and the infinite cache's hits of what is played: means, where each seed has a trace of its own. Raises
    Unusable where nothing is left of it."""
    seeds = range(1 if contest.drawn is None else contest.seeds)
    rates, bounds = [], []
    for arrivals in map(contest.arrivals, seeds):
        count, last = 0, 0.0
        for arrival in arrivals:
            count, last = count + 1, arrival.at
        if count <= contest.skip:
            raise Unusable(f"{arrivals.name} has {count} requests, and {contest.skip} of them are to be left out")
        rates.append(contest.shape.rate or ((count - 1) / last if last else 0.0))
        bounds.append(bound(arrivals, contest.skip))
    return {"qps": sum(rates) / len(seeds), "hit_bound": sum(bounds) / len(seeds)}


def summary(contest: Contest, runs: list[Run], options: argparse.Namespace) -> Run:
    """All there is to say, but of the pool."""
    told: Run = {"servers": len(contest.setting.hardware), "trace": contest.trace.name, "routers": options.routers}
    told["sync_s"] = None if options.sync == math.inf else options.sync  # JSON knows no infinity
    told |= {"slo_ttft_s": options.slo, "seeds": options.seeds, "skip": options.skip}
    if (skipped := contest.trace.skipped).cached or skipped.failed:
        told["skipped"] = {"cached": skipped.cached, "failed": skipped.failed}
    if len(runs) > 1:
        told["goodput_rps"] = goodput([(one["qps"], one["policies"]) for one in runs])
    return told | {"policies": runs[-1]["policies"], "hit_bound": runs[-1]["hit_bound"], "runs": runs}


COLUMNS = ("in time", "req/s in time", "TTFT p50", "p90", "p99", "TPOT p50", "hits", "of bound", "max/mean", "$")


def lines(told: Mapping[str, Any]) -> list[str]:
    """A table for each rate."""
    servers, routers = counted(told["servers"], "server"), counted(told["routers"], "router")
    out = [f"{told['pool']}: {servers}, each {told['hardware']}; {routers}; {told['trace']}"]
    if "skipped" in told:
        out.append("left out: {cached} requests that a cache answered, {failed} that failed".format(**told["skipped"]))
    out.append(f"in time: the first token within {told['slo_ttft_s']:g} s; ±: of {counted(told['seeds'], 'trial')}")
    for one in told["runs"]:
        rows = [["", *COLUMNS], *[[name, *cells(found, one["hit_bound"])] for name, found in one["policies"].items()]]
        out += ["", f"{one['qps']:.4g} requests/s", *columns(rows)]
    if "goodput_rps" in told:
        rates = [[name, f"{rate:g}" if rate else "none"] for name, rate in told["goodput_rps"].items()]
        out += ["", "the highest of these rates with 90 % in time, requests/s", *columns(rates)]
    return out


def columns(rows: list[list[str]]) -> list[str]:
    """Each as wide as it must be, the first to the left."""
    first, *others = [2 + max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"{row[0]:{first}s}" + "".join([f"{cell:>{width}s}" for cell, width in zip(row[1:], others, strict=True)])
        for row in rows
    ]


def counted(count: int, what: str) -> str:
    """1 server, 2 servers."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def cells(found: Mapping[str, Any], hit_bound: float) -> list[str]:
    """A row of the table."""
    least, most = found["spread"]["attainment"]
    return [
        f"{found['attainment']:.3f} ±{(most - least) / 2:.3f}",
        f"{found['capacity']:.2f}",
        *[shown(found["ttft_s"][p]) for p in ("p50", "p90", "p99")],
        shown(found["tpot_s"]["p50"]),
        f"{found['hit_ratio']:.3f}",
        f"{found['hit_ratio'] / hit_bound:.2f}" if hit_bound and not found["failed"] else "-",
        f"{found['load_max_over_mean']:.2f}",
        f"{found['cost_usd']:.2f}",
    ]


def shown(value: float | None) -> str:
    """Seconds to three digits; a dash where there is nothing to show."""
    if value is None:
        return "-"
    return f"{value * 1000:.3g} ms" if value < 0.9995 else f"{value:.0f} s" if value >= 99.95 else f"{value:.3g} s"
