"""Many watchers behind the one hook. One that fails never breaks a request, nor keeps the others from hearing."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from wrp_router.record import Record, Watcher

from .log import Seldom


def fan_out(watchers: Iterable[Watcher], complain: Seldom | None = None) -> Watcher:
    """One watcher that tells all of them, in order. What one raises is logged, once a minute per watcher."""
    ears = tuple(watchers)
    seldom = complain or Seldom(logging.getLogger(__name__))

    def tell(record: Record) -> None:
        for ear in ears:
            try:
                ear(record)
            except Exception as error:
                name = type(ear).__name__
                seldom.warn(f"{name} {id(ear)}", "%s failed on a %s", name, type(record).__name__, error=error)

    return tell
