"""From a running router to the metrics that are asked for when they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import time

from wrp_cache.stores import Archive
from wrp_policies.types import Pools
from wrp_router.fleet import Heard
from wrp_router.live.bodies import Bodies
from wrp_router.live.keeping import Keeping
from wrp_router.live.places import Places
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.scraping import Scraping
from wrp_router.live.telling import Telling
from wrp_router.live.vitals import Vitals
from wrp_router.telemetry.archives import archived, snapshots
from wrp_router.telemetry.decisions import DecisionLog
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.loads import loads
from wrp_router.telemetry.metrics import Metrics
from wrp_router.telemetry.told import told

from .rooms import Assembly
from .tracing import Tracing

Picture = tuple[Pools, Mapping[tuple[str, str], Heard]]
"""How the fleet stood when metrics were asked for, and what servers said: it is read on another thread."""


def of_the_fleet(metrics: Metrics, parts: Assembly, picture: Callable[[], Picture], scraping: Scraping) -> None:
    """Servers, and who waits for them."""
    metrics.fleet(lambda: picture()[0])
    loads(metrics, lambda: picture()[1], scraping.counts)
    metrics.gauge("wrp_queue_depth", lambda: {(name,): deep for name, deep in parts.fleet.depths().items()})


def of_clients(metrics: Metrics, places: Places, bodies: Bodies, vitals: Vitals) -> None:
    """What they have of this process."""
    metrics.gauge("wrp_connections", lambda: places.open)
    refused = "wrp_connections_refused_total"
    metrics.gauge(refused, lambda: {("places",): places.turned_away, ("pressure",): vitals.refused})
    metrics.gauge("wrp_bodies_bytes", lambda: bodies.here)
    metrics.gauge("wrp_bodies_refused_total", lambda: bodies.refused)


def of_the_process(metrics: Metrics, reading: ReadingRoom, streams: Streams, vitals: Vitals) -> None:
    """What runs here now, and since when."""
    metrics.gauge("wrp_streams_active", lambda: streams.active)
    metrics.gauge("wrp_signal_unknown_total", lambda: reading.unknown)
    metrics.gauge("wrp_embedded_texts_total", reading.texts)
    metrics.gauge("wrp_embedding_seconds_total", reading.seconds)
    metrics.gauge("wrp_embedding_queue_depth", reading.waiting)
    metrics.gauge("wrp_event_loop_lag_seconds", vitals.heartbeat.lag)
    metrics.gauge("wrp_resident_bytes", vitals.memory)
    metrics.gauge("wrp_pressure", lambda: {(name,): share for name, share in vitals.pressure.shares.items()})
    metrics.gauge("wrp_pressure_step", lambda: vitals.pressure.step)
    loaded = time()
    metrics.gauge("wrp_config_loaded_timestamp_seconds", lambda: loaded)


def of_what_lasts(
    metrics: Metrics,
    parts: Assembly,
    keeping: Keeping | None,
    telling: Telling | None,
    log: DecisionLog | None,
    tracing: Tracing | None,
) -> None:
    """What is kept, shared and written down; of what there is none, there are no metrics."""
    if isinstance(parts.store, Archive):
        archived(metrics, parts.store.stats)
    if keeping is not None and keeping.snapshots is not None:
        snapshots(metrics, keeping.snapshots.counts)
    if telling is not None:
        told(metrics, telling.stats)
    if log is not None:
        metrics.gauge("wrp_decision_log_dropped_total", lambda: log.dropped)
    if tracing is not None:
        metrics.gauge("wrp_traces_dropped_total", tracing.dropped)


def known_names(parts: Assembly) -> Known:
    """The only names that metrics use as labels."""
    rooms = parts.rooms
    ways = [*rooms.ways, *rooms.named.values(), *rooms.adapters.values()]
    return Known(
        routes=frozenset(way.name for way in ways),
        pools=frozenset(pool.name for pool in parts.config.pools),
        models=frozenset(pool.model for pool in parts.config.pools),
        signals=frozenset(parts.config.signals),
    )
