"""Which model: one file for each policy."""

from __future__ import annotations

from .cascade import Cascade
from .cheapest_capable import CheapestCapable
from .elo import Elo
from .epsilon_greedy import EpsilonGreedy
from .fusion import Fusion
from .in_context import InContext
from .latency import Latency
from .lints import LinTs
from .linucb import LinUcb
from .multi_factor import MultiFactor
from .multi_round import MultiRound
from .quality import Quality
from .shadow import Shadow
from .static import Static
from .track_and_stop import TrackAndStop
from .weighted import Weighted
from .within import WithinSpec

SelectionSpec = (
    WithinSpec  # all that choose by themselves
    | Cascade  # the small one first, and on to the next where its answer is not accepted
    | Fusion  # several at once, and an answer made of theirs
    | MultiRound  # a model says whom to ask what, and who answers
    | InContext  # the small one, with past answers of the large one where that is as good
    | Shadow  # one that serves, and beside it one that does not
)

CONSULTING = frozenset({str(kind.__struct_config__.tag) for kind in (Fusion, MultiRound)})
"""The kinds that ask other models before one answers."""

__all__ = [
    "CONSULTING",
    "Cascade",
    "CheapestCapable",
    "Elo",
    "EpsilonGreedy",
    "Fusion",
    "InContext",
    "Latency",
    "LinTs",
    "LinUcb",
    "MultiFactor",
    "MultiRound",
    "Quality",
    "SelectionSpec",
    "Shadow",
    "Static",
    "TrackAndStop",
    "Weighted",
    "WithinSpec",
]
