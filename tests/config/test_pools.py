"""What a pool says of how its servers are looked at, how many requests they get, and who is too slow."""

from __future__ import annotations

import pytest

from wrp_router.config import Loaded, loads
from wrp_router.config.pools import AdaptiveLimit, Engine, MetricsConfig, OutlierConfig, PoolConfig, ServerConfig

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


def asked(*fields: str) -> Loaded:
    """A configuration of one pool, with these fields."""
    lines = "".join([f"    {field}\n" for field in ("name: local", *fields)])
    return loads(f"version: 1\npools:\n  -\n{lines}")


def pool(*fields: str) -> PoolConfig:
    loaded = asked(*fields)
    assert loaded.problems == ()
    assert loaded.config is not None
    return loaded.config.pools[0]


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("8", 8),
        ("{kind: adaptive}", AdaptiveLimit(1, 256, 1.0)),
        ("{kind: adaptive, min: 2, max: 64, slack: 0.5}", AdaptiveLimit(2, 64, 0.5)),
    ],
)
def test_a_limit_is_a_number_or_found(written: str, limit: int | AdaptiveLimit) -> None:
    """At the pool as at a server."""
    found = pool(
        "balance: {kind: p2c}", f"limit: {written}", f"servers: [http://a, {{url: http://b, limit: {written}}}]"
    )
    assert found.limit == found.servers[1].limit == limit
    assert found.servers[0].limit is None


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("adaptive", "E012", "{kind: adaptive}"),
        ("-1", "E012", "an integer"),
        ("{kind: gradient}", "E014", "adaptive"),
        ("{kind: adaptive, mix: 2}", "E010", "min"),
        ("{kind: adaptive, min: 9, max: 3}", "E013", "`min` 9 is over `max` 3"),
        ("{kind: adaptive, min: 0}", "E013", "1"),
    ],
)
def test_limits_that_are_none(written: str, code: str, said: str) -> None:
    """Each is told with what may stand there."""
    (problem,) = asked("servers: [http://a]", f"limit: {written}").problems
    assert problem.code == code
    assert said in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("outliers: {}", OutlierConfig()),
        ("outliers: {factor: 5, samples: 20, every: 30s}", OutlierConfig(5.0, 20, 30.0)),
        ("outliers: null", None),
        ("weight: 1", None),
    ],
)
def test_slow_servers_are_looked_for_where_that_is_asked(written: str, found: OutlierConfig | None) -> None:
    """Servers may differ by intent, and most policies avoid slow ones by themselves."""
    fields = (written,) if written.startswith("outliers") else ()
    assert pool("servers: [http://a]", *fields).outliers == found
