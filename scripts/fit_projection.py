"""Fits the projections that bandits look at vectors through, one for each tier, from texts of permissive licences.

    python scripts/fit_projection.py --data DATA

The first principal components of requests as they come: short asks, questions to a bank, sums, programs, long prompts.
Nothing of it knows which model answered what, and no set that bench/bandits.py plays is among the texts.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from wrp_policies.learning.projection import MOST_KEPT, Components, encoded
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import minilm
from wrp_signals.signal import Embedder
from wrp_signals.static import static_embedder

WEIGHTS = Path(__file__).parent.parent / "policies/wrp_policies/weights"
SOURCES = {  # file: field, how many
    "cls_clinc150/train.jsonl.gz": ("text", 800),
    "cls_banking77/train.csv.gz": ("text", 400),
    "prompts_code_math/gsm8k_train.jsonl.gz": ("question", 600),
    "prompts_code_math/mbpp.jsonl.gz": ("text", 300),
    "prompts_arena_hard/v0.1_question.jsonl.gz": ("prompt", 500),
}


def opened(path: Path) -> Iterable[dict[str, Any]]:
    """The rows of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file) if ".csv" in path.name else map(json.loads, file)


def texts(data: Path) -> list[str]:
    """A sample of each source, always the same."""
    draw, found = random.Random(0), list[str]()
    for name, (field, count) in SOURCES.items():
        rows = [str(row[field]) for row in opened(data / name)]
        found += draw.sample(rows, min(count, len(rows)))
    return found


def components(embedder: Embedder, of: list[str]) -> Components:
    """Their mean and leading principal axes, by how much of them differs along each."""
    rows = np.concatenate([embedder.embed(of[at : at + 64]) for at in range(0, len(of), 64)]).astype(np.float64)
    mean = rows.mean(0)
    _, sizes, axes = np.linalg.svd(rows - mean, full_matrices=False)
    share = np.cumsum(sizes**2) / np.sum(sizes**2)
    print(f"{embedder.id}: {MOST_KEPT} of {len(sizes)} axes hold {share[MOST_KEPT - 1]:.0%} of the variance")
    return Components(embedder.id, len(mean), encoded(mean), encoded(axes[:MOST_KEPT]), tuple(SOURCES))


def model() -> Embedder:
    """The embedder of the model tier that ships."""
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    return minilm(card, weights(facts.model), weights(facts.tokenizer))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    found = texts(asked.parse_args().data)
    for tier, embedder in (("static", static_embedder()), ("model", model())):
        (WEIGHTS / f"projection-{tier}.json").write_bytes(msgspec.json.encode(components(embedder, found)) + b"\n")


if __name__ == "__main__":
    main()
