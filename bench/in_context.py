"""Past answers before prompts (`in_context`): what a decision and a look-up cost, what an example takes, and what the
policy earns in a made-up world in which examples help with some questions and hurt with others.

    python bench/in_context.py [world] [cost] [--seeds N] [--requests N]

No model answers anything here: how much better real models do with examples is for their own traffic to say. Writes
bench/results/in_context.json; all rows take some three minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.in_context_world import HURTING, MIXED, OBJECTIVE, POOLS, Kind, Lived, live, policy
from bench.tables import Tables, chosen, command, kept, shown
from wrp_policies.examples.choosing import LOOKED
from wrp_policies.examples.shelf import Kept
from wrp_policies.examples.utility import Utility
from wrp_policies.selection.in_context import Aiding
from wrp_policies.types import Attempt, Ended, Outcome, Plan
from wrp_router.cli.progress import Bar
from wrp_signals.facts import Facts, packed

RESULTS = Path(__file__).parent / "results" / "in_context.json"
WIDE = 256
"""Numbers of a vector of the static tier."""


class Likeness(Utility):
    """Whatever is most like the question, always: no utility is learned."""

    def of(self, found: Sequence[tuple[Kept, float]], category: str, bold: float = 0.0) -> list[float]:
        return [near for _, near in found]

    def note(self, category: str, near: float, promised: float, gain: float) -> None:
        return


def by_likeness() -> Aiding:
    made = policy()
    made._utility = Likeness()
    return made


CONTENDERS: dict[str, Callable[[], Aiding]] = {"in_context": policy, "by likeness alone": by_likeness}


def world(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """Gain over the small pool alone, as a share of the oracle's; and what is lost where examples hurt."""
    step = asked.requests // 6
    parts = [(at, at + step) for at in range(0, 6 * step, step)]
    head = ["", *[f"to {high:,}" for _, high in parts]]
    figures: dict[str, Any] = {"floor": (allowed := _floor_costs())}
    tables: dict[str, Any] = {}
    for title, (kinds, uneven, measure) in SCENES.items():
        rows = []
        for name, made in CONTENDERS.items():
            lived = [_live(kinds, seed, asked, made(), bar, uneven) for seed in range(asked.seeds)]
            found = figures[f"{title}: {name}"] = [[measure(one, *part) for part in parts] for one in lived]
            rows.append([name, *[_spread([row[at] for row in found]) for at in range(len(parts))]])
        tables[f"in-context-{title}"] = (head, rows)
    rows.append(["what the floors cost at most", *[f"{allowed:.3f}"] * len(parts)])
    return figures, tables


def _live(
    kinds: tuple[Kind, ...], seed: int, asked: argparse.Namespace, made: Aiding, bar: Bar, uneven: float
) -> Lived:
    return live(kinds, seed, asked.requests, made, lambda number: bar("requests", number / asked.requests), uneven)


def _share(one: Lived, low: int, high: int) -> float:
    gained = (one.policy - one.small)[low:high].mean()
    return float(gained / (one.oracle - one.small)[low:high].mean())


def _lost(one: Lived, low: int, high: int) -> float:
    return float((one.small - one.policy)[low:high].mean())


SCENES: dict[str, tuple[tuple[Kind, ...], float, Callable[[Lived, int, int], float]]] = {
    "examples as good as they are like the question: share of the oracle's gain": (MIXED, 0.1, _share),
    "examples that are better or worse by themselves: share of the oracle's gain": (MIXED, 0.6, _share),
    "examples that hurt: worth lost to the small pool alone, which is the best": (HURTING, 0.1, _lost),
}


