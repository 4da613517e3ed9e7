"""Which server of a pool: one file for each policy, and the parts they are composed of."""

from __future__ import annotations

from .adaptive import Adaptive
from .aggregated import Aggregated
from .consistent_hash import ConsistentHash
from .disaggregated import Disaggregated
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

BalancingSpec = (
    Aggregated  # one of those that see all servers as alike
    | Disaggregated  # one of them for prefill, one for decode
)

__all__ = [
    "Adaptive",
    "Aggregated",
    "BalancingSpec",
    "ConsistentHash",
    "Disaggregated",
    "DualMap",
    "LMetric",
    "LeastLoad",
    "MinTtft",
    "PowerOfTwo",
    "Preble",
    "Prefix",
    "Random",
    "RoundRobin",
    "Session",
]
