"""From the configured pools to what is asked of servers now and then: whether they live, and how loaded they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wrp_router.config.pools import PoolConfig
from wrp_router.config.structs import Config
from wrp_router.live.looking import Look
from wrp_router.live.scraping import Scrape
from wrp_router.live.target import Target
from wrp_router.wire.dialects import DIALECTS
from wrp_router.wire.engine_metrics import READERS

from .rooms import name_of

Targets = Mapping[tuple[str, str], Target]


def probes_of(config: Config, targets: Targets) -> list[Look]:
    """Of the pools that want it."""
    looks = []
    for pool in config.pools:
        if (health := pool.health) is not None:
            every = _servers(pool, targets)
            looks += [Look(*at, one.origin, health.path, health.every, health.timeout) for at, one in every]
    return looks


def scrapes_of(config: Config, targets: Targets) -> list[Scrape]:
    """Of the pools whose engines show it, unless they say otherwise. Some engines show it to who has the key only."""
    scrapes = []
    for pool in config.pools:
        if (asked := pool.looks()) is not None:
            path, reader = asked.path or DIALECTS[pool.engine].path, READERS[pool.engine]
            for at, one in _servers(pool, targets):
                look = Look(*at, one.origin, path, asked.every, asked.timeout, one.authorization)
                scrapes.append(Scrape(look, reader))
    return scrapes


def _servers(pool: PoolConfig, targets: Targets) -> Iterator[tuple[tuple[str, str], Target]]:
    for server in pool.servers:
        at = pool.name, name_of(server)
        yield at, targets[at]
