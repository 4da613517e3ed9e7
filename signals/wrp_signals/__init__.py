"""Signals: what can be told about a request before choosing where it goes. They read; they never choose."""

from .domain import DomainSpec
from .embedding import EmbeddingSpec
from .errors import BadPattern, BadVector, SignalError, TierMissing, WeightsDamaged, WrongEmbedder
from .facts import Facts, Message, Operation, Reading, RequestView, Value, Vector, facts_of, with_readings
from .hashing import HashingEmbedder
from .keyword import KeywordSpec
from .prefix import prefix_hashes
from .shape import ShapeSpec
from .signal import Embedder, Signal, ValueType
from .tokens import TokensSpec, estimate_tokens

SignalSpec = ShapeSpec | TokensSpec | KeywordSpec | EmbeddingSpec | DomainSpec
"""One signal as the configuration declares it, by `kind`. `spec.build(embedder)` gives the signal."""

__all__ = [
    "BadPattern",
    "BadVector",
    "DomainSpec",
    "Embedder",
    "EmbeddingSpec",
    "Facts",
    "HashingEmbedder",
    "KeywordSpec",
    "Message",
    "Operation",
    "Reading",
    "RequestView",
    "ShapeSpec",
    "Signal",
    "SignalError",
    "SignalSpec",
    "TierMissing",
    "TokensSpec",
    "Value",
    "ValueType",
    "Vector",
    "WeightsDamaged",
    "WrongEmbedder",
    "estimate_tokens",
    "facts_of",
    "prefix_hashes",
    "with_readings",
]
