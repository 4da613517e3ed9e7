"""From a configuration to rooms and fleet: all that needs no event loop. Live router and simulator start from here."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wrp_cache import Cache, MemoryStore, Store
from wrp_cache.against import Judge
from wrp_policies import pools_of
from wrp_policies.balancing import Disaggregated
from wrp_policies.routes import Route, Routes
from wrp_policies.selection import Static
from wrp_policies.when import Condition
from wrp_policies.when import compile as compile_when
from wrp_router.config.address import server_name
from wrp_router.config.caching import CacheConfig
from wrp_router.config.feedback import FeedbackConfig
from wrp_router.config.pools import Limit, PoolConfig, ServerConfig
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fleet import Fleet, RetryBudget
from wrp_router.fleet.desks import Place
from wrp_router.fleet.queue import Ticket
from wrp_router.fleet.spec import LimitSpec, OutlierSpec, PoolSpec, PrefixSpec, QueueSpec, ServerSpec
from wrp_router.flow import Conversations, Decisions, Limits, Rooms
from wrp_router.record import ServerChanged
from wrp_router.wire.handing import UNDIVIDED
from wrp_signals import Embedder, Materials, Signal, Tier, TierMissing, ValueType
from wrp_signals.cost import Timer
from wrp_signals.learning import Learns
from wrp_signals.prefix import LADDER, UNIT_TOKENS

from .accounting import accounts_of
from .caching import cache_of, easing_of, flights_of, guard_of, reviewer_of
from .costs import Costs, settled, signals_of
from .embedders import model_of, read_file, static_of
from .shelving import shelved
from .vitals import pressure_of
from .ways import adapters, comparing_of, named, wants, way_of

log = logging.getLogger(__name__)

ABSENT_COST = 0.0
"""Expected seconds of a signal that cannot be read for want of its tier: asking costs nothing, and answers nothing."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of one configuration that need no event loop. Live router, simulator and `wrp test` all run these."""

    config: Config
    rooms: Rooms
    fleet: Fleet
    signals: dict[str, Signal]
    materials: Materials
    costs: Costs
    secret: bytes
    store: Store | None = None
    reviewer: Judge | None = None

    @property
    def embedder(self) -> Embedder | None:
        """Whose vectors the semantic cache compares: the model tier's, or nobody's."""
        return self.materials.model


def assemble(
    config: Config,
    *,
    rng: random.Random | None = None,
    wake: Callable[[Ticket | Place], None] = lambda ticket: None,
    on_change: Callable[[ServerChanged], None] = lambda change: None,
    embedder: Embedder | None = None,
    timer: Timer | None = None,
    store: Callable[[CacheConfig, bytes], Store] = lambda config, secret: MemoryStore(),
    secret: bytes | None = None,
) -> Assembly:
    """Builds the rooms and the fleet. `embedder` takes the place of all tiers. With a `timer` signals and tiers are
    measured, and `auto` is settled by that; without, it is the model if it is there. `store` makes the cache's. Raises
    TierMissing where the configuration insists on a tier or a cross-encoder, what a signal's `build` raises, and
    OSError, WeightsDamaged or WrongEmbedder for a guard's file.
    """
    chance = rng or random.Random()
    fleet = Fleet(pool_specs(config), _child(chance), on_change, wake, config.limits.queue)
    secret = secret_of(config, secret)
    materials, tiers = _materials(config, fleet, embedder, timer, secret)
    signals = _signals(config, materials)
    costs = _costs(config, materials, tiers, signals, timer)
    cache, reviewer, kept = _cache(config, store, secret, _child(chance), materials.model)
    routes = config.routes or _routeless(config)
    balancing = {pool.name: pool.balance.build() for pool in config.pools}  # one for all routes: it sees all traffic
    rooms = Rooms(
        routes=_routes(config, routes),
        route_first=_route_first(config, routes),
        ways=tuple(shelved(way_of(config, route, balancing, materials), config.cache, secret) for route in routes),
        named=named(config, balancing),
        adapters=adapters(config, balancing),
        retries=RetryBudget(config.retries.budget, config.retries.budget_min),
        rng=chance,
        auto=frozenset(config.auto),
        costs=dict.fromkeys(config.signals, ABSENT_COST) | costs.order(signals),
        cache=cache,
        flights=flights_of(config.cache) if config.cache is not None else None,
        easing=easing_of(config.cache, fleet.load) if config.cache is not None else None,
        reviewed=reviewer is not None,
        unless=_unless(config),
        semantic=config.cache is not None and config.cache.semantic and materials.model is not None,
        learners=tuple([signal for signal in signals.values() if isinstance(signal, Learns)]),
        limits=_limits(config),
        decisions=_decisions(config.feedback),
        conversations=Conversations(config.sessions.most, config.sessions.keep),
        accounts=accounts_of(config),
        comparing=comparing_of(config, balancing, secret),
        pressure=pressure_of(config),
        prefix_seed=secret if config.secret is not None else b"",  # homes outlive a restart, and all agree
    )
    return Assembly(config, rooms, fleet, signals, materials, costs, secret, kept, reviewer)


