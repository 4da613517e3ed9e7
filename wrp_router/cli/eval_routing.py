"""`wrp eval routing`: what policies and baselines would have earned on prompts that every model has answered."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from wrp_policies.training.baselines import Single
from wrp_policies.training.contenders import CONTENDERS, Contender, Inputs, running
from wrp_policies.training.outcomes import OutcomeTable
from wrp_policies.training.report import Report, report, rival_of
from wrp_policies.training.resampling import Resamples
from wrp_policies.training.trial import Fold, Judged, Trial, held_out, judge_all, trial_of
from wrp_signals import SignalError

from . import routing_chart, routing_table
from .candidate import Unusable
from .charts import ready
from .outcomes import Compared, compared
from .progress import Bar
from .routing_inputs import ORACLE, SINGLE, Known, inputs_of
from .telling import failed, found


def run(options: argparse.Namespace) -> int:
    """0 where policies were judged, 1 where they could not be."""
    bar = Bar()
    try:
        if options.plot is not None:
            ready(options.plot)
        told = _evaluated(options, bar)
    except (Unusable, SignalError, OSError) as error:
        bar.end()
        return failed(error)
    bar.end()
    return found(told, options.json, routing_table.lines)


def _evaluated(options: argparse.Namespace, bar: Bar) -> Report:
    tables = compared(options)
    asked = options.policy or ["all"]
    named = [*asked, options.against] if options.against else asked
    _check(named, tables.data.models)
    known = inputs_of(options, tables, named, bar)
    contenders = _chosen(named, known.data, tables.data.models)
    resamples = Resamples(tables.data.groups, options.resamples, np.random.default_rng(options.seed))
    seeds, trials = [], []
    for seed in range(options.seed, options.seed + options.seeds):
        trial, folds = _trial(tables, known, options.folds, seed, resamples)
        trials.append(trial)
        seeds.append(judge_all(contenders, folds, trial, seed, options.cost_weight, bar))
    rival = options.against or (rival_of(contenders) if "all" in asked else "")
    shown = [name for name in seeds[0] if "all" in asked or name in _names(asked, contenders) or name == rival]
    if options.plot is not None:
        routing_chart.draw({name: seeds[0][name] for name in shown}, trials[0], options.plot)
    told = _about(options, tables, known, trials[0], folds)
    return told | _policies(shown, seeds, rival, asked)


def _check(asked: Sequence[str], models: Sequence[str]) -> None:
    """Raises Unusable for a policy that there is not, before anything is embedded."""
    kinds = ["all", ORACLE, *CONTENDERS, *(f"{SINGLE}{model}" for model in models)]
    tiered = [f"{name}-{tier}" for name, entry in CONTENDERS.items() if entry.tiered for tier in ("static", "model")]
    for name in asked:
        if name not in kinds and name not in tiered:
            raise Unusable(f"no policy is called {name!r}: there are {', '.join(kinds)}")


def _names(asked: Sequence[str], among: Any) -> set[str]:
    """With what runs once for each tier, where a policy was named without one."""
    return {name for name in among for one in asked if name == one or name in (f"{one}-static", f"{one}-model")}


def _chosen(named: Sequence[str], inputs: Inputs, models: Sequence[str]) -> dict[str, Contender]:
    """Who runs. Raises Unusable for those whose needs the lines do not meet."""
    here = {name: one for name, one in CONTENDERS.items() if not one.library or find_spec(one.library)}
    able: dict[str, Contender] = running(inputs, here)
    for name in CONTENDERS.keys() - here.keys():
        if name in named:
            raise Unusable(f"{name} learns with scikit-learn: pip install 'wrp-router[train]'")
    able |= {f"{SINGLE}{model}": Single(column) for column, model in enumerate(models)}
    wanted = _names(named, able)
    for name in named:
        if name not in ("all", ORACLE) and not _names([name], able):
            needs = CONTENDERS[name].needs if name in CONTENDERS else f"--tier {name.rpartition('-')[2]}, or both"
            raise Unusable(f"{name} cannot be judged here: it needs {needs}")
    return able if "all" in named else {name: one for name, one in able.items() if name in wanted}


def _trial(
    tables: Compared, known: Known, count: int | None, seed: int, resamples: Resamples
) -> tuple[Trial, list[Fold]]:
    """Raises Unusable where there are too few questions for the folds."""
    if tables.train is not None and known.train is not None:
        folds = [Fold(tables.train, known.train, known.data, np.arange(len(tables.data)))]
    else:
        try:
            folds = held_out(tables.data, known.data, count or 0, seed)
        except ValueError as error:
            raise Unusable(f"--folds {count}: {error}") from None
    return trial_of(tables.data, folds, resamples, tables.priced, tables.pair), folds


def _about(options: argparse.Namespace, tables: Compared, known: Known, trial: Trial, folds: Sequence[Fold]) -> Report:
    """What was judged, and by what."""
    data: OutcomeTable = tables.data
    singles = [data.models[column] for column in dict.fromkeys(trial.best.tolist())]
    told: Report = {"data": options.data, "n": len(data), "models": list(data.models)}
    told |= {"train": options.train} if options.train is not None else {"folds": options.folds}
    told["trained_on"] = round(sum(len(fold.train) for fold in folds) / len(folds))
    told["best_single_model"] = singles[0] if len(singles) == 1 else singles
    if tables.pair is not None:
        told |= dict(zip(("weak", "strong"), (data.models[column] for column in tables.pair), strict=True))
    told |= {"embedders": known.embedders, "seed": options.seed, "seeds": options.seeds, "resamples": options.resamples}
    counts = {"unknown_scores": data.unknown, "also_in_train": tables.repeated, "bad_lines": tables.bad}
    return told | {name: count for name, count in counts.items() if count}


def _policies(shown: Sequence[str], seeds: Sequence[dict[str, Judged]], rival: str, asked: Sequence[str]) -> Report:
    """The figures of one policy as they are, those of several under their names."""
    others = [judged[rival].draws for judged in seeds] if rival else []
    told = {
        name: report([judged[name].draws for judged in seeds], others if name != rival else (), rival) for name in shown
    }
    only = [name for name in shown if name != rival or name in asked]
    if len(asked) == len(only) == 1:
        return {"policy": only[0], **told[only[0]]}
    return {"policies": told}
