"""Requests that wait, and lines of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wrp_policies.queueing import Order, Waiting

TIMES = st.floats(0.0, 100.0)


def waiting(number: int, **changes: Any) -> Waiting:
    """A request that came at second `number`, may wait for a minute, and takes one second."""
    fields = {"since": float(number), "until": number + 60.0, "tenant": "", "work": 1.0, **changes}
    return Waiting(number, **fields)


def joined(order: Order, *requests: Waiting) -> Order:
    """The line, with these at its end."""
    for request in requests:
        order.join(request)
    return order


def served(order: Order, most: int = 1_000_000) -> list[int]:
    """The numbers of those whose turn comes next, in that order."""
    return [order.next().number for _ in range(min(most, len(order)))]