def _routeless(config: Config) -> tuple[RouteConfig, ...]:
    return (RouteConfig("default", Static(tuple(pool.name for pool in config.pools))),)


def _costs(
    config: Config, materials: Materials, tiers: dict[Tier, float], signals: dict[str, Signal], timer: Timer | None
) -> Costs:
    measured = signals_of(signals, materials.embedders(), timer) if timer is not None else {}
    return Costs(materials.prefer, config.routing_budget, tiers, measured)


def _cache(
    config: Config,
    open: Callable[[CacheConfig, bytes], Store],
    secret: bytes,
    rng: random.Random,
    model: Embedder | None,
) -> tuple[Cache | None, Judge | None, Store | None]:
    """The cache, who looks a second time at what it finds by likeness, and where it keeps what it has."""
    if config.cache is None:
        return None, None, None
    semantic, store = model if config.cache.semantic else None, open(config.cache, secret)
    cache = cache_of(config.cache, store, rng, guard_of(config.cache, semantic), alike=semantic is not None)
    return cache, reviewer_of(config.cache, semantic), store


def name_of(server: ServerConfig) -> str:
    """What logs and metrics call a server: its name, or host and port."""
    return server.name or server_name(server.url)


def pool_specs(config: Config) -> list[PoolSpec]:
    """All pools as the fleet wants them."""
    missed = {name for route in config.routes if route.use.by_warmth for name in pools_of(route.use)}
    return [pool_spec(pool, pool.name in missed) for pool in config.pools]


def pool_spec(pool: PoolConfig, missed: bool = False) -> PoolSpec:
    """A pool as the fleet wants it; `missed`: it counts what its servers hold, though it may have but one."""
    servers = [
        ServerSpec(
            name_of(one),
            one.url,
            _limit_of(pool.limit if one.limit is None else one.limit),
            one.weight,
            one.context or pool.context,
            one.role or "",
        )
        for one in pool.servers
    ]
    contexts = [server.context for server in servers]
    divided = pool.balance if isinstance(pool.balance, Disaggregated) else None
    return PoolSpec(
        name=pool.name,
        model=pool.model,
        servers=tuple(servers),
        price_in=pool.price.input,
        price_out=pool.price.output,
        context=pool.context or (max(contexts) if all(contexts) else 0),
        abilities=frozenset(pool.abilities) - UNDIVIDED if divided is not None else frozenset(pool.abilities),
        prefix=PrefixSpec(UNIT_TOKENS, ladder=LADDER) if missed or wants(pool) == "caches" else None,
        queue=_queue_of(pool),
        stale=looks.stale if (looks := pool.looks()) is not None else math.inf,
        outliers=_outliers_of(pool),
        adapters=pool.adapters,
        alone=divided is not None and divided.alone,
        price_cached=pool.price.cached,
        price_hour=pool.hardware.price_per_hour if pool.hardware is not None else 0.0,
    )


