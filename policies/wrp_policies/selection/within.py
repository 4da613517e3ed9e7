"""The kinds that choose by themselves, and so also beside or inside another. One file each."""

from __future__ import annotations

from .cheapest_capable import CheapestCapable
from .static import Static
from .weighted import Weighted

WithinSpec = (
    Static  # the pools in the order written
    | Weighted  # a share for each pool
    | CheapestCapable  # the lowest expected cost among the able
)
