"""Loads the embedders that a configuration wants, and no others. Decides by tier and by what is installed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from wrp_router.config.structs import Config, EmbedderConfig
from wrp_signals import Embedder, TierMissing
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import exported, minilm
from wrp_signals.sentence import sentence_embedder
from wrp_signals.static import static_embedder

log = logging.getLogger(__name__)

INSISTING = ("model", "sentence-transformers")
"""Tiers that are not done without."""


def static_of(config: Config, make: Callable[[], Embedder] = static_embedder) -> Embedder | None:
    """The static tier, if a signal may want it: as its own choice, where nothing better is there, or where a head was
    trained on its vectors only."""
    if config.embedder.tier == "none" or not _choices(config) - {"model"}:
        return None
    try:
        return make()
    except FileNotFoundError as error:
        log.warning("the static tier's table is not installed (%s)", error.filename)
        return None


def model_of(config: Config) -> Embedder | None:
    """The model tier, if a signal or the semantic cache may want it. Raises TierMissing where the configuration insists
    on it; otherwise the log says what is done without."""
    tier = config.embedder.tier
    semantic = config.cache is not None and config.cache.semantic
    if tier in ("none", "static") or not (semantic or _choices(config) - {"static"}):
        return None
    try:
        return _model(config.embedder)
    except TierMissing as missing:
        if tier in INSISTING:
            raise
        lost = "the cache answers exact repeats only" if semantic else "signals get static vectors"
        log.warning("%s; %s", missing, lost)
        return None


def read_file(path: str) -> bytes:
    """A file that a declaration names. Raises OSError."""
    return Path(path).read_bytes()


def _model(config: EmbedderConfig) -> Embedder:
    if config.tier == "sentence-transformers":
        return sentence_embedder(config.model, config.device)
    if config.model is not None:
        return exported(config.model, read_file, config.threads)
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    return minilm(card, weights(facts.model), weights(facts.tokenizer), threads=config.threads)


def _choices(config: Config) -> set[str]:
    """The tiers that signals and selection policies ask for."""
    chosen = {getattr(spec, "tier", "auto") for spec in config.signals.values() if spec.wants_vector}
    return chosen.union(*(route.use.looks() for route in config.routes))
