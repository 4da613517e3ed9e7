"""Vectors of prompts by tier, each prompt embedded once; kept in a file only where one is named."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wrp_router.config.structs import EmbedderConfig
from wrp_signals import DomainSpec, Embedder, Materials, SignalError, Tier
from wrp_signals.facts import Message, RequestView

from .candidate import Unusable, materials_for
from .progress import Bar

BATCH = 64
Vectors = npt.NDArray[np.float32]
Kept = dict[str, tuple[Vectors, list[str]]]
"""By the embedder's id: vectors, and the digests of what they are of."""


def embedders_of(tier: str | None, config: EmbedderConfig) -> tuple[Materials, dict[Tier, Embedder]]:
    """Of one tier, or of both; without a choice all there are. Raises TierMissing."""
    materials = materials_for(DomainSpec(tier="static") if tier == "static" else DomainSpec(), config)
    if tier in ("static", "model"):
        return materials, dict([materials.embedder("static" if tier == "static" else "model")])
    if tier == "both":
        return materials, {"static": materials.embedder("static")[1], "model": materials.embedder("model")[1]}
    return materials, materials.embedders()


def vectors_of(
    prompts: Sequence[str], embedders: Mapping[Tier, Embedder], file: str | None, bar: Bar
) -> dict[Tier, Vectors]:
    """float32[n, d] of unit length by tier. What `file` (.npz) has is taken from there, what it lacks is added. Raises
    Unusable where it is no such file, OSError where it cannot be read or written."""
    kept = {} if file is None else _read(Path(file))
    digests = [hashlib.blake2b(prompt.encode("utf-8", "replace"), digest_size=16).hexdigest() for prompt in prompts]
    found: dict[Tier, Vectors] = {}
    changed = False
    for tier, embedder in embedders.items():
        rows, names = kept.get(embedder.id, (np.empty((0, embedder.dim), np.float32), []))
        place = {name: at for at, name in enumerate(names)}
        fresh = {digest: prompt for digest, prompt in zip(digests, prompts, strict=True) if digest not in place}
        if fresh:
            place |= {digest: len(names) + at for at, digest in enumerate(fresh)}
            rows = np.concatenate([rows, _embedded(list(fresh.values()), embedder, tier, bar)])
            kept[embedder.id] = (rows, [*names, *fresh])
            changed = True
        found[tier] = rows[[place[digest] for digest in digests]]
    if file is not None and changed:
        _write(Path(file), kept)
    return found


def _embedded(texts: Sequence[str], embedder: Embedder, tier: str, bar: Bar) -> Vectors:
    """The shortest first, so that those of a batch are of like length."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    rows = np.empty((len(texts), embedder.dim), np.float32)
    for start in range(0, len(order), BATCH):
        bar(f"embedding, {tier}", start / len(order))
        some = order[start : start + BATCH]
        rows[some] = embedder.embed([texts[at] for at in some])
    bar(f"embedding, {tier}", 1.0)
    length: Vectors = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows / length


def _read(path: Path) -> Kept:
    """Nothing where there is no file yet. Raises Unusable, OSError."""
    if path.suffix != ".npz":
        raise Unusable(f"--vectors {path}: the file's name ends in .npz")
    if not path.exists():
        return {}
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            kept = {
                str(name): (arrays[f"rows-{at}"].astype(np.float32), arrays[f"of-{at}"].tolist())
                for at, name in enumerate(arrays["embedders"])
            }
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Unusable(f"--vectors {path}: not a file that this command wrote ({error}); remove it") from None
    if any(rows.ndim != 2 or len(rows) != len(names) or not np.isfinite(rows).all() for rows, names in kept.values()):
        raise Unusable(f"--vectors {path}: vectors and prompts do not agree; remove it")
    return kept


def _write(path: Path, kept: Kept) -> None:
    """Whole or not at all. Raises OSError."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"embedders": np.array(list(kept))}
    for at, (rows, names) in enumerate(kept.values()):
        arrays |= {f"rows-{at}": rows, f"of-{at}": np.array(names)}
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(packed.getvalue())
    beside.replace(path)


def categories_of(prompts: Sequence[str], materials: Materials, vectors: Mapping[Tier, Vectors]) -> tuple[str, ...]:
    """The `domain` signal's category of every prompt; none where its head does not know these vectors."""
    tier = next(reversed(list(vectors)))
    try:
        signal = DomainSpec(tier="static" if tier == "static" else "model").build(materials)
    except SignalError:
        return ()
    views = (RequestView("chat", "auto", (Message("user", text),), size=len(text)) for text in prompts)
    return tuple(str(signal.read(view, row).value) for view, row in zip(views, vectors[tier], strict=True))
