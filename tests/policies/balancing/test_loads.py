"""Load relative to weight."""

from __future__ import annotations

import pytest

from tests.policies.makers import pool
from wrp_policies.balancing.loads import loads_of, loads_on, ranked
from wrp_policies.types import Server


def test_ttft_never_outweighs_load() -> None:
    """An hour of TTFT does not make up for one request."""
    slow, fast = Server("slow", in_flight=99, ttft=3600.0, measured=0.0), Server("fast", in_flight=100)
    loads = loads_of(pool("p", of=(slow, fast)), 0.0)
    assert ranked(loads) == ["slow", "fast"]


def test_ttft_fades() -> None:
    """By half in 30 s, until who was slow comes before who was fast just now; never measured, it is nothing."""
    slow, other = Server("slow", ttft=1.6, measured=100.0), Server("other", ttft=60.0)

    def order(now: float) -> list[str]:
        return ranked(loads_of(pool("p", of=(slow, Server("fast", ttft=0.1, measured=now), other)), now))

    assert order(100.0) == order(219.0) == ["other", "fast", "slow"]
    assert order(221.0) == ["other", "slow", "fast"]


def test_full_servers_count_only_where_none_has_room() -> None:
    """The loads of the servers with room; else of all that are up."""
    full, free, down = Server("full", in_flight=2, limit=2), Server("free", in_flight=3), Server("down", up=False)
    assert loads_of(pool("p", of=(full, free, down)), 0.0) == {"free": 3.0}
    assert loads_of(pool("p", of=(full, down)), 0.0) == {"full": 2.0}


@pytest.mark.parametrize(
    ("server", "load"),
    [
        (Server("a"), 0.0),
        (Server("a", in_flight=3), 3.0),
        (Server("a", in_flight=3, waiting=2), 3.0),
        (Server("a", in_flight=3, waiting=2, running=4), 7.0),
        (Server("a", in_flight=3, weight=0.5), 6.0),
    ],
)
def test_loads(server: Server, load: float) -> None:
    """(ours + others') / weight; ours may be among those that wait, so these count no second time."""
    assert loads_on([server, Server("b", in_flight=1)]) == [load, 1.0]
