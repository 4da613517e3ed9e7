"""What `wrp eval routing`, `wrp train quality` and `wrp train prior` may be told. Light on purpose, as all options
are."""

from __future__ import annotations

import argparse

from .numbers import amount, count, folds, whole


def training(command: argparse.ArgumentParser) -> None:
    """Of `wrp train quality`."""
    option = command.add_argument
    lines = "outcomes: lines of JSON with `prompt`, `scores` {model: 0..1}, and optionally `cost` {model: US$}"
    option("--data", metavar="FILE", required=True, help=lines)
    option("--out", metavar="FILE", required=True, help="where what was learned is written (.npz)")
    option("--extend", metavar="FILE", help="what was learned before, which is given the models of --data")
    tiers = "whose vectors are learned from (default: all that are installed)"
    option("--tier", choices=["static", "model", "both"], help=tiers)
    option("--vectors", metavar="FILE", help="a file (.npz) that keeps vectors from one run to the next")
    option("--trees", metavar="N", type=count, default=100, help="grown (default: 100)")
    option("--seed", metavar="N", type=whole, default=0, help="of folds and trees (default: 0)")
    option("-c", "--config", metavar="FILE", help="whose `embedder:` makes the vectors (default: ours)")
    option("--json", action="store_true", help="JSON on stdout")


def warming(command: argparse.ArgumentParser) -> None:
    """Of `wrp train prior`."""
    option = command.add_argument
    lines = "outcomes: lines of JSON with `prompt` and `scores` {model: 0..1}"
    option("--data", metavar="FILE", required=True, help=lines)
    option("-c", "--config", metavar="FILE", required=True, help="the configuration (YAML)")
    option("--route", metavar="NAME", required=True, help="whose policy is to have it: linucb, lints or epsilon_greedy")
    which = "of a route of kind `shadow`, which of the two (default: what serves, if it learns so)"
    option("--which", choices=["use", "shadow"], help=which)
    option("--out", metavar="FILE", required=True, help="where the prior is written (JSON)")
    models = "what --data calls a pool's model, by pool; else the pool's `model`; POOL= leaves a pool out"
    option("--models", metavar="POOL=MODEL", nargs="+", type=named, default=[], help=models)
    option("--json", action="store_true", help="JSON on stdout")


def named(text: str) -> tuple[str, str]:
    """A pool and a model. Raises ArgumentTypeError."""
    pool, equals, model = text.partition("=")
    if not pool or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not like POOL=MODEL")
    return pool, model


def routing(command: argparse.ArgumentParser) -> None:
    option = command.add_argument
    what = (
        "outcomes: lines of JSON with `prompt`, `scores` {model: 0..1}, `cost` {model: US$}, and optionally `category`"
    )
    option("--data", metavar="FILE", required=True, help=f"{what} and `task`")
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--train", metavar="FILE", help="such lines, of other prompts, to learn from")
    parts = (
        "instead of --train: each K-th of --data is judged by what the rest taught; who asks the same stays together"
    )
    source.add_argument("--folds", metavar="K", type=folds, help=parts)
    kinds = "which policy or baseline; may be given several times (default: all, in one table)"
    option("--policy", metavar="KIND", action="append", help=kinds)
    option("--against", metavar="KIND", help="whom the others are held against (default, with all: kNN)")
    option("--weak", metavar="MODEL", help="look at two models only: this one, and")
    option("--strong", metavar="MODEL", help="the one whose answers are to be saved")
    weight = "score that a US$ is worth at the operating point (default: 0, by estimated quality alone)"
    option("--cost-weight", metavar="W", type=amount, default=0.0, help=weight)
    tiers = "whose vectors are learned from (default: all that are installed)"
    option("--tier", choices=["static", "model", "both"], help=tiers)
    option("--vectors", metavar="FILE", help="a file (.npz) that keeps vectors from one run to the next")
    option("--seed", metavar="N", type=whole, default=0, help="of folds and all else left to chance (default: 0)")
    option("--seeds", metavar="N", type=count, default=1, help="so many seeds, and their mean (default: 1)")
    option("--resamples", metavar="N", type=whole, default=500, help="of the bootstrap (default: 500; 0: no intervals)")
    option("--plot", metavar="FILE", help="draw quality over cost, or over the strong model's share (.png, .svg)")
