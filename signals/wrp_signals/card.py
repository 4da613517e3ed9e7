"""The weights that ship with this package, and the cards that say what they are.

The only place of this room that reads files, and only the package's own.
"""

from __future__ import annotations

import hashlib
import mmap
from importlib import resources
from pathlib import Path
from typing import TypeVar

import msgspec

from .errors import WeightsDamaged

Buffer = bytes | mmap.mmap

T = TypeVar("T", bytes, Buffer)

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


def mapped(name: str) -> Buffer:
    """The same, shared with every process that maps it, and in memory only as far as it is looked at: for tables of
    which texts name a few rows. Bytes where the package is no folder."""
    path = resources.files("wrp_signals") / "weights" / name
    if not isinstance(path, Path):
        return path.read_bytes()
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def let_go(data: Buffer) -> None:
    """What was looked at of a mapped file leaves this process's memory until it is looked at again."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)


def checked(data: T, sha256: str, name: str) -> T:
    """The same bytes, if they are what the card says. Raises WeightsDamaged."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise WeightsDamaged(f"{name}: sha256 is {found[:12]}…, its card says {sha256[:12]}…")
    return data


def embedder_card(data: bytes) -> EmbedderCard:
    """Raises msgspec.ValidationError naming the field that does not fit."""
    return msgspec.json.decode(data, type=EmbedderCard)
