"""Any other model: sentence-transformers and torch, on any device. Imports them only when such a model is asked for."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .errors import BadVector, TierMissing
from .vectors import Rows, unit

DEFAULT = "sentence-transformers/all-MiniLM-L6-v2"

BATCH = 32

CHARACTERS = 8_192
"""A text is cut to this many characters before the library sees it: no model of it reads more than a page or two."""

PIECE = 1 << 20
"""Bytes at either end of a file that count for a folder's revision."""


class SentenceModel(Protocol):
    """What is asked of a SentenceTransformer."""

    def encode(
        self, sentences: list[str], *, batch_size: int, normalize_embeddings: bool, show_progress_bar: bool
    ) -> Any: ...


class SentenceEmbedder:
    """Texts to unit vectors, float32[n, dim]. One call at a time: the library's tokenizers allow no more."""

    def __init__(self, model: SentenceModel, id: str) -> None:
        """Raises BadVector where the model does not give vectors."""
        self._model = model
        self._id = id
        self._lock = threading.Lock()
        self._dim = 0
        self._dim = self.embed(["dimension"]).shape[1]

    @property
    def id(self) -> str:
        return self._id

    @property
    def dim(self) -> int:
        return self._dim

    def embed(self, texts: Sequence[str]) -> Rows:
        """float32[len(texts), dim], finite unit rows. Raises BadVector if the model gives anything else."""
        if not texts:
            return np.zeros((0, self._dim), np.float32)
        clean = [text[:CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            rows = self._model.encode(clean, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        vectors = np.asarray(rows, np.float32)
        if vectors.ndim != 2:
            raise BadVector(f"{self._id} gives arrays of shape {vectors.shape}, not one vector a text")
        return unit(vectors)


Load = Callable[[str, str | None], tuple[SentenceModel, str]]
"""Name and device to the model and its revision."""


def sentence_embedder(name: str | None = None, device: str | None = None, load: Load | None = None) -> SentenceEmbedder:
    """The model of that name or folder, all-MiniLM-L6-v2 without one. Its id is `st:<name>:<revision>`.

    Raises TierMissing where the library is not installed or has no such model.
    """
    name = name or DEFAULT
    try:
        model, revision = (load or loaded)(name, device)
    except ImportError as error:
        message = f"sentence-transformers is not installed ({error.name}): pip install sentence-transformers"
        raise TierMissing(message) from None
    except (OSError, ValueError) as error:
        raise TierMissing(f"sentence-transformers has no model {name!r}: {error}") from None
    return SentenceEmbedder(model, f"st:{name}:{revision}")


def loaded(name: str, device: str | None, kind: Callable[..., Any] | None = None) -> tuple[SentenceModel, str]:
    """The library's model, and which version it is. `kind` stands for the library's class. Raises ImportError, and
    OSError or ValueError for unknown names."""
    if kind is None:
        from sentence_transformers import SentenceTransformer

        kind = SentenceTransformer
    model = kind(name, device=device)
    if Path(name).is_dir():
        return model, revision_of(Path(name))
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return model, str(getattr(config, "_commit_hash", None) or "unknown")[:12]


def revision_of(folder: Path) -> str:
    """Twelve hex digits over the names, sizes and ends of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(PIECE))
            if size > PIECE:
                file.seek(max(PIECE, size - PIECE))
                digest.update(file.read(PIECE))
    return digest.hexdigest()[:12]
