"""Which model: one file for each policy."""

from __future__ import annotations

from .cheapest_capable import CheapestCapable
from .shadow import Shadow
from .static import Static
from .weighted import Weighted
from .within import WithinSpec

SelectionSpec = WithinSpec | Shadow  # all of them, and one beside another

__all__ = ["CheapestCapable", "SelectionSpec", "Shadow", "Static", "Weighted"]
