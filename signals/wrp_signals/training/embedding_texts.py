"""The texts that the static tier is distilled on: permissively licensed ones, by family. It embeds nothing."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.static import CONTINUED
from wrp_signals.words import words_of

CUT = 600
"""Characters of a text that are read: the teacher's window is hardly longer."""

OPTIONS, SPANS = 20_000, 30_000
SPAN = (3, 14)
"""Options of exam questions, and runs of 3 to 14 words out of longer texts, that are texts of their own."""

TRIES = 20
"""Draws for each run: short texts give none."""

SPANNED = ("mmlupro", "routellm", "llmrouter9", "arena", "bipia", "gsm8k", "pii")
PAIRS, PAIR_COUNT = 16_000, 6
"""Pairs of neighbouring words in the table at most, and the texts that must have one."""

QUESTIONS = "route_mmlu_pro/questions.jsonl.gz"


class Source(NamedTuple):
    """Files of one family, the fields that hold texts, which lines, and the words that the card says of it."""

    files: tuple[str, ...]
    fields: tuple[str, ...]
    credit: str
    every: int = 1


SOURCES: Mapping[str, Source] = {
    "mmlupro": Source((QUESTIONS,), ("question",), "MMLU-Pro questions and options (TIGER-Lab, MIT)"),
    "routellm": Source(
        ("route_routellm/mmlu_gsm8k.jsonl.gz",), ("prompt",), "MMLU and GSM8K prompts in RouteLLM (MIT, Apache-2.0)"
    ),
    "llmrouter9": Source(
        ("route_llmrouter9/llmrouter_9models.jsonl.gz",), ("question",), "LLMRouter's questions (ulab-uiuc, MIT)"
    ),
    "routerbench": Source(
        ("route_routerbench_subset/routerbench_arc_mbpp_winogrande.jsonl.gz",),
        ("prompt",),
        "RouterBench prompts (withmartian, MIT)",
    ),
    "clinc": Source(
        tuple(f"cls_clinc150/{part}.jsonl.gz" for part in ("train", "val", "oos_train", "oos_val")),
        ("text",),
        "CLINC150 queries (Larson et al. 2019, CC-BY-3.0)",
    ),
    "banking": Source(("cls_banking77/train.csv.gz",), ("text",), "BANKING77 queries (PolyAI, CC-BY-4.0)"),
    "gsm8k": Source(("prompts_code_math/gsm8k_train.jsonl.gz",), ("question",), "GSM8K questions (OpenAI, MIT)", 2),
    "mbpp": Source(("prompts_code_math/mbpp.jsonl.gz",), ("text", "code"), "MBPP tasks (Google, CC-BY-4.0)"),
    "arena": Source(("prompts_arena_hard/v0.1_question.jsonl.gz",), ("prompt",), "Arena-Hard v0.1 (LMSYS, Apache-2.0)"),
    "bipia": Source(
        tuple(f"sec_injection/bipia_{part}_train.jsonl.gz" for part in ("email", "table", "code")),
        ("context",),
        "BIPIA contexts, without attacks (Microsoft, MIT)",
    ),
    "pii": Source(
        tuple(f"sec_pii/{part}.jsonl.gz" for part in ("presidio_synth_v2", "presidio_generated_large")),
        ("text",),
        "presidio-research synthetic sentences (Microsoft, MIT)",
    ),
}


def rows_in(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a gzipped JSONL or CSV file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file) if ".csv" in path.suffixes else map(json.loads, file)


def families(data: Path) -> dict[str, list[str]]:
    """Different texts by family. Raises OSError where a file is missing."""
    found = {name: list(texts_in(data, source)) for name, source in SOURCES.items()}
    return {
        name: list(dict.fromkeys(text[:CUT].strip() for text in texts if text.strip())) for name, texts in found.items()
    }


def texts_in(data: Path, source: Source) -> Iterator[str]:
    """Every text of a source, whole. Exam prompts lose the answers to choose from."""
    rows = [row for file in source.files for row in rows_in(data / file)]
    for row in rows[:: source.every]:
        for field in source.fields:
            text = row[field] if isinstance(row[field], str) else "\n".join(row[field])
            yield text.split("\nA. ")[0].removesuffix("Answer:") if field == "prompt" else text


def options(data: Path) -> dict[str, str]:
    """Every option of the exam questions that is mostly letters -> the first question that has it."""
    found: dict[str, str] = {}
    for row in rows_in(data / QUESTIONS):
        for option in row["options"]:
            text = option.strip()[:300]
            if len(text) > 12 and sum(map(str.isalpha, text)) > 0.6 * len(text):
                found.setdefault(text, row["question"][:CUT].strip())
    return found


def spans(texts: Sequence[str], count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Up to `count` runs of words, each with the text it was taken from; texts are drawn with replacement."""
    for _ in range(TRIES * count):
        text, length = rng.choice(texts), rng.randint(*SPAN)
        words = text.split()
        if count and len(words) > length + 2:
            start = rng.randrange(len(words) - length)
            yield " ".join(words[start : start + length]), text
            count -= 1


def vocabulary(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """(words, pieces): the whole words of the shipped model's tokenizer and those that occur twice in `texts`; and
    the tokenizer's pieces, which begin with `##`."""
    known = json.loads(weights(embedder_card(weights(EMBEDDER_CARD)).tokenizer))["model"]["vocab"]
    seen = Counter(word for text in texts for word in words_of(text, CUT))
    words = [word for word in known if word[:1] != "[" and word[:2] != CONTINUED and words_of(word, CUT) == [word]]
    words += [word for word, n in seen.items() if n > 1 and word not in known and sum(map(str.isalpha, word)) > 1]
    return words, [word for word in known if word.startswith(CONTINUED)]


def pairs(texts: Iterable[str]) -> list[str]:
    """The most frequent pairs of neighbouring words, by the number of texts that have them."""
    seen = Counter(pair for text in texts for pair in dict.fromkeys(map(" ".join, pairwise(words_of(text, CUT)))))
    return [pair for pair, n in seen.most_common(PAIRS) if n >= PAIR_COUNT]
