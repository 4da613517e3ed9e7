"""Which model: one file for each policy."""

from __future__ import annotations

from .cascade import Cascade
from .cheapest_capable import CheapestCapable
from .elo import Elo
from .epsilon_greedy import EpsilonGreedy
from .in_context import InContext
from .latency import Latency
from .lints import LinTs
from .linucb import LinUcb
from .multi_factor import MultiFactor
from .quality import Quality
from .shadow import Shadow
from .static import Static
from .track_and_stop import TrackAndStop
from .weighted import Weighted
from .within import WithinSpec

SelectionSpec = (
    WithinSpec  # all that choose by themselves
    | Cascade  # the small one first, and on to the next where its answer is not accepted
    | InContext  # the small one, with past answers of the large one where that is as good
    | Shadow  # one that serves, and beside it one that does not
)

__all__ = [
    "Cascade",
    "CheapestCapable",
    "Elo",
    "EpsilonGreedy",
    "InContext",
    "Latency",
    "LinTs",
    "LinUcb",
    "MultiFactor",
    "Quality",
    "SelectionSpec",
    "Shadow",
    "Static",
    "TrackAndStop",
    "Weighted",
    "WithinSpec",
]
