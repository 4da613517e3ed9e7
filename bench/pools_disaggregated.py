"""The row `disaggregated` of bench/pools.py: eight servers that do both, or some that compute prompts and some that
answer. The hardware is the same, and so is the number of servers."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from bench.pools_scenes import CUT, SLO, Found
from wrp_policies import BalancingSpec
from wrp_policies.balancing import Adaptive, Disaggregated
from wrp_policies.types import Role
from wrp_router.cli.progress import Bar
from wrp_router.sim.batching.profiles import profile
from wrp_router.sim.traces import Shape, synthetic
from wrp_router.sim.trial import Contender, Contest, Setting

SERVER = profile("rtxpro6000-8b")
"""Fitted to a timeline of vLLM; iterations of up to 2048 prompt tokens hold up whoever decodes beside them."""

TRANSFER = 2 * 32 * 1024 * 2 / 25e9
"""Seconds for a token's keys and values (32 layers of 1024, two bytes each) on a link of 200 Gbit/s."""

RATES = (5.0, 10.0, 15.0, 20.0)
HALVES = ((2, 6), (3, 5), (4, 4))


def _tell(bar: Bar, title: str, stage: str, share: float) -> None:
    bar(title, share)


def disaggregated(asked: argparse.Namespace, bar: Bar) -> Found:
    """First tokens, and tokens after them: what each division is good for."""
    requests = 400 if asked.quick else 3000
    trace = synthetic(0, requests)
    whole = Setting((SERVER,) * 8, trace.block_tokens)
    contenders: dict[str, tuple[Setting, BalancingSpec]] = {"8 that do both": (whole, Adaptive(slo_ttft=SLO))}
    for prefills, decodes in HALVES:
        roles: tuple[Role, ...] = (*["prefill"] * prefills, *["decode"] * decodes)
        made = Setting((SERVER,) * 8, trace.block_tokens, roles=roles, transfer=TRANSFER)
        balance = Disaggregated(prefill=Adaptive(slo_ttft=SLO))
        contenders[f"{prefills} prefill, {decodes} decode"] = (made, balance)
    figures: dict[str, Any] = {}
    rows = []
    for rate in RATES:
        for name, (setting, spec) in contenders.items():
            contest = Contest(setting, trace, Shape(cut=CUT, rate=rate), asked.seeds, SLO, requests // 8)
            told = partial(_tell, bar, f"disaggregated, {rate:g}/s, {name}")
            found = contest.run({name: Contender(spec)}, told)[name]
            figures[f"{rate:g}, {name}"] = found
            ttft, tpot = found["ttft_s"], found["tpot_s"]
            cells = [f"{ttft['p50']:.2f} s", f"{ttft['p99']:.1f} s"]
            cells += [f"{tpot['p50'] * 1e3:.0f} ms", f"{tpot['p99'] * 1e3:.0f} ms", f"{found['hit_ratio']:.2f}"]
            rows.append([f"{rate:g}/s", name, f"{found['attainment']:.3f}", *cells])
    head = ["rate", "servers", "attainment", "TTFT p50", "p99", "TPOT p50", "p99", "hits"]
    return figures, {"pools-disaggregated": (head, rows)}
