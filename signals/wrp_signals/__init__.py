"""Signals: what can be told about a request before choosing where it goes. They read; they never choose."""

from .bm25 import BM25Spec
from .calibration import Calibration
from .complexity import ComplexitySpec
from .domain import DomainSpec
from .embedding import EmbeddingSpec
from .errors import (
    BadPattern,
    BadSchedule,
    BadVector,
    SignalError,
    StateDamaged,
    TierMissing,
    WeightsDamaged,
    WrongEmbedder,
)
from .fact_check import FactCheckSpec
from .facts import (
    RANK,
    Facts,
    Message,
    Operation,
    Priority,
    Reading,
    RequestView,
    Value,
    Vector,
    facts_of,
    with_readings,
)
from .feedback import FeedbackSpec
from .hashing import HashingEmbedder
from .header import HeaderSpec, headers_wanted
from .instructions import InstructionsSpec
from .jailbreak import JailbreakSpec
from .keyword import KeywordSpec
from .language import LanguageSpec
from .learning import Learns, Used
from .load import LoadSpec
from .materials import Materials
from .modality import ModalitySpec
from .output import OutputSpec
from .phase import PhaseSpec
from .pii import PiiSpec
from .prefix import prefix_hashes
from .schedule import ScheduleSpec
from .session import SessionSpec
from .shape import ShapeSpec
from .signal import Embedder, Signal, Tier, TierChoice, ValueType
from .smuggling import SmugglingSpec
from .tenant import TenantSpec
from .tokens import TokensSpec, estimate_tokens
from .turn import TurnSpec
from .warmth import WarmthSpec

SignalSpec = (
    ShapeSpec
    | TokensSpec
    | KeywordSpec
    | EmbeddingSpec
    | DomainSpec
    | ComplexitySpec
    | TurnSpec
    | SessionSpec
    | PhaseSpec
    | OutputSpec
    | WarmthSpec
    | ScheduleSpec
    | LoadSpec
    | HeaderSpec
    | TenantSpec
    | InstructionsSpec
    | BM25Spec
    | PiiSpec
    | LanguageSpec
    | FeedbackSpec
    | FactCheckSpec
    | ModalitySpec
    | JailbreakSpec
    | SmugglingSpec
)
"""One signal as the configuration declares it, by `kind`. `spec.build(materials)` gives the signal."""

__all__ = [
    "RANK",
    "BM25Spec",
    "BadPattern",
    "BadSchedule",
    "BadVector",
    "Calibration",
    "ComplexitySpec",
    "DomainSpec",
    "Embedder",
    "EmbeddingSpec",
    "FactCheckSpec",
    "Facts",
    "FeedbackSpec",
    "HashingEmbedder",
    "HeaderSpec",
    "InstructionsSpec",
    "JailbreakSpec",
    "KeywordSpec",
    "LanguageSpec",
    "Learns",
    "LoadSpec",
    "Materials",
    "Message",
    "ModalitySpec",
    "Operation",
    "OutputSpec",
    "PhaseSpec",
    "PiiSpec",
    "Priority",
    "Reading",
    "RequestView",
    "ScheduleSpec",
    "SessionSpec",
    "ShapeSpec",
    "Signal",
    "SignalError",
    "SignalSpec",
    "SmugglingSpec",
    "StateDamaged",
    "TenantSpec",
    "Tier",
    "TierChoice",
    "TierMissing",
    "TokensSpec",
    "TurnSpec",
    "Used",
    "Value",
    "ValueType",
    "Vector",
    "WarmthSpec",
    "WeightsDamaged",
    "WrongEmbedder",
    "estimate_tokens",
    "facts_of",
    "headers_wanted",
    "prefix_hashes",
    "with_readings",
]
