"""`wrp replay`: what another policy would have done to quality, cost and latency of recorded traffic; and canaries."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from wrp_policies.offpolicy import Decision
from wrp_router.build.embedders import model_of, read_file, static_of
from wrp_router.config.load import load, load_over
from wrp_router.config.render import render
from wrp_router.config.structs import Config
from wrp_router.replaying.canary import CODES, LEAST_ESS, canary, trials
from wrp_router.replaying.candidate import candidate_of
from wrp_router.replaying.choosing import CannotJudge, choose
from wrp_router.replaying.differences import differences, other_models, unread
from wrp_router.replaying.report import Report, reported
from wrp_router.replaying.rows import Example, Gathering, Kept
from wrp_router.replaying.verdict import Rule, nothing
from wrp_router.telemetry.decisions import records
from wrp_signals import SignalError
from wrp_signals.materials import Materials

from . import replay_chart, replay_table
from .candidate import Unusable
from .charts import ready
from .progress import Bar
from .replay_state import taken_up
from .telling import failed

WRONG = 2
"""Used wrongly: 1 means that the candidate is worse."""

FEWEST = 20
"""Effective rows, below which intervals are not what they say."""


class _All:
    """Every model name."""

    def __contains__(self, name: object) -> bool:
        return True


def run(options: argparse.Namespace) -> int:
    """0: better, or no worse than the margin. 1: worse, or a guardrail is broken. 2: used wrongly. 3: the log cannot
    say."""
    bar = Bar()
    try:
        _refuse(options)
        told, code = _canary(options, bar) if options.canary is not None else _judged(options, bar)
    except CannotJudge as why:
        told, code = {"verdict": msgspec.to_builtins(nothing(str(why)))}, 3
    except (Unusable, SignalError, OSError, ValueError) as error:
        bar.end()
        failed(error)
        return WRONG
    bar.end()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
        sys.stdout.flush()
    else:
        sys.stdout.write("\n".join(replay_table.lines(told, options)) + "\n")
    return code


def _refuse(options: argparse.Namespace) -> None:
    """Raises Unusable for what makes no sense together, before all work."""
    if options.least_ess is not None and options.least_ess < FEWEST:
        raise Unusable(f"--least-ess {options.least_ess}: {FEWEST} effective rows are the least that intervals take")
    if options.state is not None and options.canary is not None:
        raise Unusable("--state is what a candidate knows: not with --canary")
    if options.plot is not None:
        if options.canary is not None:
            raise Unusable("--plot draws a candidate's estimates: not with --canary")
        ready(options.plot)


def _judged(options: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], int]:
    """A candidate's report, and the exit status."""
    current = None if options.config is None else _config(options.config, None)
    config = _config(options.policy, options.config)
    kept = _kept(options, bar, config.auto)
    not_read = frozenset() if current is None else unread(current, config)
    made = candidate_of(config, materials_of(config, kept), not_read)
    known = taken_up(made, config, options.state, kept.examples) if options.state is not None else []
    chosen = choose(made, kept.examples, bar, seed=options.seed, learn=options.learn)
    warned = known + ([] if current is None else differences(current, config, options.policy, options.log[0]))
    found = reported(
        kept,
        chosen,
        _rule(options),
        bar,
        by=None if options.by is None else lambda example: _part_of(example, options.by),
        others=other_models(kept, config),
        warned=warned,
    )
    if options.plot is not None:
        replay_chart.draw(found.measures, options.plot)
    return _told(found), found.verdict.code


def _canary(options: argparse.Namespace, bar: Bar) -> tuple[dict[str, Any], int]:
    """Promote, hold or roll back."""
    kept = _kept(options, bar, _All())
    examples = trials(kept, options.canary)
    decision: Decision = canary(
        examples,
        options.canary,
        margin=options.margin,
        least_ess=float(options.least_ess or LEAST_ESS),
        level=options.level,
        estimator=options.estimator,
        max_cost_change=options.max_cost_change,
        max_latency_change=options.max_latency_change,
    )
    told = {"canary": options.canary, "n": len(examples), "left_out": kept.left_out}
    return told | msgspec.to_builtins(decision), CODES[decision.verdict]


def _config(path: str, base: str | None) -> Config:
    """A configuration, or routes over `base`. Raises Unusable with all that is wrong with it; what is only doubtful
    `wrp check` tells."""
    loaded = load(path, os.environ) if base is None else load_over(path, base, os.environ)
    if loaded.config is None:
        hint = "" if base is not None else f"{path}: routes alone need the rest of the configuration: -c FILE\n"
        raise Unusable(render(loaded.problems, loaded.sources).rstrip() + f"\n{hint}".rstrip())
    return loaded.config


def _kept(options: argparse.Namespace, bar: Bar, auto: Container[str]) -> Kept:
    """All rows of the logs. Raises OSError, ValueError for lines that are none, CannotJudge where no row is of use, and
    Unusable for parts that no row has."""
    gathering = Gathering(auto, options.route)
    for number, path in enumerate(options.log):
        bar("reading", number / len(options.log))
        gathering.take(records(Path(path)))
    bar("reading", 1.0)
    kept = gathering.kept()
    if not kept.examples:
        why = ", ".join(f"{count} {why}" for why, count in kept.left_out.items())
        raise CannotJudge("no row of the log is left to judge by" + f" ({why})" * bool(why))
    known = sorted({"route", "tenant"}.union(*(example.facts.readings for example in kept)))
    if options.by is not None and options.by not in known:
        raise Unusable(f"--by {options.by}: no row of the log has that; there are: {', '.join(known)}")
    return kept


def materials_of(config: Config, kept: Kept) -> Materials:
    """What the policies are built from, without what only signals and cache want: `auto` is the tier that the log has.
    Raises TierMissing."""
    wanted = frozenset[str]().union(*(route.use.looks() for route in config.routes))
    if not wanted:
        return Materials(read_file=read_file)
    counts = {tier: sum([tier in example.facts.vectors for example in kept]) for tier in ("model", "static")}
    prefer: Literal["static", "model"] = "static" if counts["static"] > counts["model"] else "model"
    alone = msgspec.structs.replace(config, signals={}, cache=None)
    return Materials(static_of(alone), model_of(alone), prefer, read_file=read_file)


def _rule(options: argparse.Namespace) -> Rule:
    return Rule(
        options.margin,
        options.estimator,
        options.level,
        float(options.least_ess or FEWEST),
        options.max_cost_change,
        options.max_latency_change,
    )


def _part_of(example: Example, by: str) -> str:
    """Of which group a row is."""
    if by == "route":
        return example.route
    if by == "tenant":
        return example.facts.tenant
    reading = example.facts.readings.get(by)
    return "unknown" if reading is None else str(reading.value)


def _told(found: Report) -> dict[str, Any]:
    told: Mapping[str, Any] = msgspec.to_builtins(found)
    return dict(told)
