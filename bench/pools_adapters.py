"""The row `lora` of bench/pools.py: two thousand adapters before servers that hold sixteen each, two seconds a load."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from bench.pools_scenes import SERVER, SLO, Found, titled
from wrp_policies import BalancingSpec
from wrp_policies.balancing import Adaptive, ConsistentHash, LeastLoad, Lora, PowerOfTwo
from wrp_router.cli.progress import Bar
from wrp_router.sim.traces import Shape, catalogue
from wrp_router.sim.trial import Contender, Contest, Setting

SLOTS, LOAD, SERVERS = 16, 2.0, 8

HOLDER = msgspec.structs.replace(SERVER, adapter_slots=SLOTS, adapter_load=LOAD)

CONTENDERS: dict[str, BalancingSpec] = {
    "p2c": PowerOfTwo(),
    "least_load": LeastLoad(),
    "adaptive": Adaptive(slo_ttft=SLO),
    "one hash": ConsistentHash(by="model", bound=1e9),
    "consistent_hash": ConsistentHash(by="model"),
    "lora": Lora(slots=SLOTS, load=LOAD, slo_ttft=SLO),
}

SCENES: dict[str, tuple[float, tuple[tuple[int, float], ...]]] = {
    "Zipf": (0.0, ((1, 4.0), (1, 6.0), (1, 8.0), (4, 4.0), (4, 5.0))),
    "one of 60 %": (0.6, ((1, 10.0), (1, 14.0), (4, 10.0))),
}
"""What share one adapter has beside the rest; how many routers, and requests a second."""


def adapters(asked: argparse.Namespace, bar: Bar) -> Found:
    """Everybody meets the same requests; four routers tell each other every second what they have in flight."""
    figures: dict[str, Any] = {}
    rows = []
    requests = 400 if asked.quick else 4000
    for scene, (share, played) in SCENES.items():
        for routers, rate in played:
            setting = Setting((HOLDER,) * SERVERS, 128, routers, 1.0, adapters=("lora-*",))
            contest = Contest(
                setting,
                catalogue(0, requests, qps=rate, hot=share),
                Shape(),
                asked.seeds,
                SLO,
                requests // 8,
                lambda seed, rate=rate, share=share: catalogue(seed, requests, qps=rate, hot=share),  # type: ignore[misc]
            )
            found = contest.run(
                {name: Contender(spec) for name, spec in CONTENDERS.items()},
                lambda stage, done, scene=scene: bar(f"adapters, {scene}", done),  # type: ignore[misc]
            )
            figures[f"{scene}, {routers}, {rate:g}"] = found
            for name, one in found.items():
                times = [f"{one['ttft_s'][p]:.2f} s" for p in ("p50", "p99")]
                cells = [f"{one['attainment']:.3f}", *times, f"{one['loads']:.2f}", f"{one['load_max_over_mean']:.2f}"]
                rows.append([scene, str(routers), f"{rate:g}/s", titled(name), *cells])
    head = ["", "routers", "rate", "", "in time", "TTFT p50", "p99", "loads a request", "max/mean"]
    return figures, {"pools-lora": (head, rows)}
