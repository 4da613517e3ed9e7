"""From the configuration of the cache to the past answers that may go before prompts: they are kept where the cache's
are, and only what it may keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from math import inf

from wrp_router.config.caching import CacheConfig
from wrp_router.flow import Way
from wrp_router.flow.shelves import Shelves


def shelved(way: Way, cache: CacheConfig | None, secret: bytes) -> Way:
    """The way with shelves for past answers, where its policy puts them before prompts, and there is a cache."""
    policy = way.planner.exemplary
    if policy is None or cache is None:
        return way
    key = blake2b(b"wrp-examples", key=secret, digest_size=32).digest()
    return replace(way, shelves=Shelves(policy, key, life_in(cache)))


def life_in(cache: CacheConfig) -> Callable[[str], float]:
    """Seconds for which an answer of a category is good as an example: what the cache has for the category itself; the
    bar of all others says nothing of that, but whether they are kept at all."""

    def life(category: str) -> float:
        bar = cache.bar(category)
        if not bar.enabled:
            return 0.0
        return bar.ttl if category in cache.categories and category != "default" else inf

    return life


def purger(ways: Sequence[Way]) -> Callable[[str | None, bytes | None], int]:
    """Forgets what an order to purge means, in all of them; says how many examples that were."""
    shelves = [way.shelves for way in ways if way.shelves is not None]

    def purge(tenant: str | None, partition: bytes | None) -> int:
        return sum([one.purge(tenant, partition) for one in shelves])

    return purge
