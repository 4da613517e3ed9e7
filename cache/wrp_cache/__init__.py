"""Cache: have we answered this before, for this caller, closely enough for its category?"""

from .cache import Cache, CacheStats, Refused
from .stores.memory import MemoryStore
from .types import Bar, Entry, Hit, Veto

__all__ = ["Bar", "Cache", "CacheStats", "Entry", "Hit", "MemoryStore", "Refused", "Veto"]
