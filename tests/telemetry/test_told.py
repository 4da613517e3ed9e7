"""Exchanges with other routers as metrics."""

from __future__ import annotations

from wrp_router.live.telling import Told
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import Metrics
from wrp_router.telemetry.told import told


def test_told() -> None:
    """Each count with its label, and the age; as of when they are read."""
    metrics = Metrics(Known(frozenset(), frozenset(), frozenset(), frozenset()))
    stats = [Told(1, 2, 3, 4, 5, 6, 7.5)]
    told(metrics, lambda: stats[-1])
    results = ("written", "heard", "damaged", "late", "failed", "skipped")
    lines = metrics.render().decode().splitlines()
    for number, result in enumerate(results, 1):
        assert f'wrp_learned_exchanges_total{{result="{result}"}} {number}.0' in lines
    assert "wrp_learned_age_seconds 7.5" in lines
    stats.append(Told(9, 2, 3, 4, 5, 6, 8.5))
    assert 'wrp_learned_exchanges_total{result="written"} 9.0' in metrics.render().decode().splitlines()
