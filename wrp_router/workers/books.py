"""What all workers counted, also those that are gone: nothing that was ever shown is forgotten."""

from __future__ import annotations

import logging

import msgspec

from wrp_router.telemetry.tally import Labels, Tally, lasting, packed, summed, unpacked

log = logging.getLogger(__name__)


class Books:
    """The last word of each worker, by who it is, and the sum of those that ended."""

    def __init__(self) -> None:
        self._last: dict[object, bytes] = {}
        self._past = Tally()
        self.deaths = self.renewed = self.refused = 0

    def told(self, worker: object, payload: bytes) -> None:
        """It is read when it is needed."""
        self._last[worker] = payload

    def last(self, worker: object) -> bytes | None:
        """What it said last."""
        return self._last.get(worker)

    def retire(self, worker: object) -> None:
        """It has ended: what it counted stays."""
        payload = self._last.pop(worker, None)
        if payload is None:
            return
        try:
            self._past = summed((self._past, lasting(unpacked(payload))))
        except msgspec.DecodeError as error:
            log.error("what a worker counted cannot be read: %s", error)

    def past(self, workers: int) -> bytes:
        """What those counted that ended, and what the supervisor has to tell: how many `workers` there are."""
        results: dict[Labels, float] = {("done",): float(self.renewed), ("refused",): float(self.refused)}
        own: dict[str, dict[Labels, float]] = {
            "wrp_worker_deaths_total": {(): float(self.deaths)},
            "wrp_restarts_total": results,
        }
        return packed(Tally(self._past.counts | own, self._past.spreads, {"wrp_workers": {(): float(workers)}}))
