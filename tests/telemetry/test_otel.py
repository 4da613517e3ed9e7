"""Rows become spans and metrics; what a collector gets is looked at on a loopback socket."""

from __future__ import annotations

import gzip
import importlib.util
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from wrp_policies.types import Ended, Fault
from wrp_router.record import ServerChanged
from wrp_router.telemetry import otel
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.otel import ClientMetrics, Traces, open_metrics, open_traces
from wrp_router.telemetry.semconv import Place
from wrp_router.telemetry.traceparent import Sampling, child, enter

_ALL = Sampling(1.0)
_PLACES = {("small", "a"): Place("vllm", "10.0.0.11", 8000)}
_KNOWN = Known(models=frozenset({"qwen3-8b"}))
_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Exporter(InMemorySpanExporter):
    """Remembers the spans, also after it was shut down."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def shutdown(self) -> None:
        self.closed = True


class Deaf(SpanExporter):
    """A collector that takes nothing."""

    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.FAILURE


def _spans(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return list(exporter.get_finished_spans())


def test_spans_are_those_that_were_announced_upstream(make_row, outcome):
    """Server span under the caller's, client spans under it, and their ids are those of the header that was sent."""
    exporter = Exporter()
    traces = Traces(exporter, _ALL, _PLACES)
    failed = msgspec.structs.replace(outcome, ended=Ended.FAILED, fault=Fault.HOST, status=503, duration=0.1)
    row = make_row(trace=_TRACE, outcomes=(failed, outcome))
    traces(row)
    assert traces.close()
    server, *attempts = _spans(exporter)
    assert exporter.closed
    context = enter(_TRACE, "d1", _ALL)
    assert (server.kind, server.parent.span_id) == (SpanKind.SERVER, int("b7ad6b7169203331", 16))
    assert server.parent.is_remote
    for number, span in enumerate(attempts):
        sent = child(context, "d1", number)
        assert sent == f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"
        assert (span.kind, span.parent.span_id) == (SpanKind.CLIENT, server.context.span_id)
    assert [span.name for span in attempts] == ["chat qwen3-8b"] * 2
    assert [span.status.status_code for span in attempts] == [StatusCode.ERROR, StatusCode.UNSET]
    assert [span.attributes.get("error.type") for span in attempts] == ["503", None]
    assert (server.start_time, server.end_time) == (1700000000_000000000, pytest.approx(1700000002_300000000, abs=1000))
    assert attempts[0].end_time == attempts[1].start_time
    assert server.resource.attributes["service.name"] == "wrp-router"


def test_a_request_without_a_context_is_the_root_of_a_trace(make_row):
    """Its trace is the one that was announced upstream."""
    exporter = Exporter()
    traces = Traces(exporter, _ALL, {}, service="edge")
    traces(make_row(outcomes=()))
    traces(make_row(id="d2"))
    assert traces.close()
    server = _spans(exporter)[0]
    assert server.parent is None
    assert f"{server.context.trace_id:032x}" == enter("", "d1", _ALL).trace_id
    assert len({span.context.trace_id for span in _spans(exporter)}) == 2
    assert server.resource.attributes["service.name"] == "edge"


def test_only_sampled_rows_become_spans(make_row):
    """The caller's flag or the ratio; other records are none."""
    exporter = Exporter()
    traces = Traces(exporter, Sampling(0.0), {})
    traces(make_row(id="no"))
    traces(make_row(id="not", trace=_TRACE[:-1] + "0"))
    traces(make_row(id="yes", trace=_TRACE, outcomes=()))
    traces(ServerChanged(0.0, "small", "a", "closed", "open", ""))
    assert traces.close()
    assert [span.attributes["wrp.decision.id"] for span in _spans(exporter)] == ["yes"]


def test_a_deaf_collector_costs_rows_and_nothing_else(make_row, complain, kept):
    """What was not taken is counted and warned of once."""
    traces = Traces(Deaf(), _ALL, {}, complain=complain)
    for _ in range(100):
        traces(make_row())
    assert traces.close()
    assert traces.dropped == 100
    assert len(kept.lines) == 1
    assert "did not take" in kept.lines[0]


def _points(reader: InMemoryMetricReader) -> dict[str, list[object]]:
    data = reader.get_metrics_data()
    metrics = data.resource_metrics[0].scope_metrics[0].metrics if data is not None else []
    return {metric.name: list(metric.data.data_points) for metric in metrics}


