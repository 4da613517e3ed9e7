"""The kinds that choose by themselves, and so also beside or inside another. One file each."""

from __future__ import annotations

from .cheapest_capable import CheapestCapable
from .elo import Elo
from .epsilon_greedy import EpsilonGreedy
from .latency import Latency
from .lints import LinTs
from .linucb import LinUcb
from .multi_factor import MultiFactor
from .quality import Quality
from .static import Static
from .track_and_stop import TrackAndStop
from .weighted import Weighted

WithinSpec = (
    Static  # the pools in the order written
    | Weighted  # a share for each pool
    | CheapestCapable  # the lowest expected cost among the able
    | Quality  # the best for this prompt, as learned from what models scored on others
    | Latency  # the soonest token
    | MultiFactor  # quality as given, cost, time and load, weighed
    | LinUcb  # what may be the best for this request
    | LinTs  # each as often as it may be the best
    | EpsilonGreedy  # what looks best, but for a shrinking share
    | TrackAndStop  # the best of each category, once that is certain
    | Elo  # the best rating by verdicts
)
