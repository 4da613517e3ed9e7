"""The workloads and servers of bench/pools.py, and who is compared. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from wrp_policies import BalancingSpec
from wrp_policies.balancing import (
    Adaptive,
    ConsistentHash,
    DualMap,
    LeastLoad,
    LMetric,
    MinTtft,
    PowerOfTwo,
    Preble,
    Prefix,
    Random,
    RoundRobin,
)
from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.traces import Shape, Trace, open_trace, synthetic
from wrp_router.sim.trial import Clairvoyance, Contender, Policy, Setting, Trial

Found = tuple[Any, dict[str, Any]]
"""The figures of a row, and tables of them."""

SLO = 5.0
CUT = 20_480
WARM_UP = 500

SERVER = Hardware(Pace(overhead=0.01, token=1.6e-4), kv_tokens=1_000_000, batch_tokens=2048)
"""As the servers of DualMap's evaluation: 0.16 ms a prompt token, KV memory for a million."""

ONE_HASH = ConsistentHash(by="prefix", depth=2, bound=1e9)
"""Plain affinity: a prefix has one server, however busy it is."""

CONTENDERS: dict[str, BalancingSpec] = {
    "random": Random(),
    "round_robin": RoundRobin(),
    "least_load": LeastLoad(),
    "p2c": PowerOfTwo(),
    "one hash": ONE_HASH,
    "consistent_hash": ConsistentHash(by="prefix", depth=2),
    "prefix": Prefix(),
    "min_ttft": MinTtft(),
    "preble": Preble(),
    "lmetric": LMetric(),
    "dualmap": DualMap(slo_ttft=SLO),
    "adaptive": Adaptive(slo_ttft=SLO),
}


def policy(name: str) -> Policy:
    """A contender by its name here."""
    if name == "clairvoyant":
        return Clairvoyance(Adaptive(slo_ttft=SLO))
    return Contender(CONTENDERS[name])


def played(setting: Setting, name: str, trace: Trace, rate: float, seed: int) -> Trial:
    """A contender, by its name here, on a trace of this seed that comes at such a rate."""
    trial = Trial(setting, policy(name), seed)
    trial.run(Shape(cut=CUT, rate=rate, seed=seed).of(trace))
    return trial


def titled(name: str) -> str:
    """As tables show a contender: a kind as code, a description as it is."""
    return f"`{name}`" if " " not in name else name


class Scene:
    """A trace and how it is arranged, and the rates (requests a second for eight servers) at which it is played."""

    def __init__(self, trace: Trace, rates: tuple[float, ...], spread: bool = False, repeat: int = 1) -> None:
        self.trace = trace
        self.rates = rates
        self.spread = spread
        self.repeat = repeat

    def shape(self, rate: float, requests: int) -> Shape:
        width: Literal["detect"] | None = "detect" if self.spread else None
        return Shape(take=requests if self.repeat == 1 else 0, cut=CUT, spread=width, repeat=self.repeat, rate=rate)


def scenes(data: Path | None) -> dict[str, Callable[[], Scene]]:
    """By name; those that need the development data only where it is."""
    known: dict[str, Callable[[], Scene]] = {
        "made up like toolagent": lambda: Scene(synthetic(0, 40_000), (8.0, 12.0, 14.0, 16.0)),
    }
    if data is not None:
        mooncake = data / "trace_mooncake"
        known["conversation"] = lambda: Scene(
            open_trace(mooncake / "conversation_trace.jsonl.gz"), (4.0, 5.0, 6.0, 7.0), spread=True
        )
        known["synthetic"] = lambda: Scene(open_trace(mooncake / "synthetic_trace.jsonl.gz"), (5.0, 6.0, 7.0, 8.0))
        known["ShareGPT"] = lambda: Scene(
            open_trace(data / "trace_sharegpt_prefix" / "sharegpt300_llama31_blk16.jsonl.gz"),
            (20.0, 40.0, 60.0, 80.0),
            repeat=8,
        )
    return known