class Reader(InMemoryMetricReader):
    """Reads for the last time when it is shut down."""

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        self.last = _points(self)
        super().shutdown(timeout_millis, **kwargs)


def test_questions_of_our_own_are_client_operations_too(make_row, outcome):
    """Never streams, whatever the request is."""
    reader = Reader()
    metrics = ClientMetrics(reader, _KNOWN, _PLACES)
    metrics(make_row(inquiries=(outcome, outcome)))
    assert metrics.close()
    assert [point.count for point in reader.last["gen_ai.client.operation.duration"]] == [3]
    assert [point.count for point in reader.last["gen_ai.client.operation.time_to_first_chunk"]] == [1]


def test_attempts_become_the_client_metrics(make_row, outcome):
    """Duration, tokens by type and the time to the first chunk, in the convention's buckets; models only if known."""
    reader = Reader()
    metrics = ClientMetrics(reader, _KNOWN, _PLACES)
    timed_out = msgspec.structs.replace(outcome, ended=Ended.TIMED_OUT, status=0, model="anything", tokens_out=0)
    estimated = msgspec.structs.replace(outcome, estimated=True)
    metrics(make_row(outcomes=(timed_out, outcome)))
    metrics(make_row(outcomes=(estimated,), stream=False))
    metrics(make_row(outcomes=()))
    metrics(ServerChanged(0.0, "small", "a", "closed", "open", ""))
    assert metrics.close()
    assert metrics.dropped == 0
    where = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "server.address": "10.0.0.11",
        "server.port": 8000,
    }
    known = where | {"gen_ai.request.model": "qwen3-8b"}
    unknown = where | {"gen_ai.request.model": "unknown"}
    duration = {tuple(sorted(p.attributes.items())): p for p in reader.last["gen_ai.client.operation.duration"]}
    assert duration[tuple(sorted(known.items()))].count == 2
    assert duration[tuple(sorted((unknown | {"error.type": "timed_out"}).items()))].count == 1
    (first,) = reader.last["gen_ai.client.operation.time_to_first_chunk"]
    assert (first.sum, first.explicit_bounds[0], first.explicit_bounds[-1]) == (0.2, 0.01, 81.92)
    tokens = [
        (p.attributes["gen_ai.token.type"], p.attributes["gen_ai.request.model"], p.sum)
        for p in reader.last["gen_ai.client.token.usage"]
    ]
    assert sorted(tokens) == [("input", "qwen3-8b", 100), ("input", "unknown", 100), ("output", "qwen3-8b", 201)]


@pytest.fixture
def collector() -> Iterator[tuple[str, dict[str, tuple[str | None, bytes]]]]:
    """A collector on a loopback port: its address, and by path what it was sent last."""
    got: dict[str, tuple[str | None, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            got[self.path] = self.headers.get("x-tenant"), body
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", got
        server.shutdown()
        thread.join()


def test_traces_reach_a_collector(make_row, collector):
    """OTLP over HTTP, with the configured headers."""
    url, got = collector
    traces = open_traces(url, _ALL, _PLACES, {"x-tenant": "acme"})
    traces(make_row())
    assert traces.close()
    assert traces.dropped == 0
    tenant, body = got["/v1/traces"]
    sent = ExportTraceServiceRequest.FromString(body)
    assert tenant == "acme"
    assert [span.name for span in sent.resource_spans[0].scope_spans[0].spans] == [
        "POST /v1/chat/completions",
        "chat qwen3-8b",
    ]
    assert sent.resource_spans[0].scope_spans[0].schema_url == "https://opentelemetry.io/schemas/1.41.1"


def test_metrics_reach_a_collector(make_row, collector):
    """Closing exports what the period had not."""
    url, got = collector
    metrics = open_metrics(url, _KNOWN, _PLACES, interval=3600.0)
    metrics(make_row())
    assert metrics.close()
    sent = ExportMetricsServiceRequest.FromString(got["/v1/metrics"][1])
    names = [metric.name for metric in sent.resource_metrics[0].scope_metrics[0].metrics]
    assert sorted(names) == [
        "gen_ai.client.operation.duration",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.token.usage",
    ]


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    """The module is imported only when configured, and then says what is missing."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    spec = importlib.util.spec_from_file_location("wrp_router.telemetry.otel_again", Path(otel.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ImportError, match=r"pip install 'wrp-router\[otel\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
