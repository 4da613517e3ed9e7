"""The weights that ship with this package, and the cards that say what they are.

The only place of this room that reads files, and only the package's own.
"""

from __future__ import annotations

import hashlib
from importlib import resources

import msgspec

from .errors import WeightsDamaged

EMBEDDER_CARD = "minilm-l6-card.json"
EXPORTED_CARD = "card.json"


class EmbedderCard(msgspec.Struct, frozen=True):
    """What an exported embedder is: written by scripts/export_embedding.py. `probe_vector` is what `probe` must embed
    to, on any machine."""

    id: str
    dim: int
    max_tokens: int
    model: str
    tokenizer: str
    sha256: dict[str, str]
    source: str
    licence: str
    package: str
    quantisation: str
    calibration: str
    fidelity_to_fp32: dict[str, float]
    probe: str
    probe_vector: tuple[float, ...]


def weights(name: str) -> bytes:
    """The bytes of one file of wrp_signals/weights. Raises FileNotFoundError."""
    return (resources.files("wrp_signals") / "weights" / name).read_bytes()


def checked(data: bytes, sha256: str, name: str) -> bytes:
    """The same bytes, if they are what the card says. Raises WeightsDamaged."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise WeightsDamaged(f"{name}: sha256 is {found[:12]}…, its card says {sha256[:12]}…")
    return data


def embedder_card(data: bytes) -> EmbedderCard:
    """Raises msgspec.ValidationError naming the field that does not fit."""
    return msgspec.json.decode(data, type=EmbedderCard)
