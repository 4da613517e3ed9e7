"""A small encoder with random weights in a folder, as sentence-transformers would save it, and its vectors by numpy."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

LAYERS, HEADS, DIM, WIDE, PLACES = 2, 2, 32, 64, 40
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "where", "is", "my", "parcel", "i", "want", "a", "refund", "hello", "?"]
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "hidden_size": DIM,
    "intermediate_size": WIDE,
    "max_position_embeddings": PLACES,
    "vocab_size": len(WORDS),
    "layer_norm_eps": 1e-12,
}
TEXTS = [" ".join(WORDS[4 + (n * k) % 9] for k in range(1, 3 + n % 20)) for n in range(60)]
Arrays = dict[str, Any]


def tokenizer() -> Tokenizer:
    """Whole words."""
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, "[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.enable_padding(length=128)
    return made


def tensors() -> Arrays:
    """Random, under BERT's names."""
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), DIM),
        "embeddings.position_embeddings.weight": (PLACES, DIM),
        "embeddings.token_type_embeddings.weight": (2, DIM),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for role in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= {f"{at}{role}.weight": (DIM, DIM), f"{at}{role}.bias": (DIM,)}
        shapes |= {f"{at}intermediate.dense.weight": (WIDE, DIM), f"{at}intermediate.dense.bias": (WIDE,)}
        shapes |= {f"{at}output.dense.weight": (DIM, WIDE), f"{at}output.dense.bias": (DIM,)}
    found = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    norms = ["embeddings.LayerNorm"]
    norms += [f"encoder.layer.{n}.{part}.LayerNorm" for n in range(LAYERS) for part in ("attention.output", "output")]
    for norm in norms:
        found |= {
            f"{norm}.weight": rng.normal(1, 0.1, DIM).astype(np.float32),
            f"{norm}.bias": np.zeros(DIM, np.float32),
        }
    return found


def save(folder: Path, weights: Arrays | None = None, pooling: Arrays | None = None, **changes: Any) -> Path:
    """The whole model in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))
    (folder / "tokenizer.json").write_text(tokenizer().to_str())
    if pooling is not None:
        kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
        modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds.items()]
        (folder / "modules.json").write_text(json.dumps(modules))
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling/config.json").write_text(json.dumps(pooling))
    save_file(weights if weights is not None else tensors(), folder / "model.safetensors")
    return folder


def vectors(found: Arrays, texts: list[str], pooling: str = "mean", first: int = 0) -> np.ndarray:
    """What the encoder gives, written down as the paper has it (Devlin et al. 2018)."""
    words = tokenizer()
    words.no_padding()
    rows = [_vector(found, words.encode(text).ids, pooling, first) for text in texts]
    return np.stack([row / np.linalg.norm(row) for row in rows])


def _vector(found: Arrays, ids: list[int], pooling: str, first: int) -> np.ndarray:
    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ found[f"{name}.weight"].T + found[f"{name}.bias"]

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return centred / spread * found[f"{name}.weight"] + found[f"{name}.bias"]

    places = found["embeddings.position_embeddings.weight"][first : first + len(ids)]
    types = found.get("embeddings.token_type_embeddings.weight", np.zeros((1, DIM)))[0]
    x = norm(found["embeddings.word_embeddings.weight"][ids] + places + types, "embeddings.LayerNorm")
    for at in [f"encoder.layer.{n}" for n in range(LAYERS)]:
        seen = _attended(*(dense(x, f"{at}.attention.self.{role}") for role in ("query", "key", "value")))
        x = norm(dense(seen, f"{at}.attention.output.dense") + x, f"{at}.attention.output.LayerNorm")
        wide = dense(x, f"{at}.intermediate.dense")
        wide = 0.5 * wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(dense(wide, f"{at}.output.dense") + x, f"{at}.output.LayerNorm")
    return x[0] if pooling == "cls" else x.mean(0)


def _attended(query: np.ndarray, key: np.ndarray, value: np.ndarray) -> np.ndarray:
    heads = []
    for q, k, v in zip(*(np.split(part, HEADS, -1) for part in (query, key, value)), strict=True):
        scores = np.exp(q @ k.T / math.sqrt(DIM // HEADS))
        heads.append(scores / scores.sum(-1, keepdims=True) @ v)
    return np.concatenate(heads, -1)
