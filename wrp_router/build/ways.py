"""From routes and pools to ways: which planner a request gets, and which pools that may choose from."""

from __future__ import annotations

from collections.abc import Mapping

from wrp_policies import Balancing, Planner, pools_of
from wrp_policies.balancing.spec import Wants
from wrp_policies.catalogue import Catalogue, catalogue_of
from wrp_policies.comparing import Comparer
from wrp_policies.selection import Static
from wrp_router.config.pools import PoolConfig
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.flow import Comparing, Way
from wrp_signals import Materials

NO_MATERIALS = Materials.none()


def wants(pool: PoolConfig) -> Wants:
    """What its balancing wants to know of prompts; where there is one server, nothing."""
    return pool.balance.wants() if len(pool.servers) > 1 else "nothing"


def way_of(
    config: Config,
    route: RouteConfig,
    balancing: Mapping[str, Balancing],
    materials: Materials = NO_MATERIALS,
    as_asked: bool = False,
) -> Way:
    names = pools_of(route.use)
    used = [pool for pool in config.pools if pool.name in names]
    asked = [pool for pool in config.pools if pool.name in route.use.asks]
    queue = max((_timeouts_queue(config, pool) for pool in used), default=config.timeouts.queue)
    planner = Planner(
        route.use.build(materials),
        {pool.name: balancing[pool.name] for pool in used},
        str(route.use.__struct_config__.tag),
        {pool.name: balancing[pool.name] for pool in asked},
    )
    return Way(
        name=route.name,
        planner=planner,
        pools=tuple(pool.name for pool in used),
        queue=queue,
        cache=route.cache,
        stay=route.stay and len(used) > 1,
        prefix=route.use.by_warmth or any(wants(pool) != "nothing" for pool in used),
        lines=frozenset([pool.name for pool in (*used, *asked) if pool.queue is not None]),
        as_asked=as_asked,
        category=route.use.by_category if planner.cascade is None else planner.cascade.by_category,
        tiers=tuple(sorted(planner.tiers, reverse=True)),  # cheap ones first
    )


def _timeouts_queue(config: Config, pool: PoolConfig) -> float:
    return pool.timeouts.over(config.timeouts).queue if pool.timeouts is not None else config.timeouts.queue


def comparing_of(config: Config, balancing: Mapping[str, Balancing], secret: bytes) -> Comparing | None:
    """Whom the cache's bars have asked about answers, if anybody. Nobody is sent there by that way."""
    judge = config.cache.judge if config.cache is not None else None
    if judge is None:
        return None
    name = judge.pool
    lined = [pool.name for pool in config.pools if pool.name == name and pool.queue is not None]
    planner = Planner(Static((name,)).build(NO_MATERIALS), {}, "judge", {name: balancing[name]})
    comparer = Comparer(name, secret, judge.longest, judge.tokens, judge.patience)
    return Comparing(comparer, Way("cache.adapt.judge", planner, (), lines=frozenset(lined)))


def named(config: Config, balancing: Mapping[str, Balancing]) -> dict[str, Way]:
    """Every concrete model leads to the pools that serve it, in the order written."""
    models: dict[str, list[str]] = {}
    for pool in config.pools:
        models.setdefault(pool.model, []).append(pool.name)
    routes = {
        model: RouteConfig("any-model" if model == "*" else f"model:{model}", Static(tuple(names)))
        for model, names in models.items()
    }
    return {model: way_of(config, route, balancing) for model, route in routes.items()}


def adapters(config: Config, balancing: Mapping[str, Balancing]) -> Catalogue[Way]:
    """Every adapter leads to the pools that have it, in the order written. Many have the same, and so share a way."""
    having = {pool.name: catalogue_of(pool.adapters) for pool in config.pools if pool.adapters}
    ways: dict[tuple[str, ...], Way] = {}
    found: dict[str, Way] = {}
    for adapter in dict.fromkeys([name for pool in config.pools for name in pool.adapters]):
        names = tuple([name for name, adapters in having.items() if adapters.covers(adapter)])
        if names not in ways:
            route = RouteConfig(f"adapters:{'+'.join(names)}", Static(names))
            ways[names] = way_of(config, route, balancing, as_asked=True)
        found[adapter] = ways[names]
    return Catalogue(found)
