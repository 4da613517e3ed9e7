"""Writes signals/wrp_signals/weights/names.xz: lists by which `pii` with `names: true` guesses people and countries.

    pip install faker && python scripts/make_names.py --data DATA

First and family names in Latin script of all of Faker's locales (MIT), its countries and US states. Names that occur
three times and more without a capital in exam questions, programming prompts and real requests of DATA (sets that are
permissively licensed) are words as well, and kept apart. Prints the digest that pii/names.py checks.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import json
import lzma
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "signals" / "wrp_signals" / "weights" / "names.xz"
FIRST = ("first_names", "first_names_male", "first_names_female", "first_names_nonbinary")
LAST = ("last_names", "last_names_male", "last_names_female")
TEXTS = (
    ("prompts_arena_hard/*", "prompt"),
    ("route_mmlu_pro/*question*", "question"),
    ("prompts_code_math/*", "question"),
    ("prompts_code_math/*", "prompt"),
    ("sec_overdefense/*", "prompt"),
)
MORE = "UK|USA|United States|United Kingdom|Russia|South Korea|Vietnam|Iran|Syria|Taiwan|Czech Republic|England"
WORD = re.compile(r"(?<![A-Za-z])[a-z]{3,}(?![A-Za-z])")
OFTEN = 3


def latin(word: str) -> bool:
    """Whether it is a capitalised word of three letters or more in Latin script."""
    letters = all(char in "'’" or unicodedata.name(char, "").startswith("LATIN") for char in word)
    return len(word) >= 3 and word[0].isupper() and letters


def names(lists: tuple[str, ...]) -> set[str]:
    """The words of these lists of every locale."""
    package = importlib.import_module("faker.providers.person")
    found: set[str] = set()
    for module in pkgutil.iter_modules(package.__path__):
        provider: Any = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for name in lists:
            value = getattr(provider, name, ())
            if not isinstance(value, property) and not callable(value):
                found.update(word for one in value for word in re.split(r"[\s-]", str(one)))
    return {word for word in found if latin(word)}


def texts(data: Path) -> Iterator[str]:
    """What people ask, with small letters where they belong."""
    for pattern, field in TEXTS:
        for path in sorted(data.glob(pattern)):
            if ".jsonl" in path.name:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    yield from (str(json.loads(line).get(field, "")) for line in lines)


def countries() -> set[str]:
    """Countries and US states."""
    english: Any = importlib.import_module("faker.providers.address.en").Provider
    american: Any = importlib.import_module("faker.providers.address.en_US").Provider
    return {*english.countries, *american.states, *MORE.split("|")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    counts = Counter(word for text in texts(parser.parse_args().data) for word in WORD.findall(text))
    words = {word for word, count in counts.items() if count >= OFTEN}
    first, last = names(FIRST), names(LAST)
    both = {name for name in first | last if name.lower() in words}
    lists = (first - both, last - both, both, countries())
    packed = lzma.compress(
        "\n\n".join("\n".join(sorted(part)) for part in lists).encode(), preset=9 | lzma.PRESET_EXTREME
    )
    TARGET.write_bytes(packed)
    print([len(part) for part in lists], len(packed), "bytes, sha256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main()
