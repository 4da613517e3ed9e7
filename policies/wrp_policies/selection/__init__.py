"""Which model: one file for each policy."""

from __future__ import annotations

from .cascade import Cascade
from .cheapest_capable import CheapestCapable
from .quality import Quality
from .static import Static
from .weighted import Weighted

SelectionSpec = (
    Static  # the pools in the order written
    | Weighted  # a share for each pool
    | CheapestCapable  # the lowest expected cost among the able
    | Quality  # the best for this prompt, as learned from what models scored on others
    | Cascade  # the small one first, and on to the next where its answer is not accepted
)

__all__ = ["Cascade", "CheapestCapable", "Quality", "SelectionSpec", "Static", "Weighted"]
