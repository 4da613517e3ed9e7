"""The kinds that choose among any servers, and so also among those of one context length. One file each."""

from __future__ import annotations

from .adaptive import Adaptive
from .consistent_hash import ConsistentHash
from .dualmap import DualMap
from .least_load import LeastLoad
from .lmetric import LMetric
from .lora import Lora
from .min_ttft import MinTtft
from .p2c import PowerOfTwo
from .preble import Preble
from .prefix import Prefix
from .random_order import Random
from .round_robin import RoundRobin
from .session import Session

WithinSpec = (
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
    | Lora  # the least to load and to compute
    | Adaptive  # the soonest first token, at a price for work done twice
)
