"""Several processes' metrics, as text."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from wrp_policies.types import Pool, Server
from wrp_router.record import Row
from wrp_router.telemetry.exposition import exposition
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import Metrics
from wrp_router.telemetry.names import NAMES
from wrp_router.telemetry.tally import Tally, summed

KNOWN = Known(frozenset({"rest"}), frozenset({"small"}), frozenset({"qwen3-8b"}), frozenset({"hard"}))


def counted(rows: list[Row]) -> Metrics:
    """One process that saw these."""
    metrics = Metrics(KNOWN)
    metrics.fleet(lambda: (Pool("small", "qwen3-8b", (Server("s0"),)),))
    metrics.gauge("wrp_traces_dropped_total", lambda: 2)
    for row in rows:
        metrics(row)
    return metrics


def samples(text: str) -> set[tuple[str, tuple[tuple[str, str], ...], float]]:
    """Name, labels, value."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(one.name, tuple(sorted(one.labels.items())), one.value) for one in found}


def test_one_process_is_written_alike(make_row):
    """Be it by its own writer or by this one."""
    metrics = counted([make_row(), make_row(status=503, outcomes=())])
    assert exposition(metrics.tally()) == metrics.render()


def test_two_count_as_one(make_row):
    """That saw what both did."""
    apart = [counted([make_row()]), counted([make_row(), make_row(midstream=True)])]
    text = exposition(summed([one.tally() for one in apart])).decode()
    together = counted([make_row(), make_row(), make_row(midstream=True)]).render().decode()
    differing = {name for name, *_ in samples(text) ^ samples(together)}
    assert differing <= {"wrp_traces_dropped_total"}
    assert "wrp_traces_dropped_total 4.0" in text


def test_what_is_of_another_version_is_left_out():
    """Metrics, labels and buckets that are not known here."""
    strange = Tally(
        {"wrp_unheard_of_total": {(): 1.0}, "wrp_retries_total": {("a", "b"): 1.0}},
        {"wrp_overhead_seconds": {(): ([1, 2], 0.5)}},
        {"wrp_in_flight": {(): 1.0}},
    )
    samples = [one for one in exposition(strange).decode().splitlines() if not one.startswith("#")]
    assert samples == []
    assert all(name.startswith("wrp_") for name in NAMES)