def _floor_costs() -> float:
    """Of HURTING, per request: the large pool and the small one with examples, each at its floor, at their worst."""
    small = statistics.mean([kind.small for kind in HURTING])
    large = statistics.mean([kind.large for kind in HURTING]) - float(OBJECTIVE.price(np.array([0.01]))[0])
    helped = statistics.mean([max(0.0, kind.small + kind.lift) for kind in HURTING])
    return 0.02 * (small - large) + 0.02 * (small - helped)


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def cost(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """Microseconds, beside a fixed loop; bytes of an example in the books."""
    yardstick = _median_us(lambda turn: sum(range(5000)))
    figures: dict[str, Any] = {"sum(range(5000))": yardstick}
    rows = [["`sum(range(5000))`, for comparison", f"{yardstick:.0f}", "1.00"]]
    for number in (0, 1_000, 10_000):
        made, taken = _filled(number)
        for name, call in _calls(made, number):
            figures[f"{name}, {number}"] = us = _median_us(call)
            rows.append([f"{name}, {number:,} examples", f"{us:.0f}", f"{us / yardstick:.2f}"])
        bar("decisions", (number + 1) / 10_001)
        if number:
            figures[f"bytes, {number}"] = taken / number
            rows.append([f"bytes of an example, of {number:,}, without its text", f"{taken / number:.0f}", ""])
    return figures, {"in-context-cost": (["", "p50, µs", "to the yardstick"], rows)}


def _filled(number: int) -> tuple[Aiding, int]:
    """A policy with so many examples of one tenant, and the bytes that they take."""
    memory = {"entries": max(1, number), "bytes": 1 << 30}
    made, draw = policy(memory=memory, similarity=0.1), np.random.default_rng(0)
    tracemalloc.start()
    for at in range(number):
        made.keep(_facts(f"e{at}", draw), 200, 1_000, 0.0, float("inf"))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return made, taken


def _facts(id: str, draw: np.random.Generator) -> Facts:
    vector = draw.standard_normal(WIDE).astype(np.float32)
    vector[:8] += 1.5  # so that there is something near
    vectors = {"static": packed(vector / np.linalg.norm(vector))}
    return Facts(id, "chat", "auto", "t", prompt_tokens=300, vectors=vectors, shelf="s")


def _calls(made: Aiding, number: int) -> list[tuple[str, Callable[[int], object]]]:
    draw, rng = np.random.default_rng(1), random.Random(0)
    asked = [_facts(f"q{at}", draw) for at in range(200)]
    vectors = [one.vector("static") for one in asked]
    choice = made.select(asked[0], POOLS, 1.0, rng)
    attempt = Attempt("small", "s0", given=choice.given)
    plan, outcome = Plan((attempt,), ""), Outcome("small", "s0", "m", Ended.DONE, tokens_out=200)
    calls: list[tuple[str, Callable[[int], object]]] = [
        ("decision", lambda turn: made.select(asked[turn % 200], POOLS, 1.0, rng)),
        ("judgement", lambda turn: made.judged(asked[0], plan, outcome, 1.0)),
    ]
    if number:
        nearest = made.memory.near
        calls += [
            ("look-up", lambda turn: nearest("t", "s", vectors[turn % 200], LOOKED, 0.1, 1.0)),  # type: ignore[arg-type]
            ("keeping one more", lambda turn: made.keep(_facts(f"n{turn}", draw), 200, 1_000, 1.0, float("inf"))),
        ]
    return calls


def _median_us(call: Callable[[int], object], times: int = 400) -> float:
    """Of this thread's own time: what else the machine does counts only as far as it empties caches."""
    taken = []
    for turn in range(times):
        begun = time.thread_time()
        call(turn)
        taken.append(time.thread_time() - begun)
    return statistics.median(taken) * 1e6


ROWS: dict[str, Callable[[argparse.Namespace, Bar], tuple[Any, Tables]]] = {"world": world, "cost": cost}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=6_000)
    asked = parser.parse_args(argv)
    bar = Bar()
    for name in chosen(parser, asked, tuple(ROWS)):
        figures, tables = ROWS[name](asked, bar)
        bar.end()
        kept(RESULTS, name, figures, tables)
        print(json.dumps({name: figures}, indent=1) if asked.json else shown(name, tables), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
