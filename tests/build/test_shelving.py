"""Where past answers are kept to be put before prompts, and for how long."""

from __future__ import annotations

from math import inf

from tests.flow.makers import NORTH
from wrp_cache.examples import Example
from wrp_policies.selection.in_context import Aiding
from wrp_router.build import assemble
from wrp_router.build.rooms import Assembly
from wrp_router.build.shelving import life_in, purger
from wrp_router.config import loads
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_signals.facts import Facts, packed

TEXT = """\
version: 1
pools:
  - {name: small, model: s, servers: ["http://127.0.0.1:8001"]}
  - {name: large, model: l, servers: ["http://127.0.0.1:8002"]}
routes:
  - {name: one, when: request.stream, use: {kind: in_context, small: small, large: large}}
  - {name: two, use: {kind: static, pools: [small]}}
"""


def parts(more: str = "cache: {}\n") -> Assembly:
    loaded = loads(TEXT + more)
    assert loaded.config is not None, loaded.problems
    return assemble(loaded.config)


def test_where_they_are_kept() -> None:
    """Beside the cache, for the ways that have use for them; without a cache nowhere."""
    one, two = parts().rooms.ways
    assert one.shelves is not None
    assert one.shelves.policy is one.planner.exemplary
    assert two.shelves is two.planner.exemplary is None
    assert [way.shelves for way in parts("").rooms.ways] == [None, None]
    assert one.tiers == ("static",)
    assert one.category


def test_how_long() -> None:
    """As long as the cache keeps answers of that category, where it says so of that category itself; what it does not
    keep at all is no example."""
    categories = {"finance": CategoryConfig(ttl=300.0), "law": CategoryConfig(enabled=False)}
    life = life_in(CacheConfig(categories={**categories, "default": CategoryConfig(ttl=9.0)}))
    assert [life(name) for name in ("finance", "law", "default", "maths")] == [300.0, 0.0, inf, inf]
    assert life_in(CacheConfig(categories={"default": CategoryConfig(enabled=False)}))("maths") == 0.0


def test_an_order_to_purge() -> None:
    """Reaches all ways; says how many that were."""
    ways = parts().rooms.ways
    shelves = ways[0].shelves
    assert shelves is not None
    for tenant in ("a", "b"):
        facts = Facts("1", "chat", "auto", tenant, shelf="s", vectors={"static": packed(NORTH)})
        assert shelves.keep(facts, Example("q", "a", b"p"), 10, 0.0)
    purge = purger(ways)
    assert (purge("c", None), purge("a", None), purge(None, b"p"), purge(None, None)) == (0, 1, 1, 0)
    assert isinstance(shelves.policy, Aiding)
    assert len(shelves.policy.memory) == 0
