"""What the domain head learns from: questions and prompts, all permissively licensed, each with its category."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wrp_signals.training.folds import stem

SOURCES = (
    "MMLU-Pro question texts (TIGER-Lab, MIT): fourteen categories",
    "MMLU question texts as in RouteLLM (Hendrycks et al., MIT): fourteen categories, by subject",
    "MBPP task texts and programs (Google, CC-BY-4.0): code",
    "Arena-Hard v0.1 prompts (LMSYS, Apache-2.0): by the topic of their cluster",
    "CLINC150 queries, five per intent (Larson et al. 2019, CC-BY-3.0): conversation",
    "BANKING77 queries, three per intent (PolyAI, CC-BY-4.0): conversation",
    "GSM8K questions, 300 (OpenAI, MIT): math",
    "MATH and TriviaQA questions as in LLMRouter (ulab-uiuc, MIT): math, other",
)
EXAMS = ("mmlu-pro", "mmlu")
BASIC = (*EXAMS, "mbpp", "arena code", "clinc150")
"""The sources that the head would have without those that were added against overconfidence."""

SUBJECTS = {
    "biology": "college_biology high_school_biology",
    "business": "business_ethics management marketing",
    "chemistry": "college_chemistry high_school_chemistry",
    "computer science": "college_computer_science computer_security high_school_computer_science machine_learning",
    "economics": "econometrics high_school_macroeconomics high_school_microeconomics",
    "engineering": "electrical_engineering",
    "health": "anatomy clinical_knowledge college_medicine human_aging medical_genetics nutrition "
    "professional_medicine virology",
    "history": "high_school_european_history high_school_us_history high_school_world_history prehistory",
    "law": "international_law jurisprudence professional_law",
    "math": "abstract_algebra college_mathematics elementary_mathematics high_school_mathematics "
    "high_school_statistics",
    "other": "global_facts high_school_geography high_school_government_and_politics human_sexuality miscellaneous "
    "professional_accounting public_relations security_studies sociology us_foreign_policy",
    "philosophy": "formal_logic logical_fallacies moral_disputes philosophy world_religions",
    "physics": "astronomy college_physics conceptual_physics high_school_physics",
    "psychology": "high_school_psychology professional_psychology",
}
"""MMLU-Pro's categories, by the MMLU subjects that it made them of."""

PROGRAMMING = (
    "Python/Rust/Kotlin/SQL/React/Node.js/Django/Flask/Docker/Kubernetes/CSS/VBA/Laravel/TypeScript/JavaScript/PHP/"
    "HLSL/HDL/CUDA/JAX/Pandas/Matplotlib/Scraping/Awk/C++/Swift/WPF/Tkinter/Streamlit/Gradio/Shiny/Discord/Android/"
    "Regex/Fibonacci/Linked List/Deobfuscation/Web Development/Mocking/Automated Testing/Cron/Databricks/Symfony/"
    "Odoo/NixOS/Assembly/Roblox/Autoencoder/Monads/Concurrency/String Reversal/Calculating Pi/Console Code/"
    "Factorial/Tidyverse"
)
"""Words in the names of Arena-Hard's clusters that are about programming."""

CLUSTERS = {
    "math": "Advanced Algebra/Mathematical Problem/Ticket Pricing/Computing Standard Deviation/Consecutive Draws/Dice "
    "Probability/Math Problems/Perfect Number/Probability Distributions/Square Root Irrationality/Real Analysis/"
    "Sample Size/Triangle Geometry/Train Time/Transaction Puzzles",
    "business": "Startup Business/Business Operations/CIO Biotech/Digital Advertising/Business Accounting/Finance and "
    "Banking/Enterprise Operations/Grocery Industry/Online Market Models/Investment Growth/Marketing Strategy/Options "
    "Trading/Product Reinvention/Profitability/SEO for/Sales and Client/Stock Market/Agile Scrum",
    "economics": "Econometrics",
    "health": "Medical Conditions/Healthy Meal",
    "physics": "Circular Motion/Electromagnetic/Water Waves",
    "engineering": "ISO 26262/Kalman Filter/Axles, Molding/Sensor and Radar/Solar Power/Signal Direction",
    "computer science": "Batch Size/Cryptography, Hashing/Gradient Descent/Deep Tech/Machine Learning Evaluation/IP "
    "Subnets/Attention Mechanism/LLM Evaluation/Retrieval-Augmented/Generative AI/YOLO/JPEG/Cybersecurity/WiFi "
    "Security/Network Configuration/GPU Performance/LLM VRAM",
    "philosophy": "Philosophy & Theology",
    "history": "Historical and Modern",
    "other": "Trading Card/RPG/Chess Strategy/Baking and/Endurance Race/Guitar Chord/ABC Sequence/Lojban/Longest Words/"
    "Semantic Etymology/Rubik/Climate Change/Weather Forecast/Library Science/Teaching & Learning/Debate Preparation/"
    "Preppers",
}
"""Categories of Arena-Hard's other clusters, by parts of their names. Clusters about nothing in particular are out."""

