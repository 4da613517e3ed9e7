"""A little of every set that questions are learned from, in the files that the loaders read."""

import csv
import gzip
import io
import json
from pathlib import Path

from wrp_signals.training.complexity_texts import JUDGED, SMALL

MODELS = ("A-7B", JUDGED, "Z-70B")
EASY, HARD = "Name the colour of thing number {}", "Prove that the integral of x^{} \\cdot e^x converges"
"""The questions that the small model answers, and those that it fails."""


def exam() -> list[dict[str, object]]:
    """MMLU-Pro: twelve easy questions about history, twelve hard ones about math, and one without results."""
    found = [(EASY, "history"), (HARD, "math")]
    rows = [(form.format(number), category) for number in range(12) for form, category in found]
    rows.append(("Nobody tried this", "history"))
    return [{"question_id": number, "question": text, "category": name} for number, (text, name) in enumerate(rows)]


def results() -> list[list[str]]:
    """Rows of the exam's results, the hard questions failed; Z-70B was not asked the first, nobody the last."""
    right = [["1" if number % 2 == 0 else "0"] * 3 for number in range(24)]
    right[0][2] = ""
    rows = [[str(number), "x", *row] for number, row in enumerate([*right, ["1", "", "1"]])]
    return [["question_id", "category", *MODELS], *rows]


def tried(text: str, task: str, *right: int) -> dict[str, object]:
    """A row of LLMRouter, with whether each small model was right."""
    return {"question": text, "task": task, "scores": dict(zip(SMALL, right, strict=False))}


SETS: dict[str, list[dict[str, object]]] = {
    "route_mmlu_pro/questions": exam(),
    "route_routellm/mmlu_gsm8k": [
        {"prompt": f"{EASY.format(0).upper()}?\nA. red\nB. blue", "subject": "prehistory", "weak": 1},
        {"prompt": "Who ruled Rome\nA. Nero\nB. Plato", "subject": "prehistory", "weak": 1},
        {"prompt": "Which groups are cyclic\nA. all\nB. some", "subject": "abstract_algebra", "weak": 0},
        {"prompt": "Tom has 3 apples", "subject": "gsm8k", "weak": 0},
    ],
    "prompts_code_math/mbpp": [{"text": f"Write function {n}", "code": f"def f{n}(): pass"} for n in range(4)],
    "prompts_arena_hard/v0.1_question": [
        {"prompt": "Fix my loop", "cluster": "Python Loops"},
        {"prompt": "Plan a launch", "cluster": "Startup Business Ideas"},
        {"prompt": "Anything", "cluster": "Nothing in Particular"},
    ],
    "cls_clinc150/train": [{"text": f"hello {n}", "intent": "greeting"} for n in range(7)]
    + [{"text": "bye", "intent": "goodbye"}],
    "prompts_code_math/gsm8k_train": [{"question": f"Tom has {n} apples and eats one"} for n in range(303)],
    "route_llmrouter9/llmrouter_9models": [
        tried("Solve x^2 = 4", "math", 0, 0, 1, 1),
        tried("Who sang it", "trivia_qa", 1, 1, 1, 0),
        tried("Who lives next door", "logic", 1, 1),
    ],
}


def put(folder: Path, *empty: str) -> Path:
    """Writes the sets into a folder, some of them without rows."""
    for name, rows in SETS.items():
        lines = [] if name in empty else [json.dumps(row) + "\n" for row in rows]
        _write(folder / f"{name}.jsonl.gz", "".join(lines))
    _write(folder / "route_mmlu_pro/correct_matrix.csv.gz", _table(results()))
    banking = [["text", "category"], *([f"my card {number}", "lost"] for number in range(5))]
    _write(folder / "cls_banking77/train.csv.gz", _table(banking))
    return folder


def _table(rows: list[list[str]]) -> str:
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    return table.getvalue()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))
