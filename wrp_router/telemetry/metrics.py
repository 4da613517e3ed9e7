"""Rows become Prometheus metrics. Counts on the event loop, is read from any thread. No client can add a series."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import inf
from typing import get_args

from wrp_policies.types import Outcome, Pools, Server
from wrp_router import __version__
from wrp_router.record import CacheResult, Feedback, Record, Refused, Row

from .known import Known
from .log import Seldom
from .names import NAMES, Name
from .series import Answered, Attempted, Counts, Labels, Sample, Spread, Spreads, cell_counts, text
from .tally import Tally

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNKNOWN, NONE = "unknown", "none"

EJECTED = {"failed_enough": "failed", "slow": "slow"}
"""Events of a breaker that take a server out, and what they are called."""


class Metrics:
    """A watcher.

    prometheus_client's counters and histograms lock on every step (0.6 and 1.4 us each, measured) and a row needs
    about fifteen steps; its writer takes 36 ms for 4000 lines. These are plain numbers that one thread writes, so that
    any other may read them without a lock.
    """

    def __init__(self, known: Known, complain: Seldom | None = None) -> None:
        self._complain = complain or Seldom(logging.getLogger(__name__))
        self._counts = {name: Counts(float) for name, one in NAMES.items() if one.kind != "histogram"}
        self._spreads = {name: Spreads(one.buckets) for name, one in NAMES.items() if one.kind == "histogram"}
        self._samples: dict[str, Callable[[], Sample]] = {}
        self._answered: dict[Labels, Answered] = {}
        self._attempted: dict[Labels, Attempted] = {}
        self._bind()
        self.know(known)
        for name, one in NAMES.items():
            if one.kind == "counter" and not one.labels and not one.sampled:
                self._counts[name][()] = 0.0
        self._caches.update({(result,): 0.0 for result in get_args(CacheResult)})
        self._counts["wrp_build_info"][__version__,] = 1.0

    def _bind(self) -> None:
        counts, spreads = self._counts, self._spreads
        self._retries, self._saved = counts["wrp_retries_total"], counts["wrp_saved_usd_total"]
        self._caches, self._vetoes = counts["wrp_cache_requests_total"], counts["wrp_cache_vetoes_total"]
        self._midstream, self._gone = counts["wrp_midstream_errors_total"], counts["wrp_client_disconnects_total"]
        self._breakers, self._ejections = counts["wrp_breaker_transitions_total"], counts["wrp_ejections_total"]
        self._shed, self._cascade = counts["wrp_shed_total"], counts["wrp_cascade_total"]
        self._inquiries, self._spared = counts["wrp_inquiries_total"], counts["wrp_spared_total"]
        self._refused = counts["wrp_requests_refused_total"]
        self._duration, self._ttft = spreads["wrp_request_duration_seconds"], spreads["wrp_ttft_seconds"]
        self._pace, self._signals = spreads["wrp_inter_token_seconds"], spreads["wrp_signal_seconds"]
        self._quality = spreads["wrp_answer_quality"]
        self._overhead = spreads["wrp_overhead_seconds"][()]

    def know(self, known: Known) -> None:
        """From now on these are the known names, after a reload. What was counted stays."""
        self._known = known
        # shortcuts from names as rows have them; only known names get one, so clients cannot make them grow
        self._answers: dict[tuple[str, str, str], Answered] = {}
        self._tries: dict[tuple[str, str], Attempted] = {}
        self._signal: dict[str, Spread] = {name: self._signals[name,] for name in known.signals}

    def config(self, hash: str) -> None:
        """Which configuration is in force."""
        self._counts["wrp_config_info"] = Counts(float, {(hash,): 1.0})

    def gauge(self, name: str, sample: Callable[[], Sample]) -> None:
        """Ask `sample` for the value whenever metrics are read: a number or, for a metric with labels, numbers by label
        values. It runs on the reader's thread. Raises ValueError for a name that NAMES does not hold as sampled."""
        if name not in NAMES or not NAMES[name].sampled:
            raise ValueError(f"no sampled metric is called {name}")
        self._samples[name] = sample

    def fleet(self, pools: Callable[[], Pools]) -> None:
        """Sample the gauges of all servers from what `pools` answers."""
        self.gauge("wrp_server_state", lambda: _servers(pools(), lambda s: s.weight if s.up else 0.0))
        self.gauge("wrp_in_flight", lambda: _servers(pools(), lambda s: s.in_flight))
        self.gauge("wrp_server_limit", lambda: _servers(pools(), lambda s: s.limit))
        self.gauge("wrp_server_waiting", lambda: _servers(pools(), lambda s: s.waiting))

    def render(self) -> bytes:
        """All metrics as text of type CONTENT_TYPE. Takes milliseconds: call it from a worker thread."""
        cells = cell_counts(self._answered, self._attempted)
        parts = []
        for name, one in NAMES.items():
            if one.kind == "histogram":
                parts.append(text(name, one, self._spreads[name]))
            elif one.sampled:
                parts.append(self._sampled(name, one))
            else:
                parts.append(text(name, one, cells.get(name) or self._counts[name]))
        return "".join(parts).encode()

    def tally(self) -> Tally:
        """The same as numbers, to be summed with those of other processes. Takes milliseconds, like `render`."""
        cells = cell_counts(self._answered, self._attempted)
        tally = Tally({}, {}, {})
        for name, one in NAMES.items():
            if one.kind == "histogram":
                spreads = list(self._spreads[name].items())  # in one step: others count meanwhile
                tally.spreads[name] = {labels: (spread.counts.copy(), spread.sum) for labels, spread in spreads}
                continue
            found = self._sample(name) if one.sampled else dict(cells.get(name) or self._counts[name])
            if found is not None:
                (tally.counts if one.kind == "counter" else tally.gauges)[name] = found
        return tally

    def __call__(self, record: Record) -> None:
        if isinstance(record, Row):
            self._row(record)
        elif isinstance(record, Refused):
            self._refused[str(record.status),] += 1.0
        elif isinstance(record, Feedback):
            self._quality[known_name(record.pool, self._known.pools), record.source].observe(record.quality)
        else:
            pool = known_name(record.pool, self._known.pools)
            self._breakers[pool, record.after] += 1.0
            if record.event in EJECTED:
                self._ejections[pool, EJECTED[record.event]] += 1.0

    def _sampled(self, name: str, one: Name) -> str:
        values = self._sample(name)
        return text(name, one, values) if values is not None else ""

    def _sample(self, name: str) -> dict[Labels, float] | None:
        sample = self._samples.get(name)
        if sample is None:
            return None
        try:
            value = sample()
            return {(): float(value)} if isinstance(value, int | float) else dict(value)
        except Exception as error:
            self._complain.warn(name, "%s cannot be read", name, error=error)
            return None

    def _row(self, row: Row) -> None:
        pool = model = ""
        last: Outcome | None = None
        for last in row.outcomes:
            pool, model = last.pool, last.model
            tried = self._tries.get((pool, model)) or self._try(pool, model)
            tried.add(last)
        answered = self._answers.get((row.route, pool, model)) or self._answer(row.route, pool, model)
        answered.add(row)
        self._caches[row.cache,] += 1.0
        self._overhead.observe(row.overhead)
        if last is not None and row.facts.stream:
            tried.add_pace(last)
        for name, reading in row.facts.readings.items():
            (self._signal.get(name) or self._signals[UNKNOWN,]).observe(reading.cost)
        if len(row.outcomes) > 1 or row.saved or row.vetoes or row.gone or row.midstream or row.shed or row.cascade:
            self._seldom(row, answered.pool)
        if row.spared:
            self._spared[row.spared,] += 1.0
        for asked in row.inquiries:
            self._inquired(asked)

    def _seldom(self, row: Row, pool: str) -> None:
        """What most rows have nothing of."""
        for before in row.outcomes[:-1]:
            self._retries["quality" if before.ok else str(before.ended),] += 1.0
        if 0.0 < row.saved < inf:
            self._saved[known_name(row.route, self._known.routes),] += row.saved
        self._vetoes[()] += len(row.vetoes)
        if row.gone:
            self._gone[row.gone,] += 1.0
        if row.midstream:
            self._midstream[pool,] += 1.0
        if row.cascade:
            self._cascade[known_name(row.route, self._known.routes), row.cascade] += 1.0
        if row.shed:
            self._shed[row.shed, row.facts.priority] += 1.0

    def _inquired(self, asked: Outcome) -> None:
        tried = self._tries.get((asked.pool, asked.model)) or self._try(asked.pool, asked.model)
        tried.use(asked)
        self._inquiries[tried.labels[0], str(asked.ended)] += 1.0

    def _answer(self, route: str, pool: str, model: str) -> Answered:
        known = self._known
        labels = known_name(route, known.routes), known_name(pool, known.pools), known_name(model, known.models)
        cell = self._answered.get(labels)
        if cell is None:
            cell = self._answered[labels] = Answered(labels, self._duration[labels[:2]], self._ttft[labels[:2]])
        if UNKNOWN not in labels:
            self._answers[route, pool, model] = cell
        return cell

    def _try(self, pool: str, model: str) -> Attempted:
        labels = known_name(pool, self._known.pools), known_name(model, self._known.models)
        cell = self._attempted.get(labels)
        if cell is None:
            cell = self._attempted[labels] = Attempted(labels, self._pace[labels])
        if UNKNOWN not in labels:
            self._tries[pool, model] = cell
        return cell


def known_name(name: str, known: frozenset[str]) -> str:
    """The name as a label value: itself, `unknown` if the configuration does not have it, `none` if it is empty."""
    return name if name in known else UNKNOWN if name else NONE


def _servers(pools: Pools, of: Callable[[Server], float]) -> dict[Labels, float]:
    return {(pool.name, server.name): of(server) for pool in pools for server in pool.servers}
