"""Traces of arrivals for the simulator: read, made, and shaped, one request at a time. Nothing here plays them."""

from .adapters import catalogue
from .arrival import Arrival, Skipped, Trace, TraceUnusable
from .opening import open_trace
from .reuse import Lengths, Reuse, reuse
from .shape import Shape
from .spread import quantum_of, spread
from .synthetic import hot, synthetic
from .transforms import cut, poisson, rate, repeat, skip, take

__all__ = [
    "Arrival",
    "Lengths",
    "Reuse",
    "Shape",
    "Skipped",
    "Trace",
    "TraceUnusable",
    "catalogue",
    "cut",
    "hot",
    "open_trace",
    "poisson",
    "quantum_of",
    "rate",
    "repeat",
    "reuse",
    "skip",
    "spread",
    "synthetic",
    "take",
]
