"""What traits and an embedding weigh: a linear head, its weights file and its card. Reads no text, learns nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import numpy as np

from .attack_patterns import NAMES
from .attack_traits import FIRST_MEASURE, Seen
from .card import checked, weights
from .errors import WeightsDamaged, WrongEmbedder
from .facts import Vector
from .head import fitting, remedy
from .materials import Materials
from .signal import Embedder, Tier, TierChoice

SIGNAL = "jailbreak"

Row = tuple[float, float, float, float]
"""Threshold, precision, recall, false-positive rate."""

STEEPEST = 60.0
"""Log odds past which a probability is 0 or 1."""


class AttackCard(msgspec.Struct, frozen=True):
    """What a trained jailbreak head is and how good, on sources that did not train it.

    The weights file holds float32, little-endian: for texts with a vector the weights of `traits`, of the vector's
    `dim` numbers, and the bias; for texts without one the weights of `traits` and the bias. Calibration is in them
    already; probabilities are those where `prevalence` of what is read are attacks. `table` rows as in other cards.
    """

    id: str
    signal: str
    tier: Tier
    embedder: str
    dim: int
    traits: tuple[str, ...]
    weights: str
    sha256: str
    prevalence: float
    table: tuple[Row, ...] = ()
    table_without_vector: tuple[Row, ...] = ()
    sources: tuple[str, ...] = ()
    report: dict[str, Any] = {}


class Side(NamedTuple):
    """Weights of the traits, one by one, and the bias."""

    traits: tuple[float, ...]
    bias: float

    def score(self, seen: Seen) -> float:
        """Log odds of an attack."""
        own = self.traits
        total = self.bias + sum([own[trait] for trait in seen.traits])
        for weight, measure in zip(own[FIRST_MEASURE:], seen.measures, strict=True):
            total += weight * measure
        return total


class AttackHead:
    """Log odds and probabilities of texts, by their traits and, where there is one, their vector."""

    __slots__ = ("_rows", "alone", "card", "joint")

    def __init__(self, card: AttackCard, data: bytes) -> None:
        """Raises WeightsDamaged: another digest, another length, or other traits than this version reads."""
        if card.traits != NAMES:
            raise WeightsDamaged(f"{card.weights} weighs other traits than this version reads")
        table = np.frombuffer(checked(data, card.sha256, card.weights), "<f4").astype(np.float32)
        count = len(NAMES)
        if len(table) != 2 * count + card.dim + 2 or not np.isfinite(table).all():
            raise WeightsDamaged(
                f"{card.weights}: {len(table)} numbers, {2 * count + card.dim + 2} finite ones expected"
            )
        joint, self._rows, alone = np.split(table, [count, count + card.dim])
        self.card = card
        self.joint = Side(tuple(joint.tolist()), float(alone[0]))
        self.alone = Side(tuple(alone[1:-1].tolist()), float(alone[-1]))

    def score(self, seen: Seen, vector: Vector | None) -> float:
        """Log odds; `vector` is that of the text itself, of the card's embedder."""
        if vector is None:
            return self.alone.score(seen)
        return self.joint.score(seen) + float(self._rows @ vector)

    def side(self, vector: Vector | None) -> Side:
        """The weights that a text with or without a vector gets."""
        return self.alone if vector is None else self.joint


def probability(log_odds: float) -> float:
    """The logistic function, without overflow."""
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -STEEPEST), STEEPEST)))


def load_attack_head(name: str, read: Callable[[str], bytes], embedder: Embedder) -> AttackHead:
    """The head whose card `read(name)` gives; its weights lie beside the card.

    Raises WeightsDamaged where a file is missing or damaged, WrongEmbedder where it was trained on vectors of another
    embedder; both say what to run. Another window of the same model (`id@tokens`) is accepted.
    """
    try:
        card = msgspec.json.decode(read(name), type=AttackCard)
        if embedder.id.split("@")[0] != card.embedder:
            raise WrongEmbedder(
                f"the head {card.id!r} was trained on vectors of {card.embedder!r}, the embedder is {embedder.id!r}: "
                f"run {remedy(SIGNAL, card.tier)}, and name what it writes in `head:`"
            )
        folder, slash, _ = name.rpartition("/")
        return AttackHead(card, read(folder + slash + card.weights))
    except (OSError, msgspec.DecodeError, WeightsDamaged) as error:
        raise WeightsDamaged(f"{name}: {error}: run {remedy(SIGNAL)}") from None


def chosen_attack_head(tier: TierChoice, path: str | None, materials: Materials) -> AttackHead:
    """The user's head at `path`, else the shipped one of the tier, as `fitting` says. Raises TierMissing,
    WrongEmbedder, WeightsDamaged."""

    def load(got: Tier, embedder: Embedder) -> AttackHead:
        if path is None:
            return load_attack_head(f"{SIGNAL}-{got}-card.json", weights, embedder)
        return load_attack_head(path, materials.read_file, embedder)

    return fitting(tier, materials, load)
