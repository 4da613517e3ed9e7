"""Cache: have we answered this before, for this caller, closely enough for its category?

It answers from memory, or from a store within the store's own deadline; it never asks an engine, reads a clock, embeds
a text or decides what is worth caching.
"""

from .cache import Cache
from .flight import Flights, Follower, Leader
from .hnsw import Graph, HnswIndex
from .index import FlatIndex, Index
from .partition import PartitionIndex, graph_here
from .stats import CacheStats, CategoryStats
from .stores import Store, StoreFailed
from .stores.memory import MemoryStore
from .types import Bar, Entry, Hit, Kept, Refused, Veto, name_of

__all__ = [
    "Bar",
    "Cache",
    "CacheStats",
    "CategoryStats",
    "Entry",
    "FlatIndex",
    "Flights",
    "Follower",
    "Graph",
    "Hit",
    "HnswIndex",
    "Index",
    "Kept",
    "Leader",
    "MemoryStore",
    "PartitionIndex",
    "Refused",
    "Store",
    "StoreFailed",
    "Veto",
    "graph_here",
    "name_of",
]
