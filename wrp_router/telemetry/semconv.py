"""What OpenTelemetry calls things: the names of semantic conventions v1.41.1 in one table, and what a Row says in them.

The GenAI part is in development and will be renamed; nothing else in the house writes these names down.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from wrp_policies.types import Ended, Outcome
from wrp_router.record import Row
from wrp_signals.facts import Operation

from .traceparent import SERVER

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.1"

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
REQUEST_STREAM = "gen_ai.request.stream"
OUTPUT_TYPE = "gen_ai.output.type"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CONVERSATION = "gen_ai.conversation.id"
DIRECTION = "gen_ai.token.type"
ERROR_TYPE = "error.type"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"

DECISION = "wrp.decision.id"
REQUEST_ID = "wrp.request.id"
ROUTE = "wrp.route"
POLICY = "wrp.policy"
WHY = "wrp.why"
CACHE = "wrp.cache.result"
OVERHEAD = "wrp.overhead"
POOL = "wrp.pool"
SERVER_NAME = "wrp.server"
ATTEMPT = "wrp.attempt"
ENDED = "wrp.attempt.ended"
ESTIMATED = "wrp.usage.estimated"

_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_TOKENS = tuple(float(4**power) for power in range(14))


class Instrument(msgspec.Struct, frozen=True):
    """A histogram: its name, unit, what it tells, and its bucket bounds."""

    name: str
    unit: str
    help: str
    buckets: tuple[float, ...]


DURATION = Instrument("gen_ai.client.operation.duration", "s", "GenAI operation duration.", _SECONDS)
USAGE = Instrument("gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", _TOKENS)
TIME_TO_FIRST_CHUNK = Instrument(
    "gen_ai.client.operation.time_to_first_chunk", "s", "Time to receive the first chunk.", _SECONDS
)

OPERATIONS: Mapping[Operation, str] = MappingProxyType(
    {
        "chat": "chat",
        "completion": "text_completion",
        "embedding": "embeddings",
        "responses": "chat",
        "messages": "chat",
    }
)
PATHS: Mapping[Operation, str] = MappingProxyType(
    {
        "chat": "/v1/chat/completions",
        "completion": "/v1/completions",
        "embedding": "/v1/embeddings",
        "responses": "/v1/responses",
        "messages": "/v1/messages",
    }
)

# What a client sends may be of any length; a span does not carry more of it than this.
_LONGEST = 256
# A duration beyond this many seconds is a mistake, and its end might not fit into a span.
_AGES = 1e7
_BIG = 1 << 63
_PORTS = {"http": 80, "https": 443}

Attribute = str | bool | int | float | tuple[str, ...]
Attributes = dict[str, Attribute]


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a server is and whose dialect it speaks, as `gen_ai.provider.name` has it. Without an address, none is
    told."""

    provider: str = "openai"
    address: str = ""
    port: int = 0


Places = Mapping[tuple[str, str], Place]
"""By names of pool and server."""

NOWHERE = Place()


def place_of(url: str, provider: str = "openai") -> Place:
    """The place that an http or https URL names. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    return Place(provider, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))


class Told(msgspec.Struct, frozen=True):
    """One span before it is one: the request's (`attempt` SERVER) or that of one attempt. Times in seconds since the
    epoch."""

    name: str
    attempt: int
    start: float
    end: float
    attributes: Attributes


def spans_of(row: Row, places: Places) -> list[Told]:
    """The span of the request, then those of its attempts.

    A Row does not tell when each attempt was sent: they are laid end to end, the last ending with the request.
    """
    start, end = row.time, row.time + _seconds(row.duration)
    told = [Told(f"POST {PATHS[row.facts.operation]}", SERVER, start, end, request_attributes(row))]
    for number, outcome in reversed(list(enumerate(row.outcomes))):
        began = max(start, end - _seconds(outcome.duration))
        name = f"{OPERATIONS[row.facts.operation]} {_clean(outcome.model)}"
        place = places.get((outcome.pool, outcome.server), NOWHERE)
        told.insert(1, Told(name, number, began, end, attempt_attributes(row, outcome, number, place)))
        end = began
    return told


def request_attributes(row: Row) -> Attributes:
    """What the span of the whole request says."""
    told: Attributes = {
        HTTP_METHOD: "POST",
        HTTP_ROUTE: PATHS[row.facts.operation],
        HTTP_STATUS: row.status,
        REQUEST_MODEL: _clean(row.facts.asked_model),
        DECISION: _clean(row.facts.id),
        REQUEST_ID: _clean(row.request_id),
        ROUTE: row.route,
        CACHE: row.cache,
        OVERHEAD: row.overhead,
        ERROR_TYPE: request_error(row),
    }
    if row.plan is not None:
        told |= {POLICY: row.plan.policy, WHY: _clean(row.plan.why)}
    return said(told)


def attempt_attributes(row: Row, outcome: Outcome, number: int, place: Place) -> Attributes:
    """What the span of attempt `number` (from 0) says."""
    told: Attributes = {
        **place_attributes(row, _clean(outcome.model), place),
        REQUEST_MAX_TOKENS: row.facts.max_tokens or 0,
        REQUEST_STREAM: row.facts.stream,
        OUTPUT_TYPE: "json" if row.facts.response_format.startswith("json") else "",
        RESPONSE_MODEL: _clean(outcome.model) if outcome.ok else "",
        FINISH_REASONS: (_clean(outcome.finish_reason),) if outcome.finish_reason else (),
        FIRST_CHUNK: outcome.ttft if row.facts.stream else 0.0,
        INPUT_TOKENS: outcome.tokens_in,
        OUTPUT_TOKENS: outcome.tokens_out,
        CACHED_TOKENS: outcome.tokens_cached,
        ESTIMATED: outcome.estimated,
        CONVERSATION: _clean(row.facts.session),
        POOL: outcome.pool,
        SERVER_NAME: outcome.server,
        ENDED: str(outcome.ended),
        ERROR_TYPE: attempt_error(outcome),
    }
    return said(told) | {ATTEMPT: number}


def place_attributes(row: Row, model: str, place: Place) -> Attributes:
    """What spans and metrics of an attempt have in common. May hold empty values."""
    return {
        OPERATION: OPERATIONS[row.facts.operation],
        PROVIDER: place.provider,
        REQUEST_MODEL: model,
        SERVER_ADDRESS: place.address,
        SERVER_PORT: place.port if place.address else 0,
    }


def request_error(row: Row) -> str:
    """`error.type` of the whole request; empty where the fault, if there was one, is the client's."""
    if row.gone or not (row.status >= 500 or row.midstream):
        return ""
    return row.error or str(row.status)


def attempt_error(outcome: Outcome) -> str:
    """`error.type` of an attempt: the engine's status, a one-word reason, or how it ended; empty without an error."""
    if outcome.ended is Ended.DONE or outcome.ended is Ended.CLIENT_GONE:
        return ""
    if outcome.status >= 400:
        return str(outcome.status)
    # a sentence may hold anything, and there must be few types
    return outcome.reason if outcome.reason.isidentifier() and len(outcome.reason) < 40 else str(outcome.ended)


def said(attributes: Attributes) -> Attributes:
    """Those that say something: what is empty, zero or False is what a reader assumes anyway. A number from outside
    that 64 bits cannot hold would keep its whole batch from being exported, and says nothing either."""
    return {
        name: value for name, value in attributes.items() if value and not (isinstance(value, int) and value >= _BIG)
    }


def _seconds(duration: float) -> float:
    return duration if 0.0 <= duration < _AGES else 0.0


def _clean(text: str) -> str:
    """Text from a client, short enough and in what UTF-8 can hold."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()
