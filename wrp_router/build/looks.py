"""From the configured pools to what is asked of servers now and then: whether they live, and how loaded they are."""

from __future__ import annotations

from collections.abc import Mapping

from wrp_router.config.structs import Config
from wrp_router.live.probes import Probe
from wrp_router.live.scraping import Scrape
from wrp_router.live.target import Target
from wrp_router.wire.dialects import DIALECTS
from wrp_router.wire.engine_metrics import READERS

from .rooms import name_of

Targets = Mapping[tuple[str, str], Target]


def probes_of(config: Config, targets: Targets) -> list[Probe]:
    """Of the pools that want it."""
    return [
        Probe(
            pool=pool.name,
            server=name_of(server),
            origin=targets[pool.name, name_of(server)].origin,
            path=pool.health.path,
            every=pool.health.every,
            patience=pool.health.timeout,
        )
        for pool in config.pools
        if pool.health is not None
        for server in pool.servers
    ]


def scrapes_of(config: Config, targets: Targets) -> list[Scrape]:
    """Of the pools whose engines show it, unless they say otherwise. Some engines show it to who has the key only."""
    return [
        Scrape(
            pool=pool.name,
            server=name_of(server),
            origin=targets[pool.name, name_of(server)].origin,
            reader=READERS[pool.engine],
            path=looks.path or DIALECTS[pool.engine].path,
            every=looks.every,
            patience=looks.timeout,
            authorization=targets[pool.name, name_of(server)].authorization,
        )
        for pool in config.pools
        if (looks := pool.looks()) is not None
        for server in pool.servers
    ]
