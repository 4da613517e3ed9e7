"""`wrp train guard`: a learned hit guard from labelled pairs of questions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from wrp_cache.nearness import WordTable
from wrp_cache.training.guard import TooFew, train
from wrp_cache.weighing import GuardCard
from wrp_router.config.structs import EmbedderConfig
from wrp_signals.static import static_embedder

from .candidate import NOT_MADE_YET, Unusable, configured, embedder_of, require_sklearn
from .pairs import embedded, read_pairs
from .progress import Bar
from .telling import table, tell


def lines(told: dict[str, Any], out: str) -> list[str]:
    """What is said of a guard that was written: `told` is its card."""
    report = {"bar": told["bar"], "pardon": told["pardon"], **told["report"]}
    return [f"{told['id']} written to {out}", "", *table(report)]


def trained(options: argparse.Namespace, bar: Bar) -> GuardCard:
    """The card of the guard, which is written by then. Raises Unusable, SignalError, OSError."""
    require_sklearn()
    out = Path(options.out)
    if out.suffix != ".npz":
        raise Unusable(f"--out {options.out}: a guard is one file that ends in .npz")
    pairs, bad = read_pairs(options.data)
    tell(bad)
    if not pairs:
        raise Unusable(f"{options.data} has no pair to learn from")
    config = configured(options, NOT_MADE_YET)
    embedder = embedder_of("model", EmbedderConfig() if config is None else config.embedder)
    known = embedded(pairs, embedder, bar)
    words, source = WordTable(static_embedder()), Path(options.data).name
    try:
        guard = train(known, embedder.id, words, bar, options.seed, options.precision, (source,))
    except TooFew as error:
        raise Unusable(str(error)) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(guard.data)
    return guard.card
