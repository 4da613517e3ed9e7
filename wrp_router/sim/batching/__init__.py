"""A modelled engine, iteration by iteration: continuous batching, chunked prefill, paged KV memory, prefix cache.

No clock and no text: times, tokens and block ids go in, first and last tokens come out.
"""

from .adapters import AdapterEngine, engine_of
from .engine import Engine
from .job import Job, Moment
from .memory import Memory
from .pace import Hardware, Pace

__all__ = ["AdapterEngine", "Engine", "Hardware", "Job", "Memory", "Moment", "Pace", "engine_of"]
