"""Recorded outcomes of the development data as lines for `wrp eval routing`, each set with the fields that it has.

    python bench/routing_data.py --data DATA SET > outcomes.jsonl

None of the sets is ours to redistribute; who has the folders gets the same lines.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Line = dict[str, Any]

WEAK, STRONG = "mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview"
SMALL, LARGE = "Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-70B-Instruct"

ANSWER = 300
"""Tokens that an answer is taken to have where nobody counted: prices there are for a million tokens."""


def rows(path: Path) -> Iterator[Any]:
    """A packed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def routellm(data: Path, benchmark: str) -> Iterator[Line]:
    """RouteLLM's evaluation: which of two models was right. No costs; categories are MMLU's subjects."""
    for row in rows(data / "route_routellm" / "mmlu_gsm8k.jsonl.gz"):
        if row["benchmark"] == benchmark:
            scores = {WEAK: row["weak"], STRONG: row["strong"]}
            yield {"prompt": row["prompt"], "scores": scores, "category": row.get("subject")}


def mmlu_pro(data: Path, models: tuple[str, ...] = (SMALL, LARGE)) -> Iterator[Line]:
    """MMLU-Pro, and which of any models (by their columns) were right. No costs; fourteen categories."""
    folder = data / "route_mmlu_pro"
    with gzip.open(folder / "correct_matrix.csv.gz", "rt", encoding="utf-8", newline="") as file:
        right = {row["question_id"]: row for row in csv.DictReader(file)}
    for row in rows(folder / "questions.jsonl.gz"):
        known = right.get(str(row["question_id"]), {})
        scores = {model: float(known[model]) for model in models if known.get(model)}
        if scores:
            options = "\n".join(f"{chr(65 + at)}. {option}" for at, option in enumerate(row["options"]))
            yield {"prompt": f"{row['question']}\n{options}", "scores": scores, "category": row["category"]}


def llmrouter9(data: Path) -> Iterator[Line]:
    """Nine open models on eleven tasks. Costs are list prices times tokens: a prompt's characters by four, and as many
    for every answer, as nobody counted them; so models differ in price alone. `task` is the data set's own name."""
    folder = data / "route_llmrouter9"
    listed = json.loads((folder / "default_llm.json").read_text(encoding="utf-8"))
    for row in rows(folder / "llmrouter_9models.jsonl.gz"):
        asked = len(row["question"]) / 4
        cost = {
            model: (listed[model]["input_price"] * asked + listed[model]["output_price"] * ANSWER) / 1e6
            for model in row["scores"]
        }
        yield {"prompt": row["question"], "scores": row["scores"], "cost": cost, "task": row["task"]}


def routerbench(data: Path) -> Iterator[Line]:
    """Eleven models on ARC, MBPP and Winogrande with what each answer really cost."""
    for row in rows(data / "route_routerbench_subset" / "routerbench_arc_mbpp_winogrande.jsonl.gz"):
        yield {"prompt": row["prompt"], "scores": row["score"], "cost": row["cost"], "task": row["task"]}


SETS: Mapping[str, Callable[[Path], Iterator[Line]]] = {
    "routellm-mmlu": lambda data: routellm(data, "mmlu"),
    "routellm-gsm8k": lambda data: routellm(data, "gsm8k"),
    "mmlu-pro": mmlu_pro,
    "llmrouter9": llmrouter9,
    "routerbench": routerbench,
}


def written(name: str, data: Path, path: Path) -> int:
    """Writes a set's lines; how many there are: a copy of the data may lack some."""
    lines = [json.dumps(line) for line in SETS[name](data)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("set", choices=SETS)
    asked = parser.parse_args()
    for line in SETS[asked.set](asked.data):
        sys.stdout.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    main()
