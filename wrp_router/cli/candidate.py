"""The one signal that a command judges: by the name a configuration gives it, or by its kind alone."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from importlib.util import find_spec
from typing import Any, NamedTuple, get_args

import msgspec

from wrp_router.build.costs import settled
from wrp_router.build.embedders import model_of, read_file, static_of
from wrp_router.config.structs import Config, EmbedderConfig
from wrp_signals import DomainSpec, Embedder, Materials, Signal, SignalSpec, Tier, TierChoice

from .examples import read_declared
from .reading import read

KINDS: dict[str, Any] = {str(one.__struct_config__.tag): one for one in get_args(SignalSpec)}

CALIBRATED = ("domain", "complexity", "jailbreak", "language", "fact_check")
"""Kinds whose score is a probability, unless categories were declared: then it is a cosine."""


NOT_MADE_YET = ("W012",)
"""What a command that makes the files which a configuration names need not say of it."""


class Unusable(Exception):
    """There is no such signal to judge. The message says why; empty where all was said already."""


class Candidate(NamedTuple):
    """`embedder` is the one whose vector `read` gets; None where it reads none."""

    name: str
    kind: str
    spec: SignalSpec
    signal: Signal
    embedder: Embedder | None

    @property
    def tier(self) -> Tier:
        return self.signal.tier

    @property
    def categories(self) -> tuple[str, ...]:
        """Those that were declared; none where the kind has none to declare, or has its own."""
        return tuple(getattr(self.spec, "categories", None) or ())

    @property
    def probable(self) -> bool:
        """Whether its score is a probability."""
        return self.kind in CALIBRATED and not self.categories


def candidate(options: argparse.Namespace) -> Candidate:
    """Builds what `--signal`, `--config`, `--examples` and `--tier` say. Raises Unusable, SignalError, OSError,
    BadLine."""
    config = configured(options)
    spec = _with_tier(_spec(options, config), options.tier)
    kind = str(spec.__struct_config__.tag)
    materials = materials_for(spec, EmbedderConfig() if config is None else config.embedder)
    signal = spec.build(materials)
    embedder = materials.embedders().get(signal.tier)
    return Candidate(options.signal, kind, spec, signal, embedder)


def configured(options: argparse.Namespace, untold: Collection[str] = ()) -> Config | None:
    """What `--config` names, if anything, without a word of warnings of the codes `untold`. Raises Unusable where that
    cannot be read, which it has said."""
    if options.config is None:
        return None
    config = read(options.config, untold)
    if config is None:
        raise Unusable("")
    return config


def require_sklearn() -> None:
    """Raises Unusable where what all training needs is not installed."""
    if find_spec("sklearn") is None:
        raise Unusable("training needs scikit-learn: pip install 'wrp-router[train]'")


def _spec(options: argparse.Namespace, config: Config | None) -> SignalSpec:
    if options.examples is not None:
        if options.signal != "domain":
            raise Unusable(f"--examples are for a signal of kind domain, not {options.signal}")
        return _converted({"kind": "domain", "categories": read_declared(options.examples)})
    if config is None:
        if options.signal not in KINDS:
            raise Unusable(f"no signal is called {options.signal!r}: kinds are {', '.join(sorted(KINDS))}")
        return _converted({"kind": options.signal})
    if options.signal not in config.signals:
        raise Unusable(
            f"{options.config} has no signal {options.signal!r}: {', '.join(config.signals) or 'it has none'}"
        )
    return config.signals[options.signal]


def _converted(tree: dict[str, Any]) -> SignalSpec:
    try:
        spec: SignalSpec = msgspec.convert(tree, SignalSpec)
    except msgspec.ValidationError as error:
        raise Unusable(
            f"a signal of kind {tree['kind']} cannot be built from its kind alone ({error}): declare it in a "
            "configuration and give that with --config"
        ) from None
    return spec


def _with_tier(spec: SignalSpec, tier: str | None) -> SignalSpec:
    if tier is None or not hasattr(spec, "tier"):
        return spec
    changed: SignalSpec = msgspec.structs.replace(spec, tier=tier)
    return changed


def materials_for(spec: SignalSpec, embedder: EmbedderConfig) -> Materials:
    """What the signal is built from, as a router would: only tiers that it could want are loaded. What is left to us is
    the model, if it is there: which tier a router would have time for is another question. Raises TierMissing."""
    alone = Config(version=1, pools=(), signals={"judged": spec}, embedder=embedder)
    materials = Materials(static_of(alone), model_of(alone), read_file=read_file)
    return settled(materials, embedder.tier, alone.routing_budget, None)[0]


def embedder_of(tier: TierChoice, embedder: EmbedderConfig) -> Embedder:
    """The embedder of one tier. Raises TierMissing."""
    return materials_for(DomainSpec(tier=tier), embedder).embedder(tier)[1]
