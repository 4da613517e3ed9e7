"""How much the online calibration of token estimates takes off their error, by kind of text and tokenizer.

    pip install tiktoken tokenizers scipy
    python scripts/measure_calibration.py --data DATA --encoding cl100k_base --tokenizer deepseek.json

Half of the texts are answered in a random order, each by one of the tokenizers as a model of its own, which reports its
count and its template's. The other half is estimated then. Who asks for "auto" may get any of them.
"""

from __future__ import annotations

import random

import numpy as np
from fit_tokens import counters, options, texts

from wrp_signals import Message, RequestView
from wrp_signals.calibration import Calibration
from wrp_signals.facts import facts_of
from wrp_signals.learning import Used

TEMPLATES = (3, 30, 8, 0)
"""Tokens that each tokenizer's model adds to a prompt of one message, one after the other."""

Counted = dict[str, int]


def asked(text: str, model: str) -> RequestView:
    return RequestView("chat", model, (Message("user", text),), size=len(text.encode("utf-8", "replace")))


def taught(samples: list[tuple[str, Counted]], model: str, seed: int) -> Calibration:
    """A calibration that saw every sample answered by one of the models."""
    draw, calibration = random.Random(seed), Calibration()
    for text, counts in draw.sample(samples, len(samples)):
        by = draw.choice(list(counts))
        view = asked(text, model or by)
        calibration.learn(view, facts_of(view, "", 0), Used(tokens_in=counts[by], model=by))
    return calibration


def error(samples: list[tuple[str, Counted]], calibration: Calibration, model: str, by: list[str]) -> float:
    """Median relative error over all texts that ask for the model, each answered by each of `by`."""
    said = [(calibration.tokens(asked(text, model)), counts) for text, counts in samples]
    return float(np.median([abs(tokens / counts[name] - 1) for tokens, counts in said for name in by]))


def main() -> None:
    args = options(__doc__)
    counts = counters(args.encoding, args.tokenizer)
    templates = dict(zip(counts, TEMPLATES, strict=False))
    kinds = {
        kind: [(text, {name: count(text) + templates[name] for name, count in counts.items()}) for text in found]
        for kind, found in texts(args.data).items()
    }
    train = [sample for found in kinds.values() for sample in found[::2]]
    calibrations = {name: taught(train, "", 0) for name in counts} | {"auto": taught(train, "auto", 0)}
    print(f"{len(train)} answers learned from; median error of the others, before -> after")
    print(f"{'':24s}" + "".join(f"{name:>20s}" for name in calibrations))
    for kind, found in [*kinds.items(), ("all", [sample for each in kinds.values() for sample in each])]:
        cells = []
        for name, calibration in calibrations.items():
            by = list(counts) if name == "auto" else [name]
            before = error(found[1::2], Calibration(), name, by)
            after = error(found[1::2], calibration, name, by)
            cells.append(f"{before:.0%} -> {after:.0%}")
        print(f"{kind:24s}" + "".join(f"{cell:>20s}" for cell in cells))


if __name__ == "__main__":
    main()
