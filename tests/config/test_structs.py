"""The configuration itself: its defaults, and the example of the design."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config
from wrp_policies import Static
from wrp_policies.balancing import Adaptive, DualMap
from wrp_router.config import CacheConfig, CategoryConfig, Config, PoolTimeouts, Timeouts

DESIGNED = """
signals:
  category: {kind: domain}
  refund:   {kind: embedding, examples: ["I want my money back", "cancel and refund"], threshold: 0.8}
routes:
  - name: private-stays-local
    when: refund && !(tenant in ["trusted"])
    use: {kind: static, pools: [local]}
  - name: hard-code
    when: category == "computer science" && category.score > 0.7
    use: {kind: static, pools: [local]}
  - name: everything-else
    use: {kind: cheapest_capable, pools: [local]}
cache:
  categories:
    computer science: {threshold: 0.90, ttl: 7d, quota: 40%}
    default:          {threshold: 0.85, ttl: 1h, quota: 35%}
tests:
  - ask: "Write a quicksort in Rust"
    expect: {route: hard-code}
"""


def loaded(more: str = "") -> Config:
    result = config(more)
    assert result.problems == ()
    assert result.config is not None
    return result.config


def test_defaults() -> None:
    """Those that matter (DESIGN, section 11)."""
    least = loaded()
    assert (least.listen, least.admin, least.auto, least.routing_budget) == ("127.0.0.1:8080", None, ("auto",), 0.005)
    assert least.timeouts == Timeouts(2.0, 5.0, 30.0, 60.0, 600.0, 3600.0, 120.0)
    assert (least.retries.extra, least.retries.budget, least.retries.budget_min) == (2, 0.2, 3)
    assert least.limits.body == 32 << 20
    (pool,) = least.pools
    assert (pool.model, pool.engine, pool.balance) == ("*", "openai", Adaptive())
    assert pool.abilities == ("chat", "completion", "embedding")
    assert (pool.stream_end, pool.send_key, pool.health, pool.metrics) == ("done", None, None, "auto")
    assert least.cache is None


def test_the_design() -> None:
    """What the design shows and this version has, loads without a word."""
    designed = loaded(DESIGNED)
    assert designed.cache is not None
    assert designed.cache.categories["computer science"] == CategoryConfig(0.9, 604800.0, 0.4)
    assert designed.routes[0].use == Static(("local",))
    assert designed.tests[0].expect.route == "hard-code"


def test_a_bar_for_the_first_token_has_a_unit() -> None:
    """As the design writes it."""
    assert loaded("    balance: {kind: dualmap, slo_ttft: 2500ms}\n").pools[0].balance == DualMap(slo_ttft=2.5)


@pytest.mark.parametrize(
    ("more", "there_are"),
    [
        ("    balance: {kind: by_phase_of_moon}\n", "round_robin, random, least_load, p2c"),
        ("routes: [{name: a, use: {kind: oracle, budget: $20/day}}]\n", "static, weighted, cheapest_capable"),
    ],
)
def test_kinds_that_are_none(more: str, there_are: str) -> None:
    """Is refused with a list of what there is."""
    result = config(more)
    assert codes(result) == ["E014"]
    assert there_are in result.problems[0].message


def test_timeouts_of_a_pool() -> None:
    """What the pool leaves out is as for all."""
    common = Timeouts(connect=1.0)
    assert PoolTimeouts(ttft=60.0).over(common) == Timeouts(connect=1.0, ttft=60.0)
    assert PoolTimeouts().over(common) == common


def test_bars() -> None:
    """The category's, else the default's, else the built-in."""
    law, other = CategoryConfig(threshold=0.9), CategoryConfig(threshold=0.8)
    cache = CacheConfig(categories={"law": law, "default": other})
    assert (cache.bar("law"), cache.bar("health")) == (law, other)
    assert CacheConfig().bar("law") == CategoryConfig()
