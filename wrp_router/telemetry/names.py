"""Every Prometheus metric there is: name, type, labels, help, buckets. They change only with a major version.

Units are base units. Label values come from the configuration or from a closed set, never from a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

Kind = Literal["counter", "gauge", "histogram"]
Join = Literal["sum", "max", "mean"]


class Name(msgspec.Struct, frozen=True):
    """What one metric is. `sampled` ones are asked for when the metrics are read, and absent if nobody can tell.
    `join`: how the gauges of several workers become one."""

    kind: Kind
    labels: tuple[str, ...]
    help: str
    buckets: tuple[float, ...] = ()
    sampled: bool = False
    join: Join = "sum"


_MILLI = 1e-3
_ANSWERS = (_MILLI, 5 * _MILLI, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_FIRST = (_MILLI, 5 * _MILLI, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BETWEEN = (2.5 * _MILLI, 5 * _MILLI, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5)
_OURS = (2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, _MILLI, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_QUALITY = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_SIGNALS = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, _MILLI, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1)

NAMES: Mapping[str, Name] = MappingProxyType(
    {
        "wrp_requests_total": Name(
            "counter",
            ("route", "pool", "model", "code", "outcome"),
            "Requests of which something was decided. `pool` and `model` are those of the last attempt, `none` without "
            "one; `outcome` is `done`, `cut` (after the first byte), `failed`, `refused` (4xx, or 503 without an "
            "attempt) or `client_gone`.",
        ),
        "wrp_requests_refused_total": Name(
            "counter",
            ("code",),
            "Requests refused before that, which no decision log or trace has: heads and bodies that cannot be read, "
            "keys and paths that are not known here.",
        ),
        "wrp_request_duration_seconds": Name(
            "histogram", ("route", "pool"), "From the arrival of a request to the last byte of its answer.", _ANSWERS
        ),
        "wrp_ttft_seconds": Name(
            "histogram", ("route", "pool"), "From the arrival of a request to the first byte of its answer.", _FIRST
        ),
        "wrp_inter_token_seconds": Name(
            "histogram", ("pool", "model"), "Mean time between two tokens of a finished answer.", _BETWEEN
        ),
        "wrp_overhead_seconds": Name("histogram", (), "The part of a request's duration that was the router's.", _OURS),
        "wrp_attempts_total": Name(
            "counter",
            ("pool", "ended"),
            "Attempts that ended, and how: `done`, `failed`, `timed_out` or `client_gone`.",
        ),
        "wrp_retries_total": Name(
            "counter",
            ("reason",),
            "Attempts after the first of a request, by why the one before did not do: `failed`, `timed_out`, "
            "`client_gone` or `quality` (below the bar of a cascade).",
        ),
        "wrp_cascade_total": Name(
            "counter",
            ("route", "result"),
            "Requests of which an answer was verified before it was given: `accepted`, `escalated` (the next pool's "
            "was asked for), `aborted` (that would have come too late), `unverified` (nobody could say), or `returned` "
            "(the next pool failed, so it was given after all).",
        ),
        "wrp_inquiries_total": Name(
            "counter",
            ("pool", "ended"),
            "Questions of the router's own, whose answers no client gets: as of a judge. How they ended, as with "
            "attempts; what they took is in `wrp_tokens_total`, what they cost in `wrp_cost_usd_total`.",
        ),
        "wrp_tokens_total": Name(
            "counter",
            ("direction", "pool", "model"),
            "Tokens of all attempts: `input`, `output`, and `cached`: input that the engine had in its cache.",
        ),
        "wrp_answer_quality": Name(
            "histogram",
            ("pool", "source"),
            "How good answers were, from 0 to 1, of those of which something was said: by their `client`, by the "
            "`next_turn` of the conversation, or by their own `form`.",
            _QUALITY,
        ),
        "wrp_cost_usd_total": Name("counter", ("pool", "model"), "What all attempts cost, in US$."),
        "wrp_saved_usd_total": Name("counter", ("route",), "What the router saved, in US$."),
        "wrp_cache_requests_total": Name(
            "counter",
            ("result",),
            "Requests by cache result: `hit-exact`, `hit-semantic`, `hit-shared`, `miss`, `bypass` or `off`.",
        ),
        "wrp_cache_vetoes_total": Name("counter", (), "Cached neighbours near enough, and refused by the hit guard."),
        "wrp_cache_archive_fetches_total": Name(
            "counter",
            ("result",),
            "Documents asked of the cache's file or server: `found`, `missing`, `late` (beyond the deadline), "
            "`failed`, or `skipped` while the breaker was open.",
            sampled=True,
        ),
        "wrp_cache_archive_documents": Name("gauge", (), "Documents of it that are in memory now.", sampled=True),
        "wrp_cache_archive_bytes": Name("gauge", (), "What they take.", sampled=True),
        "wrp_cache_archive_backlog": Name("gauge", (), "Changes that are not written to it yet.", sampled=True),
        "wrp_cache_archive_breaker_open": Name(
            "gauge", (), "1 while it is not asked, else 0.", sampled=True, join="max"
        ),
        "wrp_cache_archive_breaker_openings_total": Name(
            "counter", (), "How often it was found not to answer.", sampled=True
        ),
        "wrp_cache_archive_learned_total": Name(
            "counter",
            (),
            "Answers that the cache learned of from it: its own of before, and those of other routers.",
            sampled=True,
        ),
        "wrp_cache_archive_lost_total": Name("counter", (), "Answers that could not be written to it.", sampled=True),
        "wrp_cache_archive_damaged_total": Name(
            "counter",
            ("what",),
            "What of it was not as it was written: a `row` (never served), or a whole `file` (set aside).",
            sampled=True,
        ),
        "wrp_cache_snapshots_total": Name(
            "counter",
            ("result",),
            "Files of indexes and bars beside it: `written`, `restored` at the start, `refused` then and built again, "
            "or `failed` to be read or written.",
            sampled=True,
        ),
        "wrp_midstream_errors_total": Name("counter", ("pool",), "Answers cut off upstream after their first byte."),
        "wrp_client_disconnects_total": Name(
            "counter", ("phase",), "Clients that left: in `headers`, `body`, `queue`, `ttft` or `stream`."
        ),
        "wrp_signal_seconds": Name(
            "histogram", ("signal",), "Time that reading a signal took, without the embedding.", _SIGNALS
        ),
        "wrp_signal_unknown_total": Name(
            "counter",
            ("signal", "why"),
            "Signals that were wanted and did not make it: `missing` (their tier is not there), `late`, `full` (too "
            "many before them) or `failed`.",
            sampled=True,
        ),
        "wrp_embedding_seconds_total": Name("counter", ("tier",), "Time that embedding took.", sampled=True),
        "wrp_embedded_texts_total": Name("counter", ("tier",), "Texts that were embedded.", sampled=True),
        "wrp_embedding_queue_depth": Name("gauge", (), "Texts that wait for the embedding model now.", sampled=True),
        "wrp_breaker_transitions_total": Name("counter", ("pool", "to"), "State changes of servers, by new state."),
        "wrp_ejections_total": Name(
            "counter",
            ("pool", "why"),
            "Servers that were taken out: they `failed`, or were much `slow`er than the others of their pool.",
        ),
        "wrp_workers": Name("gauge", (), "Processes that take requests, where there is a supervisor.", sampled=True),
        "wrp_worker_deaths_total": Name(
            "counter", (), "Workers that ended unasked, each of which another took the place of.", sampled=True
        ),
        "wrp_restarts_total": Name(
            "counter",
            ("result",),
            "Times that all workers were to be replaced: `done`, or `refused`, where the new ones did not start.",
            sampled=True,
        ),
        "wrp_build_info": Name("gauge", ("version",), "Always 1; says which version runs.", join="max"),
        "wrp_config_info": Name(
            "gauge",
            ("hash",),
            "Always 1; says which configuration is in force, by the beginning of the SHA-256 of what `wrp config show` "
            "prints of it.",
            join="max",
        ),
        "wrp_server_state": Name(
            "gauge",
            ("pool", "server"),
            "1 where a server takes requests, 0 where its breaker is open or it drains, between them while it starts "
            "slowly.",
            sampled=True,
            join="mean",
        ),
        "wrp_in_flight": Name("gauge", ("pool", "server"), "Requests on a server now.", sampled=True),
        "wrp_server_limit": Name(
            "gauge", ("pool", "server"), "Requests that a server gets at once; 0: any number.", sampled=True
        ),
        "wrp_server_waiting": Name(
            "gauge", ("pool", "server"), "Requests that the engine says wait in its queue.", sampled=True, join="max"
        ),
        "wrp_server_others": Name(
            "gauge",
            ("pool", "server"),
            "Requests of others on a server: what its engine says it has, less ours. Absent where it does not say, or "
            "not lately; then load is what is ours.",
            sampled=True,
            join="mean",
        ),
        "wrp_server_kv_usage": Name(
            "gauge",
            ("pool", "server"),
            "The share of its KV memory that the engine says is in use. Absent where it does not say, or not lately.",
            sampled=True,
            join="max",
        ),
        "wrp_server_scrapes_total": Name(
            "counter",
            ("pool", "server", "result"),
            "Times that a server was asked how loaded it is: `told`, or `failed`.",
            sampled=True,
        ),
        "wrp_learned_age_seconds": Name(
            "gauge", (), "Since what policies learn was last exchanged with other routers.", sampled=True, join="max"
        ),
        "wrp_learned_exchanges_total": Name(
            "counter",
            ("result",),
            "What became of exchanges of what was learned: something was `written`, something of others `heard`, what "
            "was there `damaged` (it is replaced); or it was `late`, `failed`, or `skipped` by the breaker.",
            sampled=True,
        ),
        "wrp_connections": Name("gauge", (), "Connections of clients now.", sampled=True),
        "wrp_connections_refused_total": Name(
            "counter",
            ("reason",),
            "New connections that were turned away: there was no place (`places`), or this process had too much to do "
            "(`pressure`).",
            sampled=True,
        ),
        "wrp_bodies_bytes": Name(
            "gauge", (), "Bytes of requests' bodies over 64 KiB that are being read or answered now.", sampled=True
        ),
        "wrp_bodies_refused_total": Name(
            "counter", (), "Requests that were refused because there was no room for so many bytes.", sampled=True
        ),
        "wrp_streams_active": Name("gauge", (), "Answers being streamed now.", sampled=True),
        "wrp_queue_depth": Name("gauge", ("class",), "Requests that wait for a server now, by priority.", sampled=True),
        "wrp_shed_total": Name(
            "counter",
            ("reason", "class"),
            "Requests turned away, by priority: too many waited (`full`), the turn would have come too late (`long`), "
            "or did not come (`late`), another took the place (`displaced`), all servers tried were full (`busy`), or "
            "this process was (`pressure`).",
        ),
        "wrp_spared_total": Name(
            "counter",
            ("by",),
            "Requests of which work was left out that their answers could do without, by what pressed: `lag` of the "
            "event loop, or `memory`.",
        ),
        "wrp_pressure": Name(
            "gauge",
            ("resource",),
            "How much of what this process can bear is taken: `lag` of the event loop, and `memory`.",
            sampled=True,
            join="max",
        ),
        "wrp_pressure_step": Name(
            "gauge",
            (),
            "What is given up for that: 0 nothing, 1 optional work, 2 sheddable requests, 3 default ones, 4 all.",
            sampled=True,
            join="max",
        ),
        "wrp_resident_bytes": Name("gauge", (), "Memory in use; 0 where the system does not say.", sampled=True),
        "wrp_event_loop_lag_seconds": Name("gauge", (), "How late the event loop last was.", sampled=True, join="max"),
        "wrp_config_loaded_timestamp_seconds": Name(
            "gauge",
            (),
            "When the configuration in force was loaded, in seconds since the epoch.",
            sampled=True,
            join="max",
        ),
        "wrp_decision_log_dropped_total": Name("counter", (), "Rows that never reached the log.", sampled=True),
        "wrp_traces_dropped_total": Name("counter", (), "Sampled rows that were never exported.", sampled=True),
    }
)


def reference() -> str:
    """The table of all metrics, in Markdown."""
    lines = ["| metric | type | labels | what |", "|---|---|---|---|"]
    for name, one in NAMES.items():
        labels = ", ".join(f"`{label}`" for label in one.labels) or "–"
        lines.append(f"| `{name}` | {one.kind} | {labels} | {one.help} |")
    return "\n".join(lines) + "\n"
