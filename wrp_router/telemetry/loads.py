"""What servers say of their load, as metrics: read from what was kept of it when somebody asks. It asks no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wrp_router.fleet import Heard

from .metrics import Metrics
from .series import Labels


def loads(
    metrics: Metrics,
    heard: Callable[[], Mapping[tuple[str, str], Heard]],
    counts: Callable[[], Mapping[Labels, float]],
) -> None:
    """Have them sampled, on the reader's thread: what was `heard` of each server (by pool and server), and how often
    servers told or did not (by pool, server and result)."""

    def kv_usage() -> Mapping[Labels, float]:
        return {key: one.kv_usage for key, one in heard().items() if one.kv_usage is not None}

    metrics.gauge("wrp_server_others", lambda: {key: one.others for key, one in heard().items()})
    metrics.gauge("wrp_server_kv_usage", kv_usage)
    metrics.gauge("wrp_server_scrapes_total", lambda: {**counts()})
