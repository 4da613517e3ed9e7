"""A day's traffic in seconds: many requests, bounded work for each, nothing left behind."""

from __future__ import annotations

import random
from collections import Counter
from time import perf_counter

import pytest

from tests.sim.makers import Stage, config, pool, queueing, servers
from wrp_policies import PowerOfTwo, Weighted
from wrp_router.config.caching import CacheConfig
from wrp_router.fakes.model import Profile

REQUESTS = {"light": 20_000, "heavy": 5_000}
ENGINE = Profile(prefill_tokens_per_s=20_000, decode_tokens_per_s=60, base_ttft=0.02, slots=32)


@pytest.mark.parametrize("load", REQUESTS)
def test_many_requests(load: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All are answered or refused, whatever the load; servers share the work, repeats come from the cache."""
    count, (limit, rate) = REQUESTS[load], {"light": (0, 100.0), "heavy": (2, 400.0)}[load]
    pools = tuple(pool(name, 8, PowerOfTwo(), limit=limit) for name in ("small", "large"))
    made = config(
        *pools, use=Weighted({"small": 3, "large": 1}), cache=CacheConfig(semantic=False), timeouts=queueing(2.0)
    )
    stage, chance, at = Stage(made, {"small": ENGINE, "large": ENGINE}), random.Random(1), 0.0
    for _ in range(count):
        at += chance.expovariate(rate)
        stage.arrive(at, f"What is {chance.randrange(5_000)} plus one?", max_tokens=20)
    started = perf_counter()
    rows = stage.rows()
    seconds = perf_counter() - started
    with capsys.disabled():
        print(f"\n{load}: {count / seconds:,.0f} simulated requests/s, {seconds / count * 1e6:.0f} us each")
    statuses, shares = Counter(row.status for row in rows), Counter(servers(rows))
    assert set(statuses) == ({200} if load == "light" else {200, 503})
    assert len(shares - Counter({"": count})) == 16
    assert max(row.duration for row in rows) < 60.0
