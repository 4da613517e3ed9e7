"""What a pool says of how its servers are looked at."""

from __future__ import annotations

import pytest

from wrp_router.config.pools import Engine, MetricsConfig, PoolConfig, ServerConfig

OWN = MetricsConfig(every=2.0)


@pytest.mark.parametrize(
    ("engine", "metrics", "looks"),
    [
        ("vllm", "auto", MetricsConfig()),
        ("trtllm", "auto", MetricsConfig()),
        ("vllm", OWN, OWN),
        ("vllm", "off", None),
        ("openai", "auto", None),
        ("openai", OWN, None),
    ],
)
def test_servers_are_asked_where_their_engine_shows_it(engine: Engine, metrics, looks: MetricsConfig | None) -> None:
    """And the pool does not say that they shall not be."""
    pool = PoolConfig("p", (ServerConfig("http://a"),), engine=engine, metrics=metrics)
    assert pool.looks() == looks


@pytest.mark.parametrize("stale", [0.5, 1.9])
def test_one_look_that_fails_is_not_enough_to_forget(stale: float) -> None:
    """What was said lives through two looks at least."""
    with pytest.raises(ValueError, match="at least twice every"):
        MetricsConfig(every=1.0, stale=stale)