MBPP_PROGRAMS = 3
"""Every third of MBPP's tasks is shown as its program."""

PER_CLINC_INTENT, PER_BANKING_INTENT, GSM8K_QUESTIONS = 5, 3, 300


class Sample(NamedTuple):
    """`group` is what folds never part; `source` is where it comes from."""

    text: str
    category: str
    group: str
    source: str


def samples(data: Path) -> list[Sample]:
    """All of them, MMLU without what also stands in MMLU-Pro. Raises FileNotFoundError where a set is missing."""
    found = [
        Sample(row["question"], row["category"], stem(row["question"]), "mmlu-pro")
        for row in rows(data / "route_mmlu_pro/questions.jsonl.gz")
    ]
    known = {sample.group for sample in found}
    found += [sample for sample in mmlu(data) if sample.group not in known]
    return [*found, *programs(data), *arena(data), *talk(data), *sums_and_trivia(data)]


def mmlu(data: Path) -> Iterator[Sample]:
    """MMLU's questions, without their options."""
    category = {subject: name for name, subjects in SUBJECTS.items() for subject in subjects.split()}
    for row in rows(data / "route_routellm/mmlu_gsm8k.jsonl.gz"):
        if row["subject"] in category:
            text = row["prompt"].split("\nA. ")[0]
            yield Sample(text, category[row["subject"]], stem(text), "mmlu")


def programs(data: Path) -> Iterator[Sample]:
    """MBPP's tasks, some as text and some as program; one group per task."""
    for index, row in enumerate(rows(data / "prompts_code_math/mbpp.jsonl.gz")):
        text = row["text"] if index % MBPP_PROGRAMS else row["code"]
        yield Sample(text, "code", stem(row["text"]), "mbpp")


def arena(data: Path) -> Iterator[Sample]:
    """Arena-Hard's prompts of clusters whose topic is clear; one group per cluster."""
    for row in rows(data / "prompts_arena_hard/v0.1_question.jsonl.gz"):
        cluster = row["cluster"]
        if any(word in cluster for word in PROGRAMMING.split("/")):
            yield Sample(row["prompt"], "code", f"arena {cluster}", "arena code")
            continue
        category = next((name for name, parts in CLUSTERS.items() if any(p in cluster for p in parts.split("/"))), None)
        if category is not None:
            yield Sample(row["prompt"], category, f"arena {cluster}", "arena topics")


def talk(data: Path) -> Iterator[Sample]:
    """What people say to an assistant; one group per intent."""
    clinc = [(row["intent"], row["text"]) for row in rows(data / "cls_clinc150/train.jsonl.gz")]
    yield from _some(clinc, PER_CLINC_INTENT, "clinc150")
    with gzip.open(data / "cls_banking77/train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        banking = [(row["category"], row["text"]) for row in csv.DictReader(file)]
    yield from _some(banking, PER_BANKING_INTENT, "banking77")


def _some(texts: list[tuple[str, str]], most: int, source: str) -> Iterator[Sample]:
    taken: dict[str, int] = {}
    for intent, text in texts:
        taken[intent] = taken.get(intent, 0) + 1
        if taken[intent] <= most:
            yield Sample(text, "conversation", f"{source} {intent}", source)


def sums_and_trivia(data: Path) -> Iterator[Sample]:
    """School sums, competition mathematics, quiz questions."""
    gsm8k = rows(data / "prompts_code_math/gsm8k_train.jsonl.gz")
    for row, _ in zip(gsm8k, range(GSM8K_QUESTIONS), strict=False):
        yield Sample(row["question"], "math", stem(row["question"]), "gsm8k")
    wanted = {"math": "math", "trivia_qa": "other"}
    for row in rows(data / "route_llmrouter9/llmrouter_9models.jsonl.gz"):
        if row["task"] in wanted:
            yield Sample(row["question"], wanted[row["task"]], stem(row["question"]), row["task"])


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
