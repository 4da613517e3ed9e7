"""Makes an embedder of the model tier from a model of sentence-transformers: ONNX in int8, its tokenizer, its card.

Reads a folder, or downloads what is not one with the Hugging Face library if that is installed. Writes one folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from wrp_signals.card import EXPORTED_CARD, EmbedderCard
from wrp_signals.errors import TierMissing

from .bert_graph import Array, Ranges, encoder
from .checkpoint import Checkpoint, NotExportable, checkpoint

Progress = Callable[[str, float], None]
"""What is being done, and the share of the whole that is done before it."""

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
PROBE = "Which server should answer: the one with the warm cache, or the one with the free slot (42%)?"

JUDGED = 5
"""Every fifth text judges, the others calibrate."""

LEAST = 0.98
"""Mean cosine to fp32 below which an export is refused: such a model needs another kind of quantisation."""

SAME = 0.999
"""Cosine to the library's own vectors below which the graph is not the model."""


def export(
    name: str,
    out: Path,
    texts: Sequence[str] = (),
    progress: Progress = lambda what, share: None,
    reference: Callable[[Path, list[str]], Array | None] | None = None,
) -> EmbedderCard:
    """Writes `model.onnx`, `tokenizer.json` and `card.json` into `out`, and gives the card.

    `name`: a folder, or a name on the Hugging Face hub. `texts` like those that will be embedded, some hundred of them,
    calibrate better than the built-in ones. `reference` gives the library's own vectors, to compare with; without it
    sentence-transformers does, where it is installed. Raises NotExportable, and TierMissing where a library is missing.
    """
    try:
        progress("reading the model", 0.0)
        folder = folder_of(name)
        source = checkpoint(folder)
        return _export(name, folder, out, source, list(texts) or calibration_texts(), progress, reference or library)
    except ImportError as error:
        raise TierMissing(f"export needs {error.name}: pip install 'wrp-router[export]'") from None


def folder_of(name: str) -> Path:
    """Where the model is. Raises NotExportable."""
    if Path(name).is_dir():
        return Path(name)
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, allow_patterns=["*.json", "*/config.json", "*.safetensors"]))
    except (ImportError, OSError, ValueError) as error:
        raise NotExportable(f"{name!r} is no folder, and cannot be downloaded: {error}") from None


def calibration_texts() -> list[str]:
    """The built-in texts, one a line."""
    data = (resources.files("wrp_signals") / "training" / "calibration.txt").read_text(encoding="utf-8")
    return [line for line in data.splitlines() if line]


def library(folder: Path, texts: list[str], kind: Callable[..., Any] | None = None) -> Array | None:
    """sentence-transformers' vectors; None where it is not installed. `kind` stands for its class."""
    if kind is None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            return None
        kind = SentenceTransformer
    model = kind(str(folder), device="cpu")
    return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False), np.float32)


class Run:
    """An ONNX model with its tokenizer, one text at a time on one thread: exact, and slow enough."""

    def __init__(self, model: bytes, source: Checkpoint) -> None:
        import onnxruntime
        import tokenizers

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizers.Tokenizer.from_str(source.tokenizer.decode())
        self.tokenizer.enable_truncation(source.max_tokens)

    def outputs(self, text: str) -> list[Any]:
        ids = np.array([self.tokenizer.encode(text).ids])
        return list(self.session.run(None, {"input_ids": ids, "attention_mask": np.ones(ids.shape, np.int32)}))

    def vectors(self, texts: Sequence[str]) -> Array:
        return np.vstack([self.outputs(text)[0] for text in texts])


def observed(source: Checkpoint, texts: Sequence[str], progress: Progress = lambda what, share: None) -> Ranges:
    """Lowest and highest input of every matrix product, per channel, over the calibration texts."""
    tapped, sites = encoder(source.tensors, source.of, taps=True)
    run = Run(tapped.SerializeToString(), source)
    ranges: Ranges = {}
    for number, text in enumerate(texts):
        progress("calibrating", 0.1 + 0.6 * number / len(texts))
        for site, value in zip(sites, run.outputs(text)[1:], strict=True):
            rows = value.reshape(-1, value.shape[-1])
            low, high = ranges.get(site, (rows[0], rows[0]))
            ranges[site] = np.minimum(low, rows.min(0)), np.maximum(high, rows.max(0))
    return ranges


def likeness(exact: Array, rounded: Array) -> dict[str, float]:
    """How near int8 vectors are to fp32's: cosine per text, and how far the likeness of two texts is off."""
    cosines = (exact * rounded).sum(1)
    off = np.abs(exact @ exact.T - rounded @ rounded.T)
    return {
        "texts": float(len(exact)),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "similarity_error_mean": round(float(off.mean()), 5),
        "similarity_error_max": round(float(off.max()), 4),
    }


def _export(
    name: str,
    folder: Path,
    out: Path,
    source: Checkpoint,
    texts: list[str],
    progress: Progress,
    reference: Callable[[Path, list[str]], Array | None],
) -> EmbedderCard:
    judging = texts[::JUDGED]
    exact = Run(encoder(source.tensors, source.of)[0].SerializeToString(), source).vectors(judging)
    _compare(exact, reference(folder, judging), name)
    used = [text for number, text in enumerate(texts) if number % JUDGED]
    model = encoder(source.tensors, source.of, observed(source, used, progress))[0].SerializeToString(
        deterministic=True
    )
    progress("comparing with fp32", 0.8)
    run = Run(model, source)
    measured = likeness(exact, run.vectors(judging))
    if measured["cosine_mean"] < LEAST:
        raise NotExportable(f"{name} loses too much in int8: cosine {measured['cosine_mean']} to fp32, {LEAST} needed")
    card = _card(name, source, model, measured, len(used), run.vectors([PROBE])[0])
    out.mkdir(parents=True, exist_ok=True)
    (out / MODEL).write_bytes(model)
    (out / TOKENIZER).write_bytes(source.tokenizer)
    (out / EXPORTED_CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1))
    progress("written", 1.0)
    return card


def _compare(exact: Array, theirs: Array | None, name: str) -> None:
    if theirs is not None:
        worst = float((exact * theirs).sum(1).min()) if exact.shape == theirs.shape else 0.0
        if worst < SAME:
            raise NotExportable(
                f"{name}: the graph gives other vectors than sentence-transformers (cosine {worst:.4f})"
            )


def _card(
    name: str, source: Checkpoint, model: bytes, measured: dict[str, float], calibrated: int, probed: Array
) -> EmbedderCard:
    digest = hashlib.sha256(model).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", source.of.name.lower()).strip("-") or "model"
    return EmbedderCard(
        id=f"{slug}-int8-{digest[:8]}",
        dim=source.of.dim,
        max_tokens=source.max_tokens,
        model=MODEL,
        tokenizer=TOKENIZER,
        sha256={MODEL: digest, TOKENIZER: hashlib.sha256(source.tokenizer).hexdigest()},
        source=Path(name).name,
        licence="see the model's own",
        package="",
        quantisation="int8, weights per channel, word table per word, activations balanced and batch-independent",
        calibration=f"{calibrated} texts",
        fidelity_to_fp32=measured,
        probe=PROBE,
        probe_vector=tuple([round(float(value), 5) for value in probed]),
    )
