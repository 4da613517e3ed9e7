"""In which order requests that wait for one server get their turn: one file for each order."""

from __future__ import annotations

from .deadline import Deadline
from .fair import Fair
from .fifo import Fifo
from .shortest import Shortest
from .types import Order, Waiting

OrderSpec = (
    Fifo  # first come, first served
    | Shortest  # the least to compute, with ageing
    | Deadline  # whose deadline is next
    | Fair  # each tenant its share
)

__all__ = ["Deadline", "Fair", "Fifo", "Order", "OrderSpec", "Shortest", "Waiting"]
