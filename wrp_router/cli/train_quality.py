"""`wrp train quality`: how good each model would be on a prompt, learned from what models scored on prompts; or a
further model for what was learned before."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_policies.learning.quality_card import Quality, QualityCard, packed, unpacked
from wrp_policies.training.baselines import BestSingle
from wrp_policies.training.contenders import Inputs
from wrp_policies.training.outcomes import OutcomeTable, table_of
from wrp_policies.training.quality import Growing, extended, with_surface
from wrp_policies.training.report import report
from wrp_policies.training.resampling import Resamples
from wrp_policies.training.trial import held_out, judge_all, trial_of
from wrp_router.config.structs import EmbedderConfig
from wrp_signals.signal import Sense
from wrp_signals.surface import SURFACE

from .candidate import NOT_MADE_YET, Unusable, configured, require_sklearn
from .outcomes import read_outcomes
from .progress import Bar
from .telling import table, tell
from .vectors import embedders_of, vectors_of

FOLDS = 5
"""Parts of the questions, each judged by what the others taught, for the report."""

FEWEST = 20
"""Prompts from which anything is learned."""

TOLD = ("mean_score", "best_single", "oracle", "over_best_single", "aiq", "aiq_hull")
"""Figures of the report."""


def lines(told: dict[str, Any], out: str) -> list[str]:
    """What is said of a card that was written."""
    models = [
        f"  {name}: {score:.3f} on {count} prompts"
        for name, score, count in zip(told["models"], told["scores"], told["samples"], strict=True)
    ]
    return [f"{told['id']} written to {out}", "", "mean scores:", *models, "", *table(told["report"])]


def trained(options: argparse.Namespace, bar: Bar) -> QualityCard:
    """The card, which is written by then. Raises Unusable, SignalError, OSError."""
    out = Path(options.out)
    if out.suffix != ".npz":
        raise Unusable(f"--out {options.out}: what is learned is one file that ends in .npz")
    if options.extend is None:
        require_sklearn()
    found, bad = read_outcomes(options.data)
    tell(bad)
    if len(found) < FEWEST:
        raise Unusable(f"{options.data} has {len(found)} outcomes: {FEWEST} are the fewest to learn from")
    outcomes = table_of([one.outcome for one in found])
    quality = _extended(options, outcomes, bar) if options.extend is not None else _grown(options, outcomes, bar)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(packed(quality))
    return quality.card


def _grown(options: argparse.Namespace, outcomes: OutcomeTable, bar: Bar) -> Quality:
    if len(outcomes.models) < 2:
        raise Unusable(f"{options.data} has one model only: --extend adds it to what was learned of others")
    inputs, embedders = _inputs(options, outcomes, options.tier, bar)
    growing = Growing(trees=options.trees)
    told = _report(outcomes, inputs, growing, options.seed, bar)
    bar("growing", 0.9)
    rng = np.random.default_rng(options.seed)
    quality = growing.grow(outcomes, with_surface(inputs), {"surface": SURFACE, **embedders}, rng)
    card = msgspec.structs.replace(quality.card, sources=(Path(options.data).name,), report=told)
    return Quality(card, quality.lookout, quality.forest)


def _extended(options: argparse.Namespace, outcomes: OutcomeTable, bar: Bar) -> Quality:
    """Raises Unusable where the vectors here are not those that it was learned from."""
    before = unpacked(Path(options.extend).read_bytes(), options.extend)
    wanted = [tier for tier in before.card.embedders if tier != "surface"]
    tier = "both" if len(wanted) > 1 else (wanted or ["static"])[0]
    inputs, embedders = _inputs(options, outcomes, tier, bar)
    for tier in wanted:
        if embedders.get(tier) != before.card.embedders[tier]:
            raise Unusable(
                f"{options.extend} was learned from vectors of {before.card.embedders[tier]!r}, "
                f"the {tier} tier here is {embedders.get(tier)!r}"
            )
    quality = extended(before, outcomes, with_surface(inputs))
    sources = tuple(dict.fromkeys([*before.card.sources, Path(options.data).name]))
    card = msgspec.structs.replace(quality.card, sources=sources)
    return Quality(card, quality.lookout, quality.forest)


def _inputs(
    options: argparse.Namespace, outcomes: OutcomeTable, tier: str | None, bar: Bar
) -> tuple[Inputs, dict[Sense, str]]:
    """The vectors of all prompts, and whose they are."""
    config = configured(options, NOT_MADE_YET)
    _, used = embedders_of(tier, EmbedderConfig() if config is None else config.embedder)
    vectors = vectors_of(outcomes.prompts, used, options.vectors, bar)
    ids: dict[Sense, str] = {name: embedder.id for name, embedder in used.items() if name != "none"}
    return Inputs(outcomes.prompts, vectors), ids


def _report(
    outcomes: OutcomeTable, inputs: Inputs, growing: Growing, seed: int, bar: Bar
) -> dict[str, float | npt.NDArray[Any]]:
    """What choosing by it earns on questions that were held out, beside the best single model. Empty where there are
    too few questions."""
    resamples = Resamples(outcomes.groups, 200, np.random.default_rng(seed))
    try:
        folds = held_out(outcomes, inputs, FOLDS, seed)
    except ValueError:
        return {}
    trial = trial_of(outcomes, folds, resamples, outcomes.priced)
    judged = judge_all({"quality": growing, "best_single": BestSingle()}, folds, trial, seed, 0.0, bar)
    told = report([judged["quality"].draws])
    found: dict[str, Any] = {name: told[name] for name in TOLD if name in told}
    for name in TOLD:
        if name in told.get("intervals", {}):
            found[f"{name} interval"] = told["intervals"][name]
    return found
