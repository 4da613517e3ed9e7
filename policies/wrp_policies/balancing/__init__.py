"""Which server of a pool: one file for each policy, and the parts they are composed of."""

from __future__ import annotations

from .adaptive import Adaptive
from .consistent_hash import ConsistentHash
from .context_length import ContextLength
from .disaggregated import Disaggregated
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
from .within import WithinSpec

BalancingSpec = (
    WithinSpec  # one of those that choose among any servers
    | ContextLength  # the shortest that hold it, and one of them among these
    | Disaggregated  # one of them for prefill, one for decode
)

__all__ = [
    "Adaptive",
    "BalancingSpec",
    "ConsistentHash",
    "ContextLength",
    "Disaggregated",
    "DualMap",
    "LMetric",
    "LeastLoad",
    "Lora",
    "MinTtft",
    "PowerOfTwo",
    "Preble",
    "Prefix",
    "Random",
    "RoundRobin",
    "Session",
    "WithinSpec",
]
