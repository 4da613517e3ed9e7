"""From a configuration to rooms and fleet."""

from __future__ import annotations

import random
from importlib.util import find_spec

import pytest
from msgspec import structs

from tests.build.written import config, config_of
from wrp_cache.types import Entry
from wrp_router.build import assemble
from wrp_router.build.rooms import ABSENT_COST, name_of, pool_spec, pool_specs
from wrp_router.config.pools import AdaptiveLimit, Hardware, OutlierConfig, Price, ServerConfig
from wrp_router.fleet.spec import LimitSpec, OutlierSpec
from wrp_signals import HashingEmbedder

SIGNALS = "signals: {category: {kind: domain}, size: {kind: tokens}}\n"


def test_servers_are_called_by_name_or_address():
    """Also in metrics."""
    assert name_of(ServerConfig("http://a:8000/base", name="x")) == "x"
    assert name_of(ServerConfig("http://a:8000/base")) == "a:8000/base"


def test_a_pool_as_the_fleet_wants_it():
    """A server's own limit goes before the pool's; 0 is one."""
    spec = pool_spec(config().pools[0])
    assert [(server.name, server.limit, server.weight) for server in spec.servers] == [
        ("a:80", 4, 1.0),
        ("b:80", 0, 0.5),
    ]
    assert (spec.model, spec.context, spec.abilities) == ("m", 9, frozenset({"chat", "completion", "embedding"}))
    assert (pool_spec(config().pools[1]).price_in, pool_spec(config().pools[1]).price_out) == (1.0, 2.0)


def test_pools_whose_warmth_counts():
    """Are looked at for what they hold, though they have one server; with their prices. Others are not."""
    use = "{kind: linucb, pools: [large], objective: {cost: 0.3}, SWITCH}"
    routes = "routes: [{name: r, use: USE}]\n".replace("USE", use)
    made = config(routes.replace("SWITCH", "switch: {weight: 1}"))
    priced = structs.replace(made.pools[1], price=Price(1.0, 2.0, 0.1), hardware=Hardware(price_per_hour=3.0))
    (small, large) = pool_specs(structs.replace(made, pools=(made.pools[0], priced)))
    assert large.prefix is not None
    assert (large.price_cached, large.price_hour, small.price_cached, small.price_hour) == (0.1, 3.0, None, 0.0)
    assert assemble(made).rooms.ways[0].prefix
    free = config(routes.replace("SWITCH", "switch: {weight: 0}"))
    assert pool_specs(free)[1].prefix is None
    assert not assemble(free).rooms.ways[0].prefix


def test_limits_that_are_found_and_slow_servers():
    """As the pool says; a server's own limit goes before its pool's here, too."""
    (pool, _) = config().pools
    assert pool_spec(pool).outliers is None
    own = structs.replace(pool.servers[0], limit=3)
    spec = pool_spec(
        structs.replace(pool, limit=AdaptiveLimit(2, 9, 0.5), servers=(own, *pool.servers), outliers=OutlierConfig())
    )
    assert [server.limit for server in spec.servers] == [3, LimitSpec(2, 9, 0.5), 0]
    assert spec.outliers == OutlierSpec(3.0, 5, 5.0)


def test_without_routes_the_pools_in_order():
    """One way, called default; a model leads to all its pools."""
    rooms = assemble(config()).rooms
    assert [(way.name, way.pools) for way in rooms.ways] == [("default", ("small", "large"))]
    named = rooms.way_of("m")
    assert named is not None
    assert (named.name, named.pools) == ("model:m", ("small", "large"))
    assert rooms.way_of("other") is None


def test_without_an_embedder():
    """What needs it is left out: unknown, and free to ask."""
    parts = assemble(config(SIGNALS + "embedder: {tier: none}\ncache: {}\n"))
    assert (parts.embedder, [*parts.signals], parts.rooms.semantic) == (None, ["size"], False)
    assert parts.rooms.costs["category"] == ABSENT_COST
    assert parts.rooms.costs["size"] > 0


def test_signals_see_loads_and_files(tmp_path):
    """Of this fleet's pools, and by path."""
    parts = assemble(config())
    parts.fleet.lease("small", "a:80", 0.0)
    assert parts.materials.load("large") == parts.materials.load("small") == 0.0
    (tmp_path / "head.json").write_bytes(b"{}")
    assert parts.materials.read_file(str(tmp_path / "head.json")) == b"{}"


