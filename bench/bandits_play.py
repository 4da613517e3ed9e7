"""Plays streams of requests to policies that learn, with feedback that comes late or never: for bench/bandits.py."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wrp_policies.types import Attempt, Choice, Ended, Outcome, Plan, Selection

from .bandits_data import Floats, Stream

DELAYED, LONGEST, MISSING = 0.3, 200, 0.2
"""The share of feedback that comes 1 to LONGEST requests late, and the share that never comes."""

LABELLED = 300
"""Questions that are not played: a prior knows all models' answers to them."""


@dataclass(frozen=True)
class Scene:
    """What is played: the rows of a stream, and each model's quality and cost in them. `apart` seconds lie between two
    requests."""

    stream: Stream
    rows: npt.NDArray[np.intp]
    scores: Floats
    costs: Floats
    apart: float = 1.0


@dataclass(frozen=True)
class Played:
    """By request: the chances of every model, float64[n, models], and the one that was drawn."""

    chances: Floats
    drawn: npt.NDArray[np.intp]


def labelled(stream: Stream) -> npt.NDArray[np.intp]:
    """The rows that are known beforehand, always the same."""
    return np.random.default_rng(99).permutation(len(stream.facts))[:LABELLED]


def scene(stream: Stream, seed: int, count: int, apart: float = 1.0) -> Scene:
    """`count` requests of the stream, in an order of chance; those of a short stream come again."""
    draw = np.random.default_rng(seed)
    played = np.setdiff1d(np.arange(len(stream.facts)), labelled(stream))
    whole = [draw.permutation(played) for _ in range(-(-count // len(played)))]
    rows = np.concatenate(whole)[:count]
    return Scene(stream, rows, stream.scores[rows], stream.costs[rows], apart)


def swapped(of: Scene, at: int, worth: Sequence[float]) -> Scene:
    """From request `at` on the model that was worth most has its quality inverted: right where it was wrong."""
    best = int(np.argmax(worth))
    scores = of.scores.copy()
    scores[at:, best] = 1.0 - scores[at:, best]
    return Scene(of.stream, of.rows, scores, of.costs, of.apart)


def play(policy: Selection, of: Scene, seed: int) -> Played:
    """Every request is chosen for, answered at once, and judged when it is."""
    stream, rng, late = of.stream, random.Random(seed), random.Random(seed + 1)
    pools = stream.pools()
    place = {pool.name: at for at, pool in enumerate(pools)}
    chances, drawn = np.zeros_like(of.scores), np.zeros(len(of.rows), np.intp)
    waiting: list[tuple[int, int, Plan, Outcome, float]] = []
    for number, row in enumerate(of.rows.tolist()):
        while waiting and waiting[0][0] <= number:
            _, asked, plan, outcome, quality = heapq.heappop(waiting)
            policy.judged(stream.facts[of.rows[asked]], plan, outcome, quality)
        facts = stream.facts[row]
        choice = policy.select(facts, pools, number * of.apart, rng)
        arm = drawn[number] = place[choice.pools[0]]
        for name, chance in (choice.chances or {choice.pools[0]: 1.0}).items():
            chances[number, place[name]] = chance
        plan, outcome = answered(of, number, arm, choice)
        policy.learn(facts, plan, outcome)
        if late.random() >= MISSING:
            after = late.randint(1, LONGEST) if late.random() < DELAYED else 1
            heapq.heappush(waiting, (number + after, number, plan, outcome, float(of.scores[number, arm])))
    return Played(chances, drawn)


def answered(of: Scene, number: int, arm: int, choice: Choice) -> tuple[Plan, Outcome]:
    """The plan, and how its only attempt ended."""
    model = of.stream.models[arm]
    plan = Plan((Attempt(model, f"{model}-0"),), choice.why, "", choice.propensity, choice.chances)
    cost, row = float(of.costs[number, arm]), int(of.rows[number])
    tokens = max(0, of.stream.tokens_out(row, arm))
    return plan, Outcome(
        model,
        f"{model}-0",
        model,
        Ended.DONE,
        tokens_in=of.stream.facts[row].prompt_tokens,
        tokens_out=tokens,
        cost=cost,
    )
