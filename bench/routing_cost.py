"""What a choice by `quality` takes, with a forest grown from 20,000 prompts.

    python bench/routing_cost.py [--json]

Prompts and vectors are made up: what a walk through trees costs does not depend on what they mean. Processor time,
beside a fixed loop that takes 60 µs on an ordinary machine.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tables

from wrp_policies.learning.quality_card import packed
from wrp_policies.selection import Quality
from wrp_policies.training.outcomes import OutcomeTable
from wrp_policies.training.quality import Growing
from wrp_policies.types import Pool, Server
from wrp_signals import Materials
from wrp_signals.facts import Facts
from wrp_signals.facts import packed as vector_of
from wrp_signals.surface import NAMES, SURFACE, surface

RESULTS = Path(__file__).parent / "results" / "routing_cost.json"
PROMPTS, MODELS = 20_000, 8
DIMS = {"surface": len(NAMES), "static": 256, "model": 384}
ASKED = "Which of these is the largest?\nA. the sum of 17 and 25\nB. the product of 6 and 7\nC. 43\nD. half of 90"


class Named:
    """An embedder that is only asked for its name."""

    def __init__(self, dim: int) -> None:
        self.id, self.dim = str(dim), dim

    def embed(self, texts: list[str]) -> None:
        raise NotImplementedError


def fastest(call: Callable[[], object]) -> float:
    """µs a call, of the fastest of 20 rounds of 100."""
    rounds = []
    for _ in range(20):
        begun = time.thread_time()
        for _ in range(100):
            call()
        rounds.append((time.thread_time() - begun) / 100 * 1e6)
    return min(rounds)


def main() -> None:
    asked = tables.command(__doc__, {}).parse_args()
    rng = np.random.default_rng(0)
    vectors = {tier: rng.standard_normal((PROMPTS, dim)).astype(np.float32) for tier, dim in DIMS.items()}
    scores = (rng.random((PROMPTS, MODELS)) < 0.5 + 0.2 * np.tanh(vectors["static"][:, :1])).astype(float)
    names = tuple([f"model-{at}" for at in range(MODELS)])
    prompts = tuple(map(str, range(PROMPTS)))
    table = OutcomeTable(prompts, names, scores, np.full(scores.shape, np.nan), prompts)
    ids = {tier: SURFACE if tier == "surface" else str(dim) for tier, dim in DIMS.items()}
    card = packed(Growing().grow(table, vectors, ids, rng))
    materials = Materials(static=Named(256), model=Named(384), read_file=lambda path: card)
    policy = Quality(pools=names, card="made up").build(materials)
    pools = tuple([Pool(name, name, (Server(name),), price_in=1.0) for name in names])
    looks = {"surface": surface(ASKED)} | {tier: vectors[tier][0] for tier in ("static", "model")}
    facts = Facts("d", "chat", "auto", vectors={tier: vector_of(vector) for tier, vector in looks.items()})
    timed = {
        f"how a prompt of {len(ASKED)} characters looks": fastest(lambda: surface(ASKED)),
        f"quality: {PROMPTS:,} prompts, {MODELS} pools": fastest(
            lambda: policy.select(facts, pools, 0.0, random.Random(0))
        ),
        "a loop of 5,000 steps": fastest(lambda: sum(range(5000))),
    }
    yard = timed["a loop of 5,000 steps"]
    rows = [(name, f"{took:.1f}", f"{took * 60 / yard:.1f}") for name, took in timed.items()]
    told = {"timed": timed, "bytes of the card": len(card)}
    found = {"routing-cost": (("µs", "here", "where the loop takes 60"), rows)}
    tables.kept(RESULTS, "cost", told, found)
    print(json.dumps(told) if asked.json else tables.shown("cost", found))


if __name__ == "__main__":
    main()