def _limit_of(limit: Limit) -> int | LimitSpec:
    return limit if isinstance(limit, int) else LimitSpec(limit.min, limit.max, limit.slack)


def _outliers_of(pool: PoolConfig) -> OutlierSpec | None:
    asked = pool.outliers
    return None if asked is None else OutlierSpec(asked.factor, asked.samples, asked.every)


def _queue_of(pool: PoolConfig) -> QueueSpec | None:
    """Rebalancing goes by the balancing's own bar, where it has one."""
    if pool.queue is None:
        return None
    slo = getattr(pool.balance, "slo_ttft", QueueSpec().slo_ttft)
    return QueueSpec(pool.queue.order, pool.queue.prefills, pool.queue.depth, slo)


def _child(rng: random.Random) -> random.Random:
    """A generator of its own, decided by the parent's state: fleet and cache have one each, for what only a live router
    sees (a probe, a breaker) may not shift what policies draw."""
    return random.Random(rng.getrandbits(64))


def _materials(
    config: Config, fleet: Fleet, embedder: Embedder | None, timer: Timer | None, secret: bytes
) -> tuple[Materials, dict[Tier, float]]:
    """What signals are made of, and what the tiers cost where that is measured."""
    static, model = (None, embedder) if embedder is not None else (static_of(config), model_of(config))
    materials = Materials(static, model, load=fleet.load, read_file=read_file, secret=secret)
    return settled(materials, config.embedder.tier, config.routing_budget, timer)


def _signals(config: Config, materials: Materials) -> dict[str, Signal]:
    """All that can be built. One whose tier is missing stays unknown, and the log says so."""
    signals: dict[str, Signal] = {}
    for name, spec in config.signals.items():
        try:
            signals[name] = spec.build(materials)
        except TierMissing as missing:
            log.warning("signal %s stays unknown: %s", name, missing)
    return signals


def _routes(config: Config, routes: Sequence[RouteConfig]) -> Routes:
    schema = _schema(config)
    return Routes([Route(route.name, compile_when(route.when, schema), route.priority) for route in routes])


def _route_first(config: Config, routes: Sequence[RouteConfig]) -> bool:
    """Whether the same request may come to a route without a cache that came to another before. Else such a route's
    answers were never kept, and the exact cache, which is asked before anything is read, cannot have one."""
    if config.cache is None or all([route.cache for route in routes]):
        return False
    conditions = [compile_when(route.when, _schema(config)) for route in routes]
    read = frozenset().union(*[condition.signals for condition in conditions])
    return any([condition.varies for condition in conditions]) or any([config.signals[name].varies for name in read])


def _schema(config: Config) -> dict[str, ValueType]:
    return {name: spec.value_type for name, spec in config.signals.items()}


def _limits(config: Config) -> Limits:
    cache = config.cache or CacheConfig()
    overload = config.overload
    return Limits(
        config.routing_budget, cache.embedding_budget, config.retries.extra, overload.sheddable, overload.line
    )


def _decisions(config: FeedbackConfig) -> Decisions | None:
    return Decisions(config.most, config.keep, config.signal or "", config.form) if config.most else None


def _unless(config: Config) -> Condition | None:
    """Of which requests no answer is kept."""
    if config.cache is None or not config.cache.unless:
        return None
    return compile_when(config.cache.unless, _schema(config))


def secret_of(config: Config, spare: bytes | None = None) -> bytes:
    """Keys the digests of what was asked, and by whom. Unless the configuration fixes it, the `spare` or a random
    one."""
    if config.secret is not None:
        return hashlib.sha256(config.secret.reveal().encode()).digest()
    return spare or os.urandom(32)
