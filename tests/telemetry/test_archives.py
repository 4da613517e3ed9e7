"""How the cache's archive fares, as metrics."""

from __future__ import annotations

import msgspec
import pytest

from wrp_cache.stores import ArchiveStats
from wrp_router.telemetry.archives import archived, snapshots
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import Metrics
from wrp_router.telemetry.names import NAMES


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(Known())


def test_its_books_are_sampled(metrics, value):
    """Every count as it is when somebody asks."""
    fields = ArchiveStats.__struct_fields__
    stats = [ArchiveStats(**{name: at + 1 for at, name in enumerate(fields)})]
    archived(metrics, lambda: stats[0])
    one = msgspec.structs.asdict(stats[0])
    results = {"found": "fetched"}
    for result in ("found", "missing", "late", "failed", "skipped"):
        counted = one[results.get(result, result)]
        assert value("wrp_cache_archive_fetches_total", result=result) == counted
    assert value("wrp_cache_archive_damaged_total", what="row") == one["broken"]
    assert value("wrp_cache_archive_damaged_total", what="file") == one["replaced"]
    names = {"documents": "at_hand", "bytes": "at_hand_bytes", "backlog": "waiting", "learned_total": "learned"}
    names |= {"lost_total": "lost", "breaker_openings_total": "openings"}
    assert all(value(f"wrp_cache_archive_{name}") == one[field] for name, field in names.items())
    stats[0] = msgspec.structs.replace(stats[0], open=False, lost=99)
    assert (value("wrp_cache_archive_breaker_open"), value("wrp_cache_archive_lost_total")) == (0, 99)


def test_files_beside_it_are_sampled(metrics, value):
    """By what came of them."""
    counts = {"written": 0, "refused": 2}
    snapshots(metrics, counts)
    counts["written"] += 1
    assert value("wrp_cache_snapshots_total", result="written") == 1
    assert value("wrp_cache_snapshots_total", result="refused") == 2


def test_none_is_forgotten(metrics):
    """Whatever is called an archive's is sampled."""
    archived(metrics, lambda: ArchiveStats(*[0] * 13))
    snapshots(metrics, {})
    wanted = {name for name in NAMES if name.startswith(("wrp_cache_archive", "wrp_cache_snapshots"))}
    assert wanted <= set(metrics._samples)
