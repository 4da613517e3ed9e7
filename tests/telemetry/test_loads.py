"""What servers say of their load, as metrics."""

from __future__ import annotations

import pytest

from wrp_router.fleet import Heard
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.loads import loads
from wrp_router.telemetry.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(Known())


def test_what_was_heard_is_sampled(metrics, value):
    """Of each server as it is when somebody asks; what was not said, and what is not heard of any more, is absent."""
    heard = {("p", "s0"): Heard(1.0, 2, 7, 3, 0.5), ("p", "s1"): Heard(1.0)}
    loads(metrics, lambda: heard, dict)
    assert value("wrp_server_others", pool="p", server="s0") == 3
    assert value("wrp_server_others", pool="p", server="s1") == 0
    assert value("wrp_server_kv_usage", pool="p", server="s0") == 0.5
    assert value("wrp_server_kv_usage", pool="p", server="s1") is None
    del heard["p", "s0"]
    assert value("wrp_server_others", pool="p", server="s0") is None
    assert value("wrp_server_kv_usage", pool="p", server="s0") is None


def test_looks_are_counted_by_result(metrics, value):
    """So that a server that never tells is seen."""
    counts = {("p", "s0", "told"): 0.0, ("p", "s0", "failed"): 2.0}
    loads(metrics, dict, lambda: counts)
    counts["p", "s0", "told"] += 1.0
    assert value("wrp_server_scrapes_total", pool="p", server="s0", result="told") == 1
    assert value("wrp_server_scrapes_total", pool="p", server="s0", result="failed") == 2
