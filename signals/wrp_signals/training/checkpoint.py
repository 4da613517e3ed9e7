"""Reads a model of sentence-transformers from its folder: weights, architecture, tokenizer. Needs no torch for
safetensors. Refuses what the ONNX graph of this package cannot express, and says what that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wrp_signals.errors import SignalError

from .bert_graph import Architecture, Array

FAMILIES = ("bert", "roberta", "xlm-roberta", "camembert", "distilbert")
"""Values of `model_type` whose layers are BERT's."""

PAD_FIRST = ("roberta", "xlm-roberta", "camembert")
"""Families whose positions begin after the padding token's id."""

DISTILBERT = {
    "transformer.layer.": "encoder.layer.",
    ".attention.q_lin.": ".attention.self.query.",
    ".attention.k_lin.": ".attention.self.key.",
    ".attention.v_lin.": ".attention.self.value.",
    ".attention.out_lin.": ".attention.output.dense.",
    ".sa_layer_norm.": ".attention.output.LayerNorm.",
    ".ffn.lin1.": ".intermediate.dense.",
    ".ffn.lin2.": ".output.dense.",
    ".output_layer_norm.": ".output.LayerNorm.",
}
"""DistilBERT's names for BERT's parts."""

PREFIXES = ("bert.", "roberta.", "distilbert.", "model.", "auto_model.", "0.auto_model.")

LONGEST = 512
"""Tokens in a window at most."""


class NotExportable(SignalError):
    """A checkpoint that cannot become an embedder of the model tier. The message says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`tensors` have BERT's names, float32. `tokenizer` is the JSON of the tokenizers library, without padding."""

    tensors: dict[str, Array]
    of: Architecture
    tokenizer: bytes
    max_tokens: int


def checkpoint(folder: Path) -> Checkpoint:
    """What is in the folder. Raises NotExportable, and ImportError where a library for its weights is missing."""
    config = _json(folder / "config.json")
    of = architecture(config, _pooling(folder), folder.name)
    tensors = named(_tensors(folder))
    missing = [name for name in _needed(of) if name not in tensors]
    if missing:
        raise NotExportable(f"{folder}: the weights have no {missing[0]} (and {len(missing) - 1} more)")
    places = len(tensors["embeddings.position_embeddings.weight"]) - of.positions
    return Checkpoint(tensors, of, trimmed_tokenizer(folder), min(_window(folder), places, LONGEST))


def architecture(config: Mapping[str, Any], pooling: Mapping[str, Any], name: str) -> Architecture:
    """Of a Hugging Face `config.json` and of what sentence-transformers says of pooling. Raises NotExportable."""
    family = config.get("model_type", "")
    activation = config.get("hidden_act", config.get("activation", "gelu"))
    refused = {
        f"it is of the family {family!r}": family not in FAMILIES,
        f"its activation is {activation!r}, not gelu": activation != "gelu",
        "its positions are relative": config.get("position_embedding_type", "absolute") != "absolute",
        "it pools neither the mean nor the first token": _mode(pooling) is None,
    }
    for reason, holds in refused.items():
        if holds:
            raise NotExportable(f"{name} cannot be exported: {reason}; sentence-transformers can still serve it")
    return Architecture(
        name=name,
        layers=int(config.get("num_hidden_layers", config.get("n_layers", 0))),
        heads=int(config.get("num_attention_heads", config.get("n_heads", 0))),
        dim=int(config.get("hidden_size", config.get("dim", 0))),
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        positions=int(config.get("pad_token_id", 1)) + 1 if family in PAD_FIRST else 0,
        pooling="cls" if _mode(pooling) == "cls" else "mean",
    )


def named(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Under BERT's names, without what the encoder does not use; as float32."""
    found = {}
    for name, value in tensors.items():
        bare = name
        for prefix in PREFIXES:
            bare = bare.removeprefix(prefix)
        for theirs, ours in DISTILBERT.items():
            bare = bare.replace(theirs, ours)
        if bare.startswith(("embeddings.", "encoder.")) and value.dtype.kind not in "iub":
            found[bare] = np.asarray(value, np.float32)
    return found


def trimmed_tokenizer(folder: Path) -> bytes:
    """The tokenizer without the fixed padding and truncation that it was saved with, as compact JSON."""
    tree = _json(folder / "tokenizer.json")
    tree["truncation"] = tree["padding"] = None
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def _mode(pooling: Mapping[str, Any]) -> str | None:
    modes = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on is True]
    known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
    named_mode = pooling.get("pooling_mode", "mean" if not modes else None)
    return known.get(modes[0]) if len(modes) == 1 else named_mode if named_mode in ("mean", "cls") else None


def _pooling(folder: Path) -> dict[str, Any]:
    """What the folder's modules say of pooling; nothing where it is a bare model, which is pooled by the mean. Raises
    NotExportable for modules that change the vector afterwards."""
    if not (folder / "modules.json").exists():
        return {}
    pooling: dict[str, Any] = {}
    for module in _json(folder / "modules.json"):
        kind = str(module["type"]).rsplit(".", 1)[-1]
        if kind == "Pooling":
            pooling = _json(folder / module["path"] / "config.json")
        elif kind not in ("Transformer", "Normalize"):
            raise NotExportable(f"{folder} cannot be exported: its module {kind} changes the vectors")
    return pooling


def _window(folder: Path) -> int:
    settings = folder / "sentence_bert_config.json"
    return int(_json(settings).get("max_seq_length") or LONGEST) if settings.exists() else LONGEST


def _needed(of: Architecture) -> list[str]:
    parts = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
    parts += ["attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"]
    names = [f"encoder.layer.{index}.{part}.weight" for index in range(of.layers) for part in parts]
    tables = ["word_embeddings", "position_embeddings", "LayerNorm"]
    return [f"embeddings.{table}.weight" for table in tables] + names


def _tensors(folder: Path) -> Mapping[str, Array]:
    for name, read in _READERS.items():
        if (folder / name).exists():
            return read(folder / name)
    raise NotExportable(f"{folder} holds no weights: none of {', '.join(_READERS)}")


def _safetensors(path: Path) -> Mapping[str, Array]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except (SafetensorError, TypeError, KeyError, AttributeError):  # a type that numpy does not have, such as bfloat16
        from safetensors.torch import load_file as load_by_torch

        return {name: value.float().numpy() for name, value in load_by_torch(path).items()}


def _torch(path: Path) -> Mapping[str, Array]:
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: value.float().numpy() for name, value in state.items()}


_READERS: dict[str, Callable[[Path], Mapping[str, Array]]] = {
    "model.safetensors": _safetensors,
    "pytorch_model.bin": _torch,
}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NotExportable(f"{path} cannot be read: {error}") from None
