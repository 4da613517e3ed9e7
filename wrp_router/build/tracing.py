"""OpenTelemetry, where it is configured: watchers for rows, and the trace header that goes upstream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wrp_router.config.address import server_name
from wrp_router.config.structs import Config
from wrp_router.flow import Ask
from wrp_router.record import Watcher
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.semconv import Places, place_of
from wrp_router.telemetry.traceparent import Sampling, child, enter


@dataclass(frozen=True, slots=True)
class Tracing:
    """`upstream` gives the `traceparent` of an attempt, counted from 0."""

    watchers: list[Watcher]
    upstream: Callable[[Ask, int], str]
    close: Callable[[], None]
    dropped: Callable[[], int]


def tracing_of(config: Config, known: Known) -> Tracing | None:
    """None where no collector is configured. Raises ImportError that names the extra where the SDK is missing."""
    otel = config.telemetry.otel
    if otel is None:
        return None
    from wrp_router.telemetry.otel import open_metrics, open_traces

    sampling = Sampling(otel.sample)
    headers = {name: secret.reveal() for name, secret in otel.headers.items()}
    places = _places(config)
    traces = open_traces(otel.endpoint, sampling, places, headers)
    metrics = open_metrics(otel.endpoint, known, places, headers)

    def upstream(ask: Ask, attempt: int) -> str:
        return child(enter(ask.trace, ask.id, sampling), ask.id, attempt)

    def close() -> None:
        traces.close()
        metrics.close()

    return Tracing([traces, metrics], upstream, close, lambda: traces.dropped + metrics.dropped)


def _places(config: Config) -> Places:
    return {
        (pool.name, server.name or server_name(server.url)): place_of(server.url, _provider(pool.engine))
        for pool in config.pools
        for server in pool.servers
    }


def _provider(engine: str) -> str:
    """gen_ai.provider.name: engines of one's own speak OpenAI's API, and the conventions name them by it."""
    return "anthropic" if engine == "anthropic" else "openai"
