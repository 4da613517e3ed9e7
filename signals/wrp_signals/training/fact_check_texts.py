"""What the head for fact-check need learns from: questions by the set they stand in, and requests made from frames.

The labels are weak: nobody read each text. What is asked in quizzes and exams on facts needs them; programming, sums,
stories, editing, commands and small talk do not.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

FRAMES = "fact_check_frames.txt"
PER_GROUP, PER_FRAME = 350, 14
"""At most so many texts of one group of a set; and requests made from each frame."""

_FACTS = """anatomy astronomy clinical_knowledge global_facts high_school_geography high_school_government_and_politics
high_school_world_history human_aging human_sexuality international_law medical_genetics miscellaneous nutrition
prehistory security_studies sociology us_foreign_policy virology world_religions"""
FACTS = frozenset(_FACTS.split())
SUMS = frozenset(("abstract_algebra", "college_mathematics", "elementary_mathematics", "high_school_mathematics"))
EXAMS = {name: True for name in ("biology", "economics", "health", "history", "law", "philosophy", "psychology")}
TASKS = {"natural_qa": True, "trivia_qa": True, "arc_challenge": True, "openbook_qa": True} | dict.fromkeys(
    ("mbpp", "gsm8k", "math", "commongen", "agentverse-logicgrid"), False
)
ASKS = {name: True for name in ("international_visa", "vaccines", "nutrition_info", "calories", "definition")}
COMMANDS = frozenset(("small_talk", "home", "meta"))
SOURCES = (
    "MMLU-Pro (MIT): exam questions by category",
    "MMLU (MIT), as carried by RouteLLM (Apache-2.0): exam questions by subject",
    "LLMRouter's collection (MIT): Natural Questions, TriviaQA, ARC, OpenBookQA, MBPP, GSM8K, MATH, CommonGen, puzzles",
    "CLINC150 (CC-BY-3.0): small talk and commands; questions on visa, vaccines, food, words; out-of-scope questions",
    "requests made from frames of our own",
)


class Labelled(NamedTuple):
    """`group`: the set and its part, for folds that leave whole groups out."""

    text: str
    needed: bool
    group: str


def labelled(data: Path, rng: random.Random) -> list[Labelled]:
    """All texts, at most PER_GROUP of a group, those made from frames besides. Raises FileNotFoundError where `data` is
    not the folder of the data sets."""
    groups: dict[str, list[Labelled]] = {}
    for one in _read(data):
        groups.setdefault(one.group, []).append(one)
    kept = [one for group in groups.values() for one in rng.sample(group, min(PER_GROUP, len(group)))]
    return [*kept, *made(rng)]


def made(rng: random.Random) -> list[Labelled]:
    """Requests from frames, each frame filled PER_FRAME times, some in lower case and without question marks."""
    parts = _frames()
    fill = {"t": parts.pop("topics"), "u": parts["topics_again"], "c": parts.pop("code"), "s": parts.pop("sentences")}
    parts.pop("topics_again")
    found: dict[str, Labelled] = {}
    for group, frames in parts.items():
        for frame in frames:
            for _ in range(PER_FRAME if "{" in frame else 3):
                text = _varied(_filled(frame, fill, rng), rng)
                found[text] = Labelled(text, group.startswith("yes"), f"own {group}")
    return list(found.values())


def _frames() -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    name = ""
    for line in (resources.files("wrp_signals.training") / FRAMES).read_text("utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            parts.setdefault(name, []).extend(line.split("|"))
    return parts | {"topics_again": parts["topics"]}


def _filled(frame: str, fill: dict[str, list[str]], rng: random.Random) -> str:
    for name, choices in fill.items():
        while f"{{{name}}}" in frame:
            frame = frame.replace(f"{{{name}}}", rng.choice(choices), 1)
    while "{n}" in frame:
        frame = frame.replace("{n}", str(rng.choice((2, 3, 5, 7, 10, 12, 15, 20, 24, 60, 144, 1900, 1945))), 1)
    return frame


def _varied(text: str, rng: random.Random) -> str:
    if rng.random() < 0.2:
        text = rng.choice(("please ", "can you ", "could you please ", "hi, ", "hey ", "I want you to ")) + text
    if rng.random() < 0.6:
        text = text[0].upper() + text[1:]
    return text.rstrip("?.") if rng.random() < 0.3 else text


def _read(data: Path) -> Iterator[Labelled]:
    for row in _lines(data / "route_mmlu_pro" / "questions.jsonl.gz"):
        if row["category"] in EXAMS or row["category"] == "math":
            yield Labelled(row["question"], row["category"] != "math", f"mmlu-pro {row['category']}")
    for row in _lines(data / "route_routellm" / "mmlu_gsm8k.jsonl.gz"):
        if row["subject"] in FACTS or row["subject"] in SUMS:
            kind = "facts" if row["subject"] in FACTS else "sums"
            yield Labelled(row["prompt"].split("\nA. ")[0], kind == "facts", f"mmlu {kind}")
    for row in _lines(data / "route_llmrouter9" / "llmrouter_9models.jsonl.gz"):
        if row["task"] in TASKS:
            yield Labelled(row["question"], TASKS[row["task"]], f"llmrouter {row['task']}")
    for row in _lines(data / "cls_clinc150" / "train.jsonl.gz"):
        if row["intent"] in ASKS or row["domain"] in COMMANDS:
            needed = row["intent"] in ASKS
            yield Labelled(row["text"], needed, f"clinc150 {'asks' if needed else row['domain']}")
    for row in _lines(data / "cls_clinc150" / "oos_train.jsonl.gz"):
        yield Labelled(row["text"], True, "clinc150 out of scope")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
