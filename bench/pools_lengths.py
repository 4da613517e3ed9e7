"""The row `lengths` of bench/pools.py: chats and long documents before the same eight servers."""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from bench.pools_scenes import SERVER, Found
from wrp_policies import BalancingSpec
from wrp_policies.balancing import Adaptive, ContextLength, LeastLoad, MinTtft, PowerOfTwo
from wrp_router.cli.progress import Bar
from wrp_router.sim.traces import Arrival, Trace
from wrp_router.sim.trial import Contender, Setting, Trial

BLOCK, SHORT, LONG = 512, 8192, 131_072
CHAT, DOCUMENT = 4_000, 9_000
"""Tokens that a chat has at most, and a document at least."""

RATES = ((8.0, 0.1), (10.0, 0.1), (16.0, 0.05), (20.0, 0.03))
"""Requests a second, and the share of documents among them."""

BY_LENGTH = ContextLength(slo_ttft=1.0, then=MinTtft())

CONTENDERS: dict[str, tuple[BalancingSpec, int]] = {
    "p2c": (PowerOfTwo(), 0),
    "least_load": (LeastLoad(), 0),
    "min_ttft": (MinTtft(), 0),
    "adaptive": (Adaptive(), 0),
    "context_length, 2 short": (BY_LENGTH, 2),
    "context_length, 3 short": (BY_LENGTH, 3),
    "context_length, 4 short": (BY_LENGTH, 4),
}
"""And how many of the servers are kept for what has 8,192 tokens at most."""


def mixed(seed: int, requests: int, qps: float, documents: float) -> Trace:
    """SYNTHETIC: chats of some 750 tokens in the mean and documents of some 30,000, which share nothing."""
    return Trace(f"mixed-{seed}", BLOCK, lambda: _mixed(random.Random(seed), requests, qps, documents))


def _mixed(rng: random.Random, requests: int, qps: float, documents: float) -> Iterator[Arrival]:
    ids, at = count(), 0.0
    for _ in range(requests):
        at += rng.expovariate(qps)
        if rng.random() < documents:
            prompt, output = min(100_000, max(DOCUMENT, round(rng.lognormvariate(10.2, 0.5)))), 300
        else:
            prompt = min(CHAT, max(50, round(rng.lognormvariate(6.3, 0.8))))
            output = 1 + round(rng.lognormvariate(5.0, 0.7))
        yield Arrival(at, prompt, output, tuple([next(ids) for _ in range(-(-prompt // BLOCK))]))


def lengths(asked: argparse.Namespace, bar: Bar) -> Found:
    """First tokens of the short and of the long ones, apart."""
    figures: dict[str, Any] = {}
    rows = []
    requests = 400 if asked.quick else 4000
    for rate, documents in RATES:
        for done, (name, (spec, short)) in enumerate(CONTENDERS.items()):
            contexts = (SHORT,) * short + (LONG,) * (8 - short) if short else ()
            found: dict[str, list[float]] = {}
            for seed in range(asked.seeds):
                trial = Trial(Setting((SERVER,) * 8, BLOCK, contexts=contexts), Contender(spec), seed)
                trial.run(mixed(seed, requests, rate, documents))
                for key, value in _apart(trial, requests // 8).items():
                    found.setdefault(key, []).append(value)
            bar(f"lengths, {rate:g}/s", (done + 1) / len(CONTENDERS))
            means = figures[f"{rate:g}, {documents:g}, {name}"] = {
                key: statistics.fmean(all) for key, all in found.items()
            }
            rows.append([f"{rate:g}/s, {documents:.0%} long", name, *[f"{value:.2f} s" for value in means.values()]])
    return figures, {"pools-lengths": (["", "", "chats p50", "p99", "documents p50", "p99"], rows)}


def _apart(trial: Trial, skip: int) -> dict[str, float]:
    results = trial.results
    counted = results.column("number") >= skip
    prompt, ttft = results.column("prompt")[counted], results.column("ttft")[counted]
    chats, documents = ttft[prompt <= CHAT], ttft[prompt >= DOCUMENT]
    return {
        f"{name} p{at}": float(np.percentile(times, at))
        for name, times in (("chats", chats), ("documents", documents))
        for at in (50, 99)
    }
