"""A linear head for any embedder: every part, numbers by chance but always the same ones."""

import hashlib

import msgspec
import numpy as np

from wrp_signals.grams import FORM
from wrp_signals.head import DTYPES, HeadCard, Part

BUCKETS = 256
SCALES = {"f4": 1.0, "f2": 1.0, "i1": 0.02}
TYPES = {"rows": "f2", "bias": "f4", "grams": "i1", "form": "f4"}
HARD = ("easy", "hard")


def arrays(dim: int, outputs: int) -> dict[str, np.ndarray]:
    """Float arrays of every part."""
    draw = np.random.default_rng(7)
    shapes = {"rows": (outputs, dim), "bias": (outputs,), "grams": (BUCKETS, outputs), "form": (outputs, FORM)}
    return {name: draw.normal(size=shape) for name, shape in shapes.items()}


def packed(parts: dict[str, np.ndarray]) -> tuple[bytes, tuple[Part, ...]]:
    """The weights file and how its card describes it."""
    data, described = b"", []
    for name, array in parts.items():
        kind = TYPES[name]
        whole = np.clip(array / SCALES[kind], -127, 127) if kind == "i1" else array
        data += whole.astype(DTYPES[kind]).tobytes()
        described.append(Part(name, kind, array.shape, SCALES[kind]))
    return data, tuple(described)


def linear_files(signal, embedder, classes=HARD, tier="model", folder="heads/", parts=None, **changes):
    """The files of a head by the names under which a declaration finds them; `parts` are its arrays."""
    outputs = 1 if len(classes) == 2 else len(classes)
    data, described = packed(arrays(embedder.dim, outputs) if parts is None else parts)
    card = HeadCard(
        id=f"{signal}-test",
        signal=signal,
        tier=tier,
        embedder=embedder.id,
        dim=embedder.dim,
        classes=classes,
        weights=f"{signal}.bin",
        sha256=hashlib.sha256(data).hexdigest(),
        parts=described,
        buckets=BUCKETS,
    )
    card = msgspec.structs.replace(card, **changes)
    return {path_of(signal, folder): msgspec.json.encode(card), f"{folder}{signal}.bin": data}


def path_of(signal: str, folder: str = "heads/") -> str:
    """What a declaration writes in `head:`."""
    return f"{folder}{signal}-card.json"
