"""Outcomes from files, made ready to be judged: which prompts train, which models are compared, what is doubtful."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NamedTuple

from wrp_policies.training.outcomes import Outcome, OutcomeTable, table_of, understood
from wrp_policies.training.questions import alike, overlap

from .candidate import Unusable
from .examples import BadLine, lines
from .telling import tell


class Placed(NamedTuple):
    """`place` is FILE:LINE."""

    place: str
    outcome: Outcome


class Compared(NamedTuple):
    """`train` is None where `data` is judged in folds; both have the same models in the same order. `pair`: columns of
    the weak and the strong model, where there are two. `priced`: every model's cost is known. `bad` counts lines."""

    data: OutcomeTable
    train: OutcomeTable | None
    pair: tuple[int, int] | None
    priced: bool
    repeated: int
    bad: int


def read_outcomes(path: str) -> tuple[list[Placed], list[BadLine]]:
    """The lines of a JSONL file (.gz too) and what is wrong with the others. Raises OSError."""
    found, bad = [], []
    for place, line in lines(path):
        try:
            found.append(Placed(place, understood(json.loads(line))))
        except (ValueError, RecursionError) as error:
            said = f"not valid JSON: {error}" if isinstance(error, json.JSONDecodeError) else str(error)
            bad.append(BadLine(f"{place}: {said}"))
    return found, bad


def compared(options: argparse.Namespace) -> Compared:
    """What `--data`, `--train`, `--weak` and `--strong` name; bad lines are told, and prompts that stand in both files.
    Raises OSError and Unusable."""
    if (options.weak is None) != (options.strong is None) or (options.weak and options.weak == options.strong):
        raise Unusable("--weak and --strong go together, and name two different models")
    asked, bad = _usable(options.data)
    train, worse = _usable(options.train) if options.train is not None else (None, 0)
    if train is not None:
        _same_models(asked, train, options.train)
    data = table_of([one.outcome for one in asked])
    seen = None if train is None else table_of([one.outcome for one in train])
    models = data.models if options.weak is None else (options.weak, options.strong)
    if len(models) < 2:
        raise Unusable(f"{options.data} has one model only: there is nothing to choose")
    data, seen = _narrowed(data, models, options.data), seen and _narrowed(seen, models, options.train)
    priced = data.priced and (seen is None or seen.priced)
    if not priced and any(one.outcome.costs for one in asked):
        _say("costs are left out: not every model has one in every file")
    return Compared(data, seen, _pair(data, seen, options), priced, _repeated(data, seen, options), bad + worse)


def _usable(path: str) -> tuple[list[Placed], int]:
    """Raises Unusable where there is nothing."""
    found, bad = read_outcomes(path)
    tell(bad)
    if not found:
        raise Unusable(f"{path} has no outcome to judge or to learn by")
    return found, len(bad)


def _same_models(asked: Sequence[Placed], train: Sequence[Placed], file: str) -> None:
    """Raises Unusable for a model of which nothing could be learned."""
    known = {name for one in train for name in one.outcome.scores}
    for one in asked:
        for name in one.outcome.scores:
            if name not in known:
                raise Unusable(f"{one.place}: no line of {file} has a score of {name!r}; it has {_listed(known)}")


def _narrowed(table: OutcomeTable, models: Sequence[str], file: str) -> OutcomeTable:
    """These models; of two, the prompts where both are known. Raises Unusable."""
    try:
        narrow = table.of(models)
    except KeyError as error:
        raise Unusable(f"{file} has no model {error.args[0]!r}; it has {_listed(table.models)}") from None
    if len(models) > 2:
        return narrow
    complete = narrow.complete()
    if len(complete) < len(table):
        _say(f"{file}: {len(table) - len(complete)} prompts are left out, as one of the two models has no score there")
    if not len(complete):
        raise Unusable(f"{file} has no prompt with a score of both models")
    return complete


def _pair(data: OutcomeTable, seen: OutcomeTable | None, options: argparse.Namespace) -> tuple[int, int] | None:
    """Of two models the one that is worse in training is the weak one, unless it was said which."""
    if len(data.models) != 2:
        return None
    first, second = (seen or data).mean_scores()
    return (0, 1) if options.weak is not None or first <= second else (1, 0)


def _repeated(data: OutcomeTable, seen: OutcomeTable | None, options: argparse.Namespace) -> int:
    """How many prompts were learned from and are judged by, too; told, for such figures are too good."""
    if seen is None:
        return 0
    same, near = overlap(seen.prompts, data.prompts), alike(seen.groups, data.groups)
    if near or same:
        _say(
            f"WARNING: {same} of the {len(data)} prompts of {options.data} also stand in {options.train}, and "
            f"{max(near, same)} ask what a prompt there asks: what is known by heart makes all figures too good"
        )
    return same


def _say(text: str) -> None:
    sys.stderr.write(f"wrp: {text}\n")


def _listed(names: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(names))
