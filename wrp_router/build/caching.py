"""From the configuration of the cache to the cache, and to what decides how far its bars may move.

What few configurations ask for is imported where it is built: nobody else's start shall wait for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from wrp_cache import Bar, Cache, Flights, Store
from wrp_cache.against import Closed, Judge, Unguarded
from wrp_cache.bars.acceptance import Acceptance, Fixed
from wrp_cache.bars.relief import Slope
from wrp_cache.partition import indices
from wrp_router.config.adapting import BudgetedBars, VerifiedBars
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.structs import Config
from wrp_router.flow import Seat, Way
from wrp_router.flow.easing import Easing
from wrp_signals import Embedder

from .embedders import read_file
from .stores import memory_of

FORMS = 1 << 20
"""Bytes of an answer whose form is looked at: more than is read of it, for events are longer than tokens."""


def bars_of(config: CacheConfig) -> dict[str, Bar]:
    """What each category asks of a hit; one that is not cached keeps nothing."""
    return {name: _bar(category) for name, category in config.categories.items()}


def cache_of(
    config: CacheConfig, store: Store, rng: random.Random, guard: Judge | None = None, *, alike: bool = True
) -> Cache:
    """An empty cache; what the store holds, it has yet to learn. `guard`: the rules, if not given; but where nothing is
    looked for by likeness (`alike`), neither these nor a library of graphs is loaded."""
    return Cache(
        bars_of(config),
        store,
        memory_of(config),
        config.max_entry,
        rng,
        guard if alike else Closed(),
        index=None if alike else indices(None),
        acceptance=acceptance_of(config),
        second_sighting=config.second_sighting,
    )


def guard_of(config: CacheConfig, embedder: Embedder | None) -> Judge | None:
    """What a learned guard adds to the rules, in a fraction of a millisecond; None where nothing is learned. Raises
    OSError, WeightsDamaged, WrongEmbedder."""
    given = config.guard
    if given is None or given.learned is None or embedder is None:
        return None
    from wrp_cache.judges import GuardSpec

    return GuardSpec(learned=given.learned, bar=given.bar, pardon=given.pardon).build(
        embedder.id, read_file, embedder.dim
    )


def reviewer_of(config: CacheConfig, embedder: Embedder | None) -> Judge | None:
    """Who takes milliseconds to look at a neighbour, and does so beside the event loop. Raises TierMissing."""
    given = config.guard
    if given is None or given.cross_encoder is None or embedder is None:
        return None
    from wrp_cache.crossing import CrossGuard, cross_encoder

    return CrossGuard(cross_encoder(given.cross_encoder, read_file), Unguarded(), given.cross_bar)


def acceptance_of(config: CacheConfig) -> Acceptance:
    """Who decides on neighbours."""
    adapt = config.adapt
    if isinstance(adapt, BudgetedBars):
        from wrp_cache.bars.budget import Budget, Terms

        return Budget(Terms(epsilon=adapt.wrong, probe=adapt.probe, look=adapt.look, lower=adapt.lower))
    if isinstance(adapt, VerifiedBars):
        from wrp_cache.bars.verified import Verified, VerifiedTerms

        return Verified(VerifiedTerms(delta=adapt.wrong, each=adapt.each))
    return Fixed()


def flights_of(config: CacheConfig) -> Flights[Seat] | None:
    """The books of single flight, if identical requests are to wait for one another."""
    return Flights() if config.single_flight else None


def easing_of(config: CacheConfig, load: Callable[[str], float]) -> Callable[[Way, float], float] | None:
    """How far bars fall by a route's load, if they may."""
    relief = config.relief
    if relief is None:
        return None
    return Easing(load, Slope(relief.enter, relief.leave, relief.full, relief.most, relief.ramp))


def _bar(category: CategoryConfig) -> Bar:
    return Bar(
        threshold=category.threshold,
        ttl=category.ttl if category.enabled else 0.0,
        quota=category.quota,
        floor=category.floor,
        critical=category.critical,
    )


def recorded(config: Config) -> int:
    """Bytes of an answer that are kept while a client gets it, for the cache, and for who looks at its form."""
    kept = config.cache.max_entry if config.cache is not None else 0
    return max(kept, FORMS) if config.feedback.form else kept
