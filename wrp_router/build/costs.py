"""What signals and tiers cost on this machine, which tier that leaves for `auto`, and the table that says so."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import msgspec

from wrp_signals import Embedder, Materials, Signal, Tier
from wrp_signals.cost import LONG, TYPICAL, TYPICAL_ASKED, Cost, Timer, cost_of, embedding_cost, guessed

log = logging.getLogger(__name__)

NOMINAL: Mapping[Tier, float] = {"none": 0.0, "static": 30e-6, "model": 5e-3}
"""Seconds of an embedding where nobody measured."""

Prefer = Literal["static", "model"]


class Costs(msgspec.Struct, frozen=True):
    """`tiers`: seconds to embed a message of some 64 tokens. `signals`: without the embedding. Only what was measured.
    `prefer` is what signals get that leave the tier to us, `budget` the seconds that routing may take."""

    prefer: Prefer
    budget: float
    tiers: dict[Tier, float] = {}
    signals: dict[str, Cost] = {}

    def order(self, signals: Mapping[str, Signal]) -> dict[str, float]:
        """Seconds by which signals are ordered: with the embedding, because somebody has to pay for it."""
        return {name: self._one(name, signal) for name, signal in signals.items()}

    def _one(self, name: str, signal: Signal) -> float:
        reading = self.signals[name].typical if name in self.signals else signal.expected_cost
        return reading + self.tiers.get(signal.tier, NOMINAL[signal.tier])


def tiers_of(embedders: Mapping[Tier, Embedder], timer: Timer) -> dict[Tier, float]:
    """Seconds to embed a typical message alone, by tier."""
    return {tier: embedding_cost(embedder, timer) for tier, embedder in embedders.items()}


def preferred(tiers: Mapping[Tier, float], budget: float) -> Prefer:
    """The best tier that fits into the budget: the model, unless it is slower and there is the static one."""
    return "static" if "static" in tiers and tiers.get("model", float("inf")) > budget else "model"


def settled(materials: Materials, tier: str, budget: float, timer: Timer | None) -> tuple[Materials, dict[Tier, float]]:
    """The same with what `auto` takes, given the configured tier; and what the tiers cost, where there is a timer.
    Unmeasured, the model is taken if it is there."""
    tiers = tiers_of(materials.embedders(), timer) if timer is not None else {}
    prefer: Prefer = "static" if tier == "static" else "model"
    if tier == "auto" and tiers:
        prefer = preferred(tiers, budget)
    return replace(materials, prefer=prefer), tiers


def signals_of(signals: Mapping[str, Signal], embedders: Mapping[Tier, Embedder], timer: Timer) -> dict[str, Cost]:
    """What each signal costs. One that raises is guessed, and the log says so."""
    vectors = {tier: embedder.embed([TYPICAL_ASKED])[0] for tier, embedder in embedders.items()}
    costs: dict[str, Cost] = {}
    for name, signal in signals.items():
        try:
            costs[name] = cost_of(signal, vectors.get(signal.tier), timer)
        except Exception:
            log.warning("signal %s cannot be measured", name, exc_info=True)
            costs[name] = guessed(signal)
    return costs


def table(costs: Costs, signals: Mapping[str, Signal]) -> str:
    """For people: one line per tier and per signal, cheapest first."""
    lines = []
    for tier, seconds in sorted(costs.tiers.items()):
        remark = "  <- taken where a signal leaves it to us" if tier == costs.prefer else ""
        remark += "  (does not fit into the budget: often unknown)" if seconds > costs.budget else ""
        lines.append(f"  {tier + ' tier':<24} {'':<8} {_spent(seconds):>10}{remark}")
    head = f"  {'signal':<24} {'tier':<8} {TYPICAL // 1000:>7} KB {LONG // 1000:>7} KB"
    rows = [
        f"  {name:<24} {signals[name].tier:<8} {_spent(cost.typical):>10} {_spent(cost.long):>10}"
        for name, cost in sorted(costs.signals.items(), key=lambda pair: pair[1].typical)
    ]
    title = f"costs here (embedding {len(TYPICAL_ASKED)} characters; the routing budget is {_spent(costs.budget)}):"
    return "\n".join([title, *lines, *([head, *rows] if rows else [])])


def jsonable(costs: Costs, signals: Mapping[str, Signal]) -> dict[str, object]:
    """For programs: seconds."""
    return {
        "routing_budget": costs.budget,
        "prefer": costs.prefer,
        "tiers": costs.tiers,
        "signals": {
            name: {"tier": signals[name].tier, "typical": cost.typical, "long": cost.long}
            for name, cost in costs.signals.items()
        },
    }


def _spent(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"
