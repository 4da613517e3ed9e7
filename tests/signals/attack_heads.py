"""A jailbreak head for any embedder: traits at their priors, vectors without weight."""

import hashlib

import msgspec
import numpy as np

from wrp_signals.attack_head import AttackCard
from wrp_signals.attack_patterns import NAMES, PRIORS

BIAS = -4.0
CARD = "heads/jailbreak-card.json"


def numbers(dim: int, push: float = 0.0) -> np.ndarray:
    """The arrays of the weights file, the vector's first number weighing `push`."""
    row = np.zeros(dim)
    row[0] = push
    return np.concatenate([PRIORS, row, [BIAS], PRIORS, [BIAS]]).astype("<f4")


def head_files(embedder, push: float = 0.0, tier: str = "model", **changes: object) -> dict[str, bytes]:
    """The files of the head, by the names under which a declaration finds them."""
    data = numbers(embedder.dim, push).tobytes()
    card = AttackCard(
        id="jailbreak-test",
        signal="jailbreak",
        tier=tier,
        embedder=embedder.id,
        dim=embedder.dim,
        traits=NAMES,
        weights="jailbreak.bin",
        sha256=hashlib.sha256(data).hexdigest(),
        prevalence=0.1,
    )
    card = msgspec.structs.replace(card, **changes)
    return {CARD: msgspec.json.encode(card), "heads/jailbreak.bin": data}
