"""Fits the five constants of wrp_signals/estimate.py to real tokenizers, and prints the error by kind of text.

    pip install tiktoken tokenizers scipy
    python scripts/fit_tokens.py --data DATA --encoding cl100k_base --encoding o200k_base --tokenizer deepseek.json

The target is the mean over the tokenizers: a router does not know which engine will answer when it estimates.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import nnls

from wrp_signals.estimate import NEAR, tokens_of

Count = Callable[[str], int]
PLAIN_BYTES = bytes([*range(65, 91), *range(97, 123), 32])
ASCII = bytes(range(128))
TEXTS = 400  # of each kind
LINES = {  # kind: file, field
    "English, exam questions": ("route_mmlu_pro/questions.jsonl.gz", "question"),
    "English, short asks": ("cls_clinc150/train.jsonl.gz", "text"),
    "real prompts": ("prompts_arena_hard/v0.1_question.jsonl.gz", "prompt"),
    "Python": ("prompts_code_math/mbpp.jsonl.gz", "code"),
    "worked sums": ("prompts_code_math/gsm8k_train.jsonl.gz", "answer"),
    "JSON": ("sec_pii/presidio_synth_v2.jsonl.gz", ""),
}
LANGUAGES = {
    "Latin, not English": ("de", "fr", "es", "it", "pt", "pl", "tr", "vi", "nl", "sv"),
    "Cyrillic": ("ru", "uk", "bg"),
    "Chinese": ("zh",),
    "Japanese": ("ja",),
    "Korean": ("ko",),
    "Arabic, Hebrew": ("ar", "fa", "he"),
    "Indic, Thai": ("hi", "bn", "ta", "th"),
}


def texts(data: Path) -> dict[str, list[str]]:
    """Kind of text -> up to TEXTS texts. Foreign sentences come in threes, to be as long as prompts."""
    draw = random.Random(0)
    kinds = {kind: [part(line, field) for line in opened(data / file)] for kind, (file, field) in LINES.items()}
    sentences: dict[str, list[str]] = {}
    for row in csv.DictReader(opened(data / "cls_language_id/lingua_75lang.csv.gz")):
        if row["unit"] == "sentence":
            sentences.setdefault(row["lang"], []).append(row["text"])
    for kind, languages in LANGUAGES.items():
        triples = [draw.sample(sentences[one], 3) for one in languages for _ in range(TEXTS // len(languages))]
        kinds[kind] = [" ".join(triple) for triple in triples]
    return {kind: draw.sample(found, min(TEXTS, len(found))) for kind, found in kinds.items()}


def opened(path: Path) -> Iterable[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from file


def part(line: str, field: str) -> str:
    return str(json.loads(line)[field]) if field else line.strip()


def tiktoken_count(name: str) -> Count:
    import tiktoken

    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def tokenizer_count(path: Path) -> Count:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def counters(encodings: list[str], files: list[Path]) -> dict[str, Count]:
    """Token counts without special tokens, by name of the tokenizer."""
    return {name: tiktoken_count(name) for name in encodings} | {path.stem: tokenizer_count(path) for path in files}


def features(text: str) -> list[int]:
    """What `tokens_of` multiplies: plain, other, extra, wide, accented."""
    data = text.encode("utf-8", "replace")
    others, wide_bytes = len(data.translate(None, PLAIN_BYTES)), len(data.translate(None, ASCII))
    plain, extra = len(data) - others, len(data) - len(text)
    wide = wide_bytes - extra
    return [plain, others - wide_bytes, extra, wide, min(plain, NEAR * wide)]


def fit(samples: list[str], target: Any) -> Any:
    """Non-negative least squares of the relative error."""
    weight = 1 / np.maximum(target, 4)
    constants, _ = nnls(np.array([features(text) for text in samples]) * weight[:, None], target * weight)
    return constants


def options(text: str | None) -> argparse.Namespace:
    """Where the texts are, and by which tokenizers they are counted."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--encoding", action="append", default=[], help="a tiktoken encoding")
    parser.add_argument("--tokenizer", action="append", default=[], type=Path, help="a tokenizer.json")
    return parser.parse_args()


def main() -> None:
    args = options(__doc__)
    counts = counters(args.encoding, args.tokenizer)
    kinds = texts(args.data)
    samples = [text for found in kinds.values() for text in found]
    true = {name: np.array([count(text) for text in samples]) for name, count in counts.items()}
    target = np.mean(list(true.values()), 0)
    print("PLAIN, OTHER, EXTRA, WIDE, ACCENTED =", fit(samples, target).round(2))
    ours = np.array([tokens_of(text) for text in samples])
    print(f"{'constants as shipped':24s} median error, total / true total" + "".join(f"{name:>16s}" for name in true))
    start = 0
    for kind, found in kinds.items():
        here = slice(start, start + len(found))
        start += len(found)
        error = np.median(np.abs(ours[here] / np.maximum(target[here], 1) - 1))
        each = "".join(f"{ours[here].sum() / counted[here].sum():16.2f}" for counted in true.values())
        print(f"{kind:24s} {error:12.0%} {ours[here].sum() / target[here].sum():20.2f}{each}")


if __name__ == "__main__":
    main()
