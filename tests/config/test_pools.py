"""What a pool may say of limits and of slow servers."""

from __future__ import annotations

import pytest

from wrp_router.config import Loaded, loads
from wrp_router.config.pools import AdaptiveLimit, OutlierConfig, PoolConfig


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
    found = pool(f"limit: {written}", f"servers: [http://a, {{url: http://b, limit: {written}}}]")
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
        ("weight: 1", OutlierConfig()),
    ],
)
def test_slow_servers_are_looked_for_unless_told_otherwise(written: str, found: OutlierConfig | None) -> None:
    """`null` is for pools whose servers differ by intent."""
    fields = (written,) if written.startswith("outliers") else ()
    assert pool("servers: [http://a]", *fields).outliers == found
