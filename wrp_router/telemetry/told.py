"""How what policies learn is exchanged with other routers, as metrics: read from its own books when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from .metrics import Metrics
from .series import Labels


class Exchanged(Protocol):
    """Seconds since the last exchange, and counts since the start."""

    @property
    def age(self) -> float: ...

    @property
    def written(self) -> int: ...

    @property
    def heard(self) -> int: ...

    @property
    def damaged(self) -> int: ...

    @property
    def late(self) -> int: ...

    @property
    def failed(self) -> int: ...

    @property
    def skipped(self) -> int: ...


def told(metrics: Metrics, stats: Callable[[], Exchanged]) -> None:
    """Have them sampled, on the reader's thread."""

    def counts() -> Mapping[Labels, float]:
        now = stats()
        return {
            ("written",): now.written,
            ("heard",): now.heard,
            ("damaged",): now.damaged,
            ("late",): now.late,
            ("failed",): now.failed,
            ("skipped",): now.skipped,
        }

    metrics.gauge("wrp_learned_age_seconds", lambda: stats().age)
    metrics.gauge("wrp_learned_exchanges_total", counts)
