"""The development data as files for `wrp eval`, and as tasks for the plain pipeline: the same lines for both."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from signal_costs import text_of

from wrp_signals.training.folds import grouped_folds, stem
from wrp_signals.training.jailbreak import HARMFUL, OVER_DEFENCE, TASK
from wrp_signals.training.jailbreak_texts import SEEDS, texts

EXAMPLES = 10
FAILING = "Meta-Llama-3_1-8B-Instruct"
MMLU_PRO = "route_mmlu_pro"


def rows(path: Path) -> list[dict[str, Any]]:
    """A packed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def table(path: Path) -> list[dict[str, str]]:
    """A packed CSV file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def questions(data: Path, sample: int | None) -> dict[str, Any]:
    """MMLU-Pro, folds grouped by the beginning of the question."""
    found = rows(data / MMLU_PRO / "questions.jsonl.gz")
    random.Random(0).shuffle(found)
    found = found[:sample]
    folds = grouped_folds([stem(row["question"]) for row in found])
    return {
        "texts": [row["question"] for row in found],
        "labels": [row["category"] for row in found],
        "folds": folds.tolist(),
        "ids": [str(row["question_id"]) for row in found],
    }


def failures(data: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """The same questions, and which of them an 8B model got wrong."""
    right = {row["question_id"]: row[FAILING] for row in table(data / MMLU_PRO / "correct_matrix.csv.gz")}
    kept = [i for i, id in enumerate(asked["ids"]) if right.get(id)]
    picked = {name: [asked[name][i] for i in kept] for name in ("texts", "folds")}
    return picked | {"fails": [1 - int(float(right[asked["ids"][i]])) for i in kept]}


def intents(data: Path, seed: int = 0) -> dict[str, Any]:
    """CLINC150: ten training examples of every intent; its validation set; what is out of scope."""
    folder = data / "cls_clinc150"
    found: dict[str, list[str]] = {}
    for row in rows(folder / "train.jsonl.gz"):
        found.setdefault(row["intent"], []).append(row["text"])
    draw = random.Random(seed)
    asked = rows(folder / "val.jsonl.gz")
    return {
        "examples": {name: draw.sample(texts, EXAMPLES) for name, texts in found.items()},
        "texts": [row["text"] for row in asked],
        "labels": [row["intent"] for row in asked],
        "strange": [row["text"] for name in ("oos_train", "oos_val") for row in rows(folder / f"{name}.jsonl.gz")],
    }


def attacks(data: Path) -> dict[str, Any]:
    """Attacks and what only looks like some, in folds of whole sources: the texts and folds by which the head's own
    report judges it, but for the ones that were written for it."""
    found = [one for one in texts(data) if one.fold != SEEDS]
    return {
        "texts": [one.text for one in found],
        "labels": [int(one.label) for one in found],
        "folds": [one.fold for one in found],
        "trains": [one.trains for one in found],
        "judges": [one.source not in (*TASK, HARMFUL) for one in found],
        "alike": [one.source in OVER_DEFENCE for one in found],
    }


def tasks(data: Path | None, sample: int | None) -> dict[str, Any]:
    """All that the plain pipeline is asked; without data its speed only."""
    speed = {"texts": {str(tokens): text_of(tokens) for tokens in (16, 64, 128)}}
    if data is None:
        return {"speed": speed}
    asked = questions(data, sample)
    return {
        "speed": speed,
        "domain": asked,
        "difficulty": failures(data, asked),
        "intent": intents(data),
        "attacks": attacks(data),
    }


def personal(data: Path, out: Path) -> Path:
    """Texts with the spans of personal data in them."""
    found = rows(data / "sec_pii/presidio_generated_large.jsonl.gz") + rows(data / "sec_pii/presidio_synth_v2.jsonl.gz")
    return write(out / "pii.jsonl", ({"text": row["text"], "spans": row["spans"]} for row in found))


def languages(data: Path, out: Path, unit: str) -> Path:
    """Texts of 75 languages: sentences, pairs of words or single words."""
    found = [row for row in table(data / "cls_language_id/lingua_75lang.csv.gz") if row["unit"] == unit]
    return write(out / f"language-{unit}.jsonl", ({"text": row["text"], "label": row["lang"]} for row in found))


def declared(task: dict[str, Any], out: Path) -> tuple[Path, Path]:
    """The intents' examples, and what is asked of them."""
    pairs = ((name, text) for name, texts in task["examples"].items() for text in texts)
    examples = write(out / "examples.jsonl", ({"label": name, "text": text} for name, text in pairs))
    asked = [*zip(task["texts"], task["labels"], strict=True), *((text, "oos") for text in task["strange"])]
    return examples, write(out / "intents.jsonl", ({"text": text, "label": label} for text, label in asked))
