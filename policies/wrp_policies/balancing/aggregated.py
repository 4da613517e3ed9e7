"""The policies for servers that all do the same: one union of them, for pools and for the halves of divided ones."""

from __future__ import annotations

from .adaptive import Adaptive
from .consistent_hash import ConsistentHash
from .dualmap import DualMap
from .least_load import LeastLoad
from .lmetric import LMetric
from .min_ttft import MinTtft
from .p2c import PowerOfTwo
from .preble import Preble
from .prefix import Prefix
from .random_order import Random
from .round_robin import RoundRobin
from .session import Session

Aggregated = (
    RoundRobin  # in turn
    | Random  # by weight
    | LeastLoad  # the least loaded of all
    | PowerOfTwo  # the less loaded of two
    | ConsistentHash  # a key's own server, bounded by load
    | Session  # a conversation's own server
    | Prefix  # the longest cached prefix, unless out of balance
    | MinTtft  # the soonest first token
    | Preble  # stay where most is warm
    | LMetric  # tokens times batch
    | DualMap  # two candidates by hash
    | Adaptive  # the soonest first token, at a price for work done twice
)