def test_an_embedder_that_is_given():
    """Takes the place of the configured tier."""
    embedder = HashingEmbedder(384)
    text = "signals: {like: {kind: embedding, examples: [hello]}}\ncache: {}\nembedder: {tier: none}\n"
    parts = assemble(config(text), embedder=embedder)
    assert parts.embedder is embedder
    assert [*parts.signals] == ["like"]
    assert parts.rooms.semantic


@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="NOT TESTED: pip install 'wrp-router[model]'")
def test_the_model_tier_is_loaded_only_if_wanted():
    """By a signal or by the cache."""
    assert assemble(config()).embedder is None
    assert assemble(config("cache: {semantic: false}\n")).embedder is None
    assert assemble(config("cache: {}\n")).embedder is not None


def test_costs_are_measured_with_a_timer():
    """Signals and tiers; they order the signals."""
    ticks = iter(range(10**6))
    text = "signals: {like: {kind: embedding, examples: [hello]}}\n"
    parts = assemble(config(text), embedder=HashingEmbedder(8), timer=lambda: 2**-10 * next(ticks))
    assert parts.rooms.costs["like"] == 2 * 2**-10
    assert (parts.costs.tiers, [*parts.costs.signals]) == ({"model": 2**-10}, ["like"])


def test_secrets():
    """From the configuration, else a new one each time; digests are keyed with it."""
    fixed = "secret: 0123456789abcdef\n"
    assert assemble(config(fixed)).secret == assemble(config(fixed)).secret
    assert assemble(config()).secret != assemble(config()).secret
    assert b"0123456789abcdef" not in assemble(config(fixed)).secret


def test_one_seed_one_router():
    """Policies, fleet and cache draw each from their own generator, all decided by the seed."""
    first, second = (assemble(config(), rng=random.Random(7)) for _ in range(2))
    assert first.rooms.rng.random() == second.rooms.rng.random()


def test_categories_that_are_not_cached():
    """Keep nothing; the others do."""
    text = "cache: {semantic: false, categories: {law: {enabled: false}, default: {ttl: 60s}}}\n"
    cache = assemble(config(text)).rooms.cache
    assert cache is not None
    for category, kept in (("law", False), ("math", True)):
        entry = Entry(category.encode(), b"p", "t", category, "", b"body", "application/json", 0.0, "m", "small")
        cache.put(entry, None, 0.0)
        assert (cache.exact(category.encode(), "t", 1.0) is not None) is kept


def test_servers_have_a_context_of_their_own_or_the_pools():
    """A pool of which nothing is said holds what its longest server does, if all say what they hold."""
    by_length = "%s balance: {kind: context_length}}]"
    text = "version: 1\npools: [{name: p, servers: [{url: 'http://a', context: 8}, %s], " + by_length
    for other, more, contexts, whole in (
        ("{url: 'http://b', context: 32}", "", [8, 32], 32),
        ("'http://b'", "", [8, 0], 0),
        ("'http://b'", "context: 32,", [8, 32], 32),
    ):
        spec = pool_spec(config_of(text % (other, more)).pools[0])
        assert ([server.context for server in spec.servers], spec.context) == (contexts, whole)


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("request.tools > 0", False),
        ("words", False),
        ("night", True),
        ("time.hour < 8", True),
        ("request.priority == 'sheddable'", True),
    ],
)
def test_what_varies_is_looked_at_before_the_exact_cache(when: str, first: bool):
    """Where a route without a cache may be that of a request which had another before."""
    text = """
version: 1
signals:
  words: {kind: keyword, words: [refund]}
  night: {kind: schedule, windows: ["22:00-06:00"]}
pools: [{name: p, model: m, servers: ["http://127.0.0.1:1"]}]
cache: {semantic: false}
routes:
  - {name: a, when: "%s", use: {kind: static, pools: [p]}%s}
  - {name: b, use: {kind: static, pools: [p]}}
"""
    assert assemble(config_of(text % (when, ", cache: false"))).rooms.route_first is first
    assert not assemble(config_of(text % (when, ""))).rooms.route_first
