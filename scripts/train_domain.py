"""Trains the domain head that ships: MMLU-Pro's fourteen categories, code and conversation.

    pip install scikit-learn 'wrp-router[model]'
    python scripts/train_domain.py --data DATA

Multinomial logistic regression over the shipped embedder's vectors, five folds grouped by question, temperature scaled
on what the folds held out. Only permissively licensed text trains it (SOURCES). Writes the weights and their card.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from wrp_signals.card import DOMAIN_CARD, EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import OnnxEmbedder, minilm

OUT = Path(__file__).parent.parent / "signals" / "wrp_signals" / "weights"
WEIGHTS = "domain.f32"
MMLU_PRO = "route_mmlu_pro/questions.jsonl.gz"
SOURCES = (
    "MMLU-Pro question texts (TIGER-Lab, MIT): fourteen categories",
    "MBPP task texts and programs (Google, CC-BY-4.0): code",
    "Arena-Hard v0.1 prompts of programming clusters (LMSYS, Apache-2.0): code",
    "CLINC150 queries, five per intent (Larson et al. 2019, CC-BY-3.0): conversation",
)
PROGRAMMING = re.compile(
    r"Python|Rust|Kotlin|SQL|React|Node\.js|Django|Flask|Docker|Kubernetes|CSS|VBA|Laravel|TypeScript|JavaScript|PHP|HLSL"
    r"|HDL|CUDA|JAX|Pandas|Matplotlib|Scraping|Awk|C\+\+|Swift|WPF|Tkinter|Streamlit|Gradio|Shiny|Discord|Android|Regex"
    r"|Fibonacci|Linked List|Deobfuscation|Web Development|Mocking|Automated Testing|Cron|Databricks|Symfony|Odoo|NixOS"
    r"|Assembly|Roblox|Autoencoder|Monads|Concurrency|String Reversal|Calculating Pi|Console Code|Factorial|Tidyverse"
)
PENALTIES = (1.0, 3.0, 10.0, 30.0)  # scikit-learn's C: weaker regularisation to the right
FOLDS = 5
BINS = 15


class Sample(NamedTuple):
    text: str
    category: str
    group: str


def rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def stem(text: str) -> str:
    """What makes two questions the same: letters and digits of the beginning."""
    return "".join(filter(str.isalnum, text.lower()))[:160]


def samples(data: Path) -> list[Sample]:
    found = [Sample(r["question"], r["category"], stem(r["question"])) for r in rows(data / MMLU_PRO)]
    for index, r in enumerate(rows(data / "prompts_code_math/mbpp.jsonl.gz")):
        text = r["text"] if index % 3 else r["code"]
        found.append(Sample(text, "code", stem(text)))
    arena = rows(data / "prompts_arena_hard/v0.1_question.jsonl.gz")
    programming = (r for r in arena if PROGRAMMING.search(r["cluster"]))
    found += [Sample(r["prompt"], "code", "arena " + r["cluster"]) for r in programming]
    taken: dict[str, int] = {}
    for r in rows(data / "cls_clinc150/train.jsonl.gz"):
        taken[r["intent"]] = taken.get(r["intent"], 0) + 1
        if taken[r["intent"]] <= 5:
            found.append(Sample(r["text"], "conversation", "clinc " + r["intent"]))
    return found


def shipped_embedder() -> OnnxEmbedder:
    card = embedder_card(weights(EMBEDDER_CARD))
    return minilm(weights(EMBEDDER_CARD), weights(card.model), weights(card.tokenizer))


def fitted(vectors: Any, labels: Any, penalty: float) -> LogisticRegression:
    return LogisticRegression(C=penalty, max_iter=2000).fit(vectors, labels)


def held_out(vectors: Any, labels: Any, groups: Any, penalty: float) -> tuple[Any, Any]:
    """Logits of every sample by the fold that did not train on its question: (float[n, classes], fold of each)."""
    logits = np.zeros((len(labels), len(set(labels))))
    folds = np.zeros(len(labels), int)
    for number, (train, test) in enumerate(
        GroupKFold(FOLDS, shuffle=True, random_state=0).split(vectors, labels, groups)
    ):
        logits[test] = fitted(vectors[train], labels[train], penalty).decision_function(vectors[test])
        folds[test] = number
    return logits, folds


def softmax(logits: Any, temperature: float) -> Any:
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return powers / powers.sum(1, keepdims=True)


def best_temperature(logits: Any, truth: Any) -> float:
    """Least negative log likelihood on held-out logits (Guo et al. 2017)."""
    tried = np.geomspace(0.3, 3.0, 200)
    losses = [-np.log(softmax(logits, t)[np.arange(len(truth)), truth]).mean() for t in tried]
    return float(tried[int(np.argmin(losses))])


def calibration_error(probabilities: Any, truth: Any) -> float:
    """Expected calibration error of the top class over BINS equal bins."""
    top, right = probabilities.max(1), probabilities.argmax(1) == truth
    bins = np.minimum((top * BINS).astype(int), BINS - 1)
    gaps = [abs(right[bins == b].mean() - top[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def thresholds(probabilities: Any, truth: Any) -> dict[str, Any]:
    """For `unknown_below`: the share that is still answered, and how often that answer is right."""
    top, right = probabilities.max(1), probabilities.argmax(1) == truth
    kept = {f"{at:.1f}": top >= at for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)}
    return {at: {"answered": rounded(k.mean()), "right": rounded(right[k].mean())} for at, k in kept.items()}


def rounded(value: Any) -> float:
    return round(float(value), 3)


def report(logits: Any, folds: Any, truth: Any, classes: list[str], temperature: float) -> dict[str, Any]:
    """Everything on samples whose question was not trained on. The temperature of a fold comes from the other folds."""
    probabilities = np.zeros_like(logits)
    for fold in range(FOLDS):
        test = folds == fold
        probabilities[test] = softmax(logits[test], best_temperature(logits[~test], truth[~test]))
    guesses = probabilities.argmax(1)
    fourteen = [i for i, name in enumerate(classes) if name not in ("code", "conversation")]
    academic = np.isin(truth, fourteen)
    per_fold = [f1_score(truth[folds == f], guesses[folds == f], average="macro") for f in range(FOLDS)]
    by_class = f1_score(truth, guesses, average=None)
    return {
        "samples": len(truth),
        "folds": FOLDS,
        "macro_f1": rounded(f1_score(truth, guesses, average="macro")),
        "macro_f1_per_fold": [rounded(f) for f in per_fold],
        "accuracy": rounded((guesses == truth).mean()),
        "macro_f1_mmlu_pro": rounded(np.mean([by_class[i] for i in fourteen])),
        "accuracy_mmlu_pro": rounded((guesses == truth)[academic].mean()),
        "calibration_error": rounded(calibration_error(probabilities, truth)),
        "calibration_error_without_temperature": rounded(calibration_error(softmax(logits, 1.0), truth)),
        "temperature": rounded(temperature),
        "f1": {name: rounded(f) for name, f in zip(classes, by_class, strict=True)},
        "thresholds": thresholds(probabilities, truth),
    }


def write(out: Path, head: Any, temperature: float, embedder: OnnxEmbedder, measured: dict[str, Any]) -> None:
    table = np.concatenate([head.coef_, head.intercept_[:, None]], 1) / temperature
    data = np.ascontiguousarray(table, "<f4").tobytes()
    digest = hashlib.sha256(data).hexdigest()
    card = {
        "id": f"domain-{digest[:8]}",
        "embedder": embedder.id,
        "dim": embedder.dim,
        "classes": list(head.classes_),
        "weights": WEIGHTS,
        "sha256": digest,
        "sources": SOURCES,
        "report": measured,
    }
    (out / WEIGHTS).write_bytes(data)
    (out / DOMAIN_CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    found = samples(args.data)
    embedder = shipped_embedder()
    vectors = embedder.embed([sample.text for sample in found])
    labels = np.array([sample.category for sample in found])
    groups = np.array([sample.group for sample in found])
    classes, truth = np.unique(labels, return_inverse=True)
    tried = {penalty: held_out(vectors, labels, groups, penalty) for penalty in PENALTIES}
    scores = {p: f1_score(truth, logits.argmax(1), average="macro") for p, (logits, _) in tried.items()}
    penalty = max(scores, key=scores.__getitem__)
    logits, folds = tried[penalty]
    temperature = best_temperature(logits, truth)
    measured = report(logits, folds, truth, list(classes), temperature)
    measured["penalty"] = {"chosen": penalty, "macro_f1": {str(p): rounded(s) for p, s in scores.items()}}
    write(args.out, fitted(vectors, labels, penalty), temperature, embedder, measured)


if __name__ == "__main__":
    main()
