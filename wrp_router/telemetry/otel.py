"""Rows become OpenTelemetry spans and metrics, on a thread of their own. Needs the extra `otel`: import it when used.

The loop pays for the sampling decision and a queue; spans are built afterwards, with the times that the Row tells.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from wrp_policies.types import Outcome
from wrp_router import __version__
from wrp_router.record import Record, Row

from . import semconv
from .backlog import BREATH, Backlog
from .known import Known
from .log import Seldom
from .metrics import known_name
from .semconv import NOWHERE, Instrument, Places
from .traceparent import SERVER, Sampling, TraceContext, enter, span_id

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.metrics import Histogram
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON
    from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context
    from opentelemetry.trace.status import Status, StatusCode
except ImportError as error:
    raise ImportError("OpenTelemetry is not installed: pip install 'wrp-router[otel]'") from error

_SERVICE = "wrp-router"
_SCOPE = "wrp_router"
# Rows between two pauses: the SDK takes 50 to 100 us for one, in which the loop has to wait.
_AT_ONCE = 4


class NotExported(Exception):
    """The collector did not take a batch."""


class Traces:
    """A watcher that turns each sampled Row into a server span and one client span per attempt.

    Their ids are those that `traceparent.child` sent upstream. At most `limit` rows wait; `dropped` counts rows that
    never reached the collector.
    """

    def __init__(
        self,
        exporter: SpanExporter,
        sampling: Sampling,
        places: Places,
        *,
        service: str = _SERVICE,
        limit: int = 4096,
        interval: float = 0.5,
        complain: Seldom | None = None,
    ) -> None:
        self._exporter, self._sampling, self._places = exporter, sampling, places
        self._ids, self._ended = _Ids(), _Ended()
        provider = TracerProvider(
            sampler=ALWAYS_ON, resource=_resource(service), id_generator=self._ids, shutdown_on_exit=False
        )
        provider.add_span_processor(self._ended)
        self._tracer = provider.get_tracer(_SCOPE, __version__, schema_url=semconv.SCHEMA_URL)
        complain = complain or Seldom(logging.getLogger(__name__))
        self._backlog = Backlog("traces", self._export, limit=limit, interval=interval, complain=complain)

    def __call__(self, record: Record) -> None:
        if isinstance(record, Row) and self._sampling.keeps(record.trace, record.facts.id):
            self._backlog.put(record)

    @property
    def dropped(self) -> int:
        """How many sampled rows never reached the collector."""
        return self._backlog.dropped

    def close(self, timeout: float = 5.0) -> bool:
        """Export all that waits. Blocks up to `timeout` seconds; says whether it got through."""
        done = self._backlog.close(timeout)
        self._exporter.shutdown()
        return done

    def _export(self, rows: list[Row]) -> None:
        for number, row in enumerate(rows, 1):
            self._spans(row)
            if number % _AT_ONCE == 0:
                time.sleep(BREATH)
        if self._exporter.export(self._ended.take()) is not SpanExportResult.SUCCESS:
            raise NotExported("the collector did not take them")

    def _spans(self, row: Row) -> None:
        context = enter(row.trace, row.facts.id, self._sampling)
        request = span_id(context, row.facts.id)
        self._ids.trace = int(context.trace_id, 16)
        for told in semconv.spans_of(row, self._places):
            whole = told.attempt == SERVER
            self._ids.span = int(request if whole else span_id(context, row.facts.id, told.attempt), 16)
            span = self._tracer.start_span(
                told.name,
                context=_below(context, context.parent_id if whole else request, remote=whole),
                kind=SpanKind.SERVER if whole else SpanKind.CLIENT,
                attributes=told.attributes,
                start_time=int(told.start * 1e9),
            )
            if semconv.ERROR_TYPE in told.attributes:
                span.set_status(Status(StatusCode.ERROR))
            span.end(int(told.end * 1e9))


class ClientMetrics:
    """A watcher that turns each attempt of each Row into the GenAI client metrics, read by `reader`."""

    def __init__(
        self,
        reader: MetricReader,
        known: Known,
        places: Places,
        *,
        service: str = _SERVICE,
        limit: int = 16384,
        interval: float = 0.5,
        complain: Seldom | None = None,
    ) -> None:
        self._known, self._places = known, places
        self._provider = MeterProvider([reader], _resource(service), shutdown_on_exit=False)
        self._meter = self._provider.get_meter(_SCOPE, __version__, semconv.SCHEMA_URL)
        self._duration = self._histogram(semconv.DURATION)
        self._usage = self._histogram(semconv.USAGE)
        self._first_chunk = self._histogram(semconv.TIME_TO_FIRST_CHUNK)
        complain = complain or Seldom(logging.getLogger(__name__))
        self._backlog = Backlog(
            "OpenTelemetry metrics", self._count, limit=limit, interval=interval, chunk=_AT_ONCE, complain=complain
        )

    def __call__(self, record: Record) -> None:
        if isinstance(record, Row) and record.outcomes:
            self._backlog.put(record)

    @property
    def dropped(self) -> int:
        """How many rows were never counted."""
        return self._backlog.dropped

    def close(self, timeout: float = 5.0) -> bool:
        """Count and export what waits. Blocks up to about `timeout` seconds; says whether all was counted."""
        done = self._backlog.close(timeout)
        self._provider.shutdown(timeout_millis=timeout * 1e3)
        return done

    def _histogram(self, one: Instrument) -> Histogram:
        return self._meter.create_histogram(
            one.name, one.unit, one.help, explicit_bucket_boundaries_advisory=one.buckets
        )

    def _count(self, rows: list[Row]) -> None:
        for row in rows:
            for outcome in row.outcomes:
                self._attempt(row, outcome, row.facts.stream)
            for outcome in row.inquiries:
                self._attempt(row, outcome, stream=False)

    def _attempt(self, row: Row, outcome: Outcome, stream: bool) -> None:
        place = self._places.get((outcome.pool, outcome.server), NOWHERE)
        # the model may be whatever the client said, and a series is for ever
        model = known_name(outcome.model, self._known.models)
        said = semconv.said(semconv.place_attributes(row, model, place))
        error = semconv.attempt_error(outcome)
        self._duration.record(outcome.duration, said | {semconv.ERROR_TYPE: error} if error else said)
        if stream and outcome.ok and outcome.ttft > 0.0:
            self._first_chunk.record(outcome.ttft, said)
        if not outcome.estimated:
            # the convention forbids counts that nobody reported
            for kind, tokens in (("input", outcome.tokens_in), ("output", outcome.tokens_out)):
                if tokens > 0:
                    self._usage.record(tokens, said | {semconv.DIRECTION: kind})


def open_traces(
    endpoint: str, sampling: Sampling, places: Places, headers: Mapping[str, str] | None = None, timeout: float = 10.0
) -> Traces:
    """Traces sent by OTLP over HTTP to the collector at `endpoint`, for example `http://127.0.0.1:4318`."""
    url = f"{endpoint.rstrip('/')}/v1/traces"
    return Traces(OTLPSpanExporter(url, headers=_headers(headers), timeout=timeout), sampling, places)


def open_metrics(
    endpoint: str,
    known: Known,
    places: Places,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    interval: float = 60.0,
) -> ClientMetrics:
    """Metrics sent by OTLP over HTTP to the collector at `endpoint` every `interval` seconds."""
    url = f"{endpoint.rstrip('/')}/v1/metrics"
    exporter = OTLPMetricExporter(url, headers=_headers(headers), timeout=timeout)
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=interval * 1e3)
    return ClientMetrics(reader, known, places)


class _Ids(IdGenerator):
    """Gives the next span the ids that were set beforehand."""

    def __init__(self) -> None:
        self.trace = self.span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span


class _Ended(SpanProcessor):
    """Keeps the spans of one batch."""

    def __init__(self) -> None:
        self._spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self._spans.append(span)

    def take(self) -> list[ReadableSpan]:
        spans, self._spans = self._spans, []
        return spans


def _below(context: TraceContext, parent: str, *, remote: bool) -> Context:
    """Where a span belongs: under `parent`, or at the root of a trace if that is empty."""
    if not parent:
        return Context()
    flags = TraceFlags(context.flags)
    above = SpanContext(int(context.trace_id, 16), int(parent, 16), is_remote=remote, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(above), Context())


def _resource(service: str) -> Resource:
    return Resource.create({"service.name": service, "service.version": __version__})


def _headers(headers: Mapping[str, str] | None) -> dict[str, str] | None:
    return dict(headers) if headers else None
