"""How the cache's archive fares, as metrics: read from its own books when somebody asks. It counts nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wrp_cache.stores import ArchiveStats

from .metrics import Metrics
from .series import Sample

Stats = Callable[[], ArchiveStats]

_SAMPLES: dict[str, Callable[[ArchiveStats], Sample]] = {
    "wrp_cache_archive_documents": lambda stats: stats.at_hand,
    "wrp_cache_archive_bytes": lambda stats: stats.at_hand_bytes,
    "wrp_cache_archive_backlog": lambda stats: stats.waiting,
    "wrp_cache_archive_breaker_open": lambda stats: int(stats.open),
    "wrp_cache_archive_breaker_openings_total": lambda stats: stats.openings,
    "wrp_cache_archive_learned_total": lambda stats: stats.learned,
    "wrp_cache_archive_lost_total": lambda stats: stats.lost,
    "wrp_cache_archive_damaged_total": lambda stats: {("row",): stats.broken, ("file",): stats.replaced},
    "wrp_cache_archive_fetches_total": lambda stats: {
        ("found",): stats.fetched,
        ("missing",): stats.missing,
        ("late",): stats.late,
        ("failed",): stats.failed,
        ("skipped",): stats.skipped,
    },
}


def archived(metrics: Metrics, stats: Stats) -> None:
    """Have them sampled from what `stats` answers, on the reader's thread."""
    for name, of in _SAMPLES.items():
        metrics.gauge(name, _sampled(of, stats))


def snapshots(metrics: Metrics, counts: Mapping[str, int]) -> None:
    """Have the files beside an archive sampled: how often which came about."""
    metrics.gauge("wrp_cache_snapshots_total", lambda: {(result,): number for result, number in counts.items()})


def _sampled(of: Callable[[ArchiveStats], Sample], stats: Stats) -> Callable[[], Sample]:
    return lambda: of(stats())
