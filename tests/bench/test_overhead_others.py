"""What is said of how memory grows, and of latency and relays."""

from __future__ import annotations

from random import Random

import pytest

from bench.overhead_others import added, relayed, slope


@pytest.mark.parametrize("growth", [0.0, 50.0])
def test_a_line_through_noise(growth: float):
    """The interval holds the true growth in some 95 of 100 cases, and is narrow beside a large one."""
    found = []
    for seed in range(400):
        noise = Random(seed)
        found.append(slope([(1000.0 * at, 100.0 + growth * at / 100 + noise.gauss(0, 1)) for at in range(100)]))
    assert 0.92 < sum(one.low < growth < one.high for one in found) / len(found) < 0.98
    assert max(one.high - one.low for one in found) < 5


def test_too_few_samples_say_nothing():
    """The line is told, the interval is everything."""
    assert (slope([(0.0, 1.0), (1e5, 3.0)]).median, slope([(0.0, 1.0), (1e5, 3.0)]).low) == (2.0, float("-inf"))
    assert slope([(0.0, 1.0)]).high == float("inf")


def test_latency_is_what_is_added():
    """To the engine alone, against the better peer of each percentile."""
    found = {
        "direct": [{"p50": 10.0, "p99": 20.0}],
        "wrp": [{"p50": 110.0, "p99": 320.0}],
        "vllm-router": [{"p50": 60.0, "p99": 520.0}],
        "sglang-router": [{"p50": 90.0, "p99": 220.0}],
    }
    assert [(one.value, one.told()["held"]) for one in added(found)] == [(2.0, False), (1.5, False)]
    assert [one.what.rpartition(" ")[2] for one in added(found)] == ["vllm-router", "sglang-router"]
    assert added({"wrp": found["wrp"]}) == []


def test_a_relay_without_peers():
    """Is judged by what it takes."""
    assert [one.value for one in relayed({"wrp": [{"chunk_us": 11.0}]})] == [11.0]
    assert relayed({}) == []
