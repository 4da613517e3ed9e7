"""`wrp train prior`: what a policy that learns while it runs would know by now, had it been judged on prompts that
models were scored on. It asks no model."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from wrp_policies import SelectionSpec
from wrp_policies.learning.warm import warm_start
from wrp_policies.selection import EpsilonGreedy, LinTs, LinUcb, Shadow
from wrp_policies.training.outcomes import OutcomeTable, table_of
from wrp_policies.types import Tiers
from wrp_router.build import Assembly, assemble
from wrp_router.config.structs import Config, RouteConfig
from wrp_signals import Facts, Reading, RequestView, Signal
from wrp_signals.facts import Message, Vector, facts_of, packed, with_readings

from .candidate import NOT_MADE_YET, Unusable, configured
from .outcomes import read_outcomes
from .progress import Bar
from .telling import tell
from .vectors import vectors_of

Beginning = LinUcb | LinTs | EpsilonGreedy
"""The kinds that may have a prior."""

FEWEST = 20
"""Prompts from which anything is learned."""


class Warmed(msgspec.Struct, frozen=True):
    """What one pool begins with: the prompts on which its model was scored, their mean score, and how many judged
    answers they count as, at most."""

    pool: str
    model: str
    prompts: int
    score: float
    counts_as: float


class Warm(msgspec.Struct, frozen=True):
    """What was written: for which policy, along which axes, how many prompts, and of how many of them the signal
    `category` was read."""

    route: str
    kind: str
    context: str
    prompts: int
    categories: int
    pools: tuple[Warmed, ...]


def lines(told: dict[str, Any], out: str) -> list[str]:
    """What is said of a prior that was written."""
    pools = [
        f"  {one['pool']} ({one['model']}): {one['score']:.3f} on {one['prompts']} prompts, "
        f"counts as {one['counts_as']:g} judged answers"
        for one in told["pools"]
    ]
    return [
        f"a prior for {told['kind']} of route {told['route']} written to {out}: set `prior: {out}` there",
        "",
        f"{told['prompts']} prompts, {told['categories']} of them with a category, along {told['context']}",
        "",
        "mean scores:",
        *pools,
    ]


def trained(options: argparse.Namespace, bar: Bar) -> Warm:
    """What was written. Raises Unusable, SignalError, OSError."""
    config = configured(options, NOT_MADE_YET)
    assert config is not None, "--config is required"
    spec = _learning(config, options)
    found, bad = read_outcomes(options.data)
    tell(bad)
    _enough(len(found), options)
    outcomes = table_of([one.outcome for one in found])
    models = _models(config, spec, options, outcomes.models)
    outcomes = outcomes.of(tuple(models.values()))
    _enough(len(outcomes), options)
    parts = assemble(
        _alone(config, options.route, spec), timer=perf_counter if config.embedder.tier == "auto" else None
    )
    context, tiers = spec.context(parts.materials)
    facts = facts_for(outcomes.prompts, parts, tiers, config.auto[0], bar)
    made = warm_start(context, facts, outcomes.scores, tuple(models))
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(made)
    return Warm(
        options.route,
        str(spec.__struct_config__.tag),
        context.id,
        len(outcomes),
        sum("category" in one.readings for one in facts),
        _warmed(outcomes, models, spec.prior_weight),
    )


def _enough(count: int, options: argparse.Namespace) -> None:
    """Raises Unusable."""
    if count < FEWEST:
        raise Unusable(
            f"{options.data} has {count} prompts to learn from: {FEWEST} are the fewest, hundreds are better"
        )


def facts_for(prompts: Sequence[str], parts: Assembly, tiers: Tiers, model: str, bar: Bar) -> list[Facts]:
    """What the gateway would know of each prompt, asked of `model`, when it comes to choose: as many tokens, the signal
    `category` where there is one that can be read, the vectors of these tiers."""
    signal = parts.signals.get("category")
    wanted = tiers if signal is None else tiers | {signal.tier}
    embedders = {tier: one for tier, one in parts.materials.embedders().items() if tier in wanted}
    vectors = vectors_of(prompts, embedders, None, bar)
    found = []
    for at, prompt in enumerate(prompts):
        bar("reading", at / len(prompts))
        view = RequestView("chat", model, (Message("user", prompt),), size=len(prompt.encode("utf-8", "replace")))
        row: dict[str, Vector] = {tier: rows[at] for tier, rows in vectors.items()}
        facts = facts_of(view, f"prior-{at}", parts.rooms.calibration.tokens(view))
        facts = with_readings(facts, *_category(signal, view, row))
        found.append(msgspec.structs.replace(facts, vectors={tier: packed(row[tier]) for tier in tiers}))
    return found


def _category(
    signal: Signal | None, view: RequestView, row: Mapping[str, Vector]
) -> tuple[dict[str, Reading], tuple[str, ...]]:
    """As a request has it: a signal that fails is unknown."""
    if signal is None or (signal.tier != "none" and signal.tier not in row):
        return {}, ()
    try:
        return {"category": signal.read(view, row.get(signal.tier))}, ()
    except Exception:
        return {}, ("category",)


def _learning(config: Config, options: argparse.Namespace) -> Beginning:
    """The policy of `--route` that is to have it. Raises Unusable where there is none that takes a prior."""
    uses: dict[str, SelectionSpec] = {route.name: route.use for route in config.routes}
    if options.route not in uses:
        known = ", ".join(uses) or "it has none"
        raise Unusable(f"{options.config} has no route {options.route!r}: {known}")
    use = uses[options.route]
    if isinstance(use, Shadow):
        both = {"use": use.use, "shadow": use.shadow}
        asked: list[SelectionSpec] = list(both.values()) if options.which is None else [both[options.which]]
    elif options.which is not None:
        raise Unusable(f"route {options.route} is of no kind `shadow`: leave --which out")
    else:
        asked = [use]
    for one in asked:
        if isinstance(one, Beginning):
            return one
    kinds = " and ".join(str(one.__struct_config__.tag) for one in asked)
    learning = ", ".join(name for name, one in uses.items() if _takes(one)) or "none"
    raise Unusable(
        f"{kinds} of route {options.route} has no prior: linucb, lints and epsilon_greedy have one; "
        f"routes here with one of these: {learning}"
    )


def _takes(use: SelectionSpec) -> bool:
    """Whether it, or one of the two of a shadow, may have a prior."""
    parts = (use.use, use.shadow) if isinstance(use, Shadow) else (use,)
    return any(isinstance(one, Beginning) for one in parts)


def _models(config: Config, spec: Beginning, options: argparse.Namespace, known: Sequence[str]) -> dict[str, str]:
    """What the outcomes call each pool's model. Raises Unusable where they have none of that name, or there is none
    such pool."""
    told = dict(options.models)
    for pool in told:
        if pool not in spec.pools:
            raise Unusable(f"--models: route {options.route} has no pool {pool!r}: {', '.join(spec.pools)}")
    own = {pool.name: pool.model for pool in config.pools}
    models = {pool: told.get(pool, own[pool]) for pool in dict.fromkeys(spec.pools)}
    models = {pool: model for pool, model in models.items() if model}
    for pool, model in models.items():
        if model not in known:
            raise Unusable(
                f"{options.data} has no score of {model!r}, which pool {pool} serves; it has {', '.join(known)}: "
                f"say --models {pool}=MODEL, or --models {pool}= to leave the pool out"
            )
    if not models:
        raise Unusable("--models leaves no pool: there is nothing to learn")
    return models


def _alone(config: Config, route: str, spec: Beginning) -> Config:
    """The configuration with this policy alone, without the prior that is to be made: its signals and embedders are
    those that it will have, and no other route's files are wanted."""
    return msgspec.structs.replace(
        config,
        routes=(RouteConfig(route, msgspec.structs.replace(spec, prior=None)),),
        signals={name: one for name, one in config.signals.items() if name == "category"},
        cache=None,
    )


def _warmed(outcomes: OutcomeTable, models: Mapping[str, str], most: float) -> tuple[Warmed, ...]:
    counts, means = np.isfinite(outcomes.scores).sum(axis=0), outcomes.mean_scores()
    return tuple(
        Warmed(pool, model, int(count), float(mean), min(float(count), most))
        for (pool, model), count, mean in zip(models.items(), counts, means, strict=True)
    )
