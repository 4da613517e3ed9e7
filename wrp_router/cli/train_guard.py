"""`wrp train guard`: a learned hit guard from labelled pairs of questions."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from wrp_cache.nearness import WordTable
from wrp_cache.training.guard import TooFew, train
from wrp_cache.weighing import GuardCard
from wrp_router.config.structs import EmbedderConfig
from wrp_signals import SignalError
from wrp_signals.static import static_embedder

from .candidate import Unusable, configured, embedder_of
from .pairs import embedded, read_pairs
from .progress import Bar
from .telling import table, tell

MISSING = "training needs scikit-learn: pip install 'wrp-router[train]'"


def run(options: argparse.Namespace) -> int:
    """0 where a guard was written, 1 where not."""
    bar = Bar()
    try:
        card = _trained(options, bar)
    except (Unusable, SignalError, TooFew, OSError) as error:
        bar.end()
        sys.stderr.write(f"wrp: {error}\n" if str(error) else "")
        return 1
    bar.end()
    told: dict[str, Any] = msgspec.to_builtins(card)
    if options.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")
    else:
        report = {"bar": card.bar, "pardon": card.pardon, **told["report"]}
        sys.stdout.write("\n".join([f"{card.id} written to {options.out}", "", *table(report)]) + "\n")
    return 0


def _trained(options: argparse.Namespace, bar: Bar) -> GuardCard:
    if find_spec("sklearn") is None:
        raise Unusable(MISSING)
    out = Path(options.out)
    if out.suffix != ".npz":
        raise Unusable(f"--out {options.out}: a guard is one file that ends in .npz")
    pairs, bad = read_pairs(options.data)
    tell(bad)
    if not pairs:
        raise Unusable(f"{options.data} has no pair to learn from")
    config = configured(options)
    embedder = embedder_of("model", EmbedderConfig() if config is None else config.embedder)
    known = embedded(pairs, embedder, bar)
    trained = train(
        known,
        embedder.id,
        WordTable(static_embedder()),
        bar,
        options.seed,
        options.precision,
        (Path(options.data).name,),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(trained.data)
    return trained.card
