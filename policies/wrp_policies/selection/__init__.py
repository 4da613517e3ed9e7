"""Which model: one file for each policy."""

from __future__ import annotations

from .cheapest_capable import CheapestCapable
from .static import Static
from .weighted import Weighted

SelectionSpec = (
    Static  # the pools in the order written
    | Weighted  # a share for each pool
    | CheapestCapable  # the lowest expected cost among the able
)

__all__ = ["CheapestCapable", "SelectionSpec", "Static", "Weighted"]
