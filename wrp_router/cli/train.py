"""`wrp train`: a signal's weights from labelled data, reproducibly; or a threshold for the weights there are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import msgspec

from wrp_router.config.structs import EmbedderConfig
from wrp_signals import Embedder, SignalError

from . import train_cascade, train_guard, train_prior, train_quality
from .candidate import NOT_MADE_YET, Unusable, configured, embedder_of, require_sklearn
from .progress import Bar
from .telling import failed, table
from .thresholds import pick

WITHOUT = ("language", "fact_check", "feedback")
"""What learns from letters and words alone."""

OTHERS: Mapping[str, tuple[Callable[..., Any], Callable[..., list[str]]]] = {
    "cascade": (train_cascade.trained, train_cascade.lines),
    "guard": (train_guard.trained, train_guard.lines),
    "prior": (train_prior.trained, train_prior.lines),
    "quality": (train_quality.trained, train_quality.lines),
}
"""What is trained from files of its own, in place of the folder of data sets."""


def run(options: argparse.Namespace) -> int:
    """0 where something was trained or picked, 1 where not."""
    if options.part == "thresholds":
        return pick(options)
    bar = Bar()
    make, lines = OTHERS.get(options.part, (_made, _lines))
    try:
        card = make(options, bar)
    except (SignalError, OSError, Unusable) as error:
        bar.end()
        return failed(error)
    bar.end()
    told: dict[str, Any] = msgspec.to_builtins(card)
    if options.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
    else:
        sys.stdout.write("\n".join(lines(told, options.out)) + "\n")
    return 0


def _made(options: argparse.Namespace, bar: Bar) -> Any:
    return _exported(options, bar) if vars(options).get("export") else _trained(options, bar)


def _trained(options: argparse.Namespace, bar: Bar) -> Any:
    """The card of what was learned. Raises Unusable, and what training raises."""
    if options.data is None:
        raise Unusable("training needs --data DIR; --export MODEL does without")
    require_sklearn()
    module = import_module(f"wrp_signals.training.{options.part}")
    chance = _chance(module.train, options)
    return module.train(Path(options.data), Path(options.out), _embedder(options), bar, **chance)


def _exported(options: argparse.Namespace, bar: Bar) -> Any:
    """The card of a model that became an embedder of the model tier. Raises TierMissing and NotExportable."""
    return import_module("wrp_signals.training.export").export(options.export, Path(options.out), progress=bar)


def _chance(train: Callable[..., Any], options: argparse.Namespace) -> dict[str, int]:
    """The seed for who takes one. Raises Unusable for one that would change nothing."""
    if options.seed is None:
        return {}
    if "seed" not in signature(train).parameters:
        raise Unusable(f"{options.part} is trained with a seed of its own: leave --seed out")
    return {"seed": options.seed}


def _embedder(options: argparse.Namespace) -> Embedder | None:
    """Whose vectors are learned from: those of the configuration's embedder, or of what ships."""
    if options.part in WITHOUT:
        return None
    config = configured(options, NOT_MADE_YET)
    return embedder_of(options.tier, EmbedderConfig() if config is None else config.embedder)


def _lines(card: dict[str, Any], out: str) -> list[str]:
    return [f"{card['id']} written to {out}", "", *table(card.get("report") or card["fidelity_to_fp32"])]
