"""What signals still know of a prompt of 32k tokens: attacks and questions hidden in it, by where they stand.

    python scripts/long_prompts.py --data DATA [--each N]
    python scripts/long_prompts.py --data DATA --fit

Prompts are 130,000 characters of one kind: exam questions, mails and tables, Python's own library, or what installed
packages say of themselves. An attack is hidden in them, or a question of a category. Heads judge only sources (attacks)
and questions (domain) that did not train them; attacks by their traits alone, as outside a message's beginning. "ends"
is how attacks were looked for before pieces were chosen: the first 36,000 and the last 12,000 characters. Recall is at
thresholds that one and five in a hundred of the harmless long prompts reach, and at the default. `--fit` prints what
words and marks are worth (attack_pieces.py).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import distributions
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import re2

from wrp_signals.attack_head import Side
from wrp_signals.attack_patterns import TRAITS
from wrp_signals.attack_pieces import PIECE, SPACED_LETTERS, Pieces, worded
from wrp_signals.attack_traits import Traits
from wrp_signals.attack_words import ROLES
from wrp_signals.jailbreak import WHOLE, windows_in, windows_of
from wrp_signals.normalise import normalise
from wrp_signals.static import static_embedder
from wrp_signals.training import domain, jailbreak
from wrp_signals.training.domain_texts import samples
from wrp_signals.training.folds import grouped_folds
from wrp_signals.training.heads import Features, Layout, features, fitted
from wrp_signals.training.jailbreak_texts import SEEDS, Text, texts

SIZE = 130_000
PLACES = (0.0, 0.15, 0.5, 0.8, 1.0)
SHARES = (0.01, 0.05)
ATTACKS = ("in the wild", "piguard", "bipia text", "bipia code", "probes")
SURE = 0.9
Pools = dict[str, list[str]]
Read = Callable[[str], Iterable[str]]


def pools(data: Path) -> Pools:
    """Harmless texts of each kind."""
    with gzip.open(data / "route_mmlu_pro/questions.jsonl.gz", "rt", encoding="utf-8") as file:
        exams = ["\n".join([row["question"], *row["options"]]) for row in map(json.loads, file)]
    library = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    about = sorted(filter(None, (package.read_text("METADATA") for package in distributions())))
    return {
        "exams": exams,
        "mails": [text.text for text in texts(data) if text.source == "bipia contexts"],
        "code": [path.read_text("utf-8", "replace") for path in library],
        "packages": [text for text in about if len(text) > PIECE],
    }


def prompt(pool: Sequence[str], draw: random.Random, size: int = SIZE) -> str:
    """So many characters of texts of one kind, from anywhere in them."""
    parts, length = list[str](), 0
    while length < 2 * size:
        parts.append(draw.choice(pool))
        length += len(parts[-1]) + 2
    start = draw.randrange(size)
    return "\n\n".join(parts)[start : start + size]


def hidden(text: str, what: str, where: float) -> str:
    """`what` on lines of its own, where a line ends."""
    cut = text.rfind("\n", 0, int(where * len(text)) + 1) + 1 if where < 1.0 else len(text)
    return f"{text[:cut]}{what}\n{text[cut:]}" if where < 1.0 else f"{text}\n{what}"


def held_out(found: Sequence[Text], traits: Any) -> dict[str, Side]:
    """For each fold of sources a head by traits that saw none of them, calibrated as the shipped one is."""
    folds = np.array([text.fold for text in found])
    judged = np.array(
        [text.fold != SEEDS and text.source not in (*jailbreak.TASK, jailbreak.HARMFUL) for text in found]
    )
    labels = np.array([text.label for text in found])
    slope, offset = jailbreak._platt(jailbreak._held_out(traits, found)[judged], labels[judged], found, judged)
    sides = {}
    for fold in sorted({text.fold for text in found if text.trains and text.fold != SEEDS}):
        weights = jailbreak._fitted(traits, found, folds != fold)
        sides[fold] = Side(tuple((weights[:-1] * slope).tolist()), float(weights[-1] * slope + offset))
    return sides


def ends(text: str) -> Iterable[str]:
    """Windows of beginning and end."""
    return windows_of(normalise(text).text, WHOLE)


def chosen(pieces: Pieces) -> Read:
    """Windows as the signal reads them."""

    def read(text: str) -> Iterable[str]:
        return [window for window, _ in windows_in(text, WHOLE, pieces)]

    return read


def attacks(pools: Pools, found: Sequence[Text], each: int) -> dict[str, Any]:
    """Recall by way of reading and place; and what share of harmless long prompts is taken for an attack."""
    reader, sides = Traits(), held_out(found, jailbreak._traits(found))
    draw = random.Random(0)
    harmless = [prompt(pool, draw) for pool in pools.values() for _ in range(each)]
    by_fold = {fold: [t.text for t in found if t.fold == fold and t.source in ATTACKS] for fold in sides}
    planted = [
        (where, fold, hidden(prompt(pools[draw.choice(sorted(pools))], draw), attack, where))
        for fold, own in by_fold.items()
        for attack in draw.sample(own, min(each, len(own)))
        for where in PLACES
    ]
    table: dict[str, Any] = {}
    for name, read in {"ends": ends, "pieces": chosen(Pieces())}.items():
        seen = [[reader.of(window) for window in read(text)] for text in harmless]
        scores = {fold: np.array([max(map(side.score, one)) for one in seen]) for fold, side in sides.items()}
        bars = {fold: np.quantile(row, [1.0 - share for share in SHARES]) for fold, row in scores.items()}
        row: dict[Any, list[Any]] = {where: [] for where in PLACES}
        for where, fold, text in planted:
            score = max(sides[fold].score(reader.of(window)) for window in read(text))
            row[where].append([*(score >= bars[fold]), score >= log(SURE / (1.0 - SURE))])
        taken = np.concatenate(list(scores.values())) >= log(SURE / (1.0 - SURE))
        recall = {str(where): np.round(np.mean(hits, 0), 3).tolist() for where, hits in row.items()}
        windows = round(float(np.mean(list(map(len, seen)))), 1)
        table[name] = {"recall": recall, "taken_at_default": round(float(taken.mean()), 3), "windows": windows}
    return table | {"harmless": len(harmless), "attacks": len(planted) // len(PLACES)}


def topics(data: Path, pools: Pools, each: int) -> dict[str, float]:
    """How often the static tier's domain is right: of questions alone, in a long prompt of their own category, and by
    where they stand in one of something else."""
    embedder, found, draw = static_embedder(), samples(data), random.Random(0)
    layout = Layout(embedder.dim, domain.BUCKETS)
    classes, truth = np.unique([sample.category for sample in found], return_inverse=True)
    folds = grouped_folds([sample.group for sample in found], domain.FOLDS)

    def seen(asked: Sequence[str]) -> Features:
        return features(asked, embedder.embed(asked), layout)

    known = np.flatnonzero(folds > 0)
    weights = fitted(seen([found[i].text for i in known]), np.eye(len(classes))[truth[known]], domain.STRENGTH)
    exams = [i for i in np.flatnonzero(folds == 0) if found[i].source == "mmlu-pro"]
    drawn = draw.sample(exams, min(4 * each, len(exams)))
    alike = {one: [found[i].text for i in exams if truth[i] == one] for one in set(truth[exams].tolist())}
    other = {kind: pool for kind, pool in pools.items() if kind != "exams"}
    asked = {"alone": [found[i].text for i in drawn], "among its own": [prompt(alike[truth[i]], draw) for i in drawn]}
    for where in PLACES:
        asked[str(where)] = [
            hidden(prompt(other[draw.choice(sorted(other))], draw), found[i].text, where) for i in drawn
        ]
    right = {name: seen(some).scores(weights).argmax(1) == truth[drawn] for name, some in asked.items()}
    return {name: round(float(hits.mean()), 3) for name, hits in right.items()}


def worth(pools: Pools, found: Sequence[Text]) -> dict[str, float]:
    """Of words by role and of marks by trait, the logarithm of how much more often attacks have them than pieces of
    long prompts."""
    draw = random.Random(5)
    sought = [(role, worded(words.split())) for role, words in ROLES.items()]
    sought += [(trait.name, mark) for trait in TRAITS for mark in trait.markers]
    sought.append(("spaced letters", SPACED_LETTERS))
    compiled = [(name, re2.compile(f"(?i){pattern}")) for name, pattern in sought]
    bad = [text.text[:PIECE] for text in found if text.label and text.trains]
    good = [prompt(pool, draw, PIECE) for pool in pools.values() for _ in range(300)]
    shares = []
    for some in (bad, good):
        counts = Counter(name for text in some for name, one in compiled if one.search(text))
        shares.append({name: (counts[name] + 2) / (len(some) + 4) for name, _ in sought})
    odds = {name: round(log(shares[0][name] / shares[1][name]), 1) for name, _ in sought}
    return dict(sorted(odds.items(), key=lambda one: -one[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--each", type=int, default=50, metavar="N", help="prompts of each kind, attacks of each fold")
    parser.add_argument("--fit", action="store_true", help="print what words and marks are worth")
    args = parser.parse_args()
    kinds, found = pools(args.data), texts(args.data)
    if args.fit:
        print(json.dumps(worth(kinds, found), indent=1, ensure_ascii=False))
        return
    about = {"attacks": attacks(kinds, found, args.each), "domain": topics(args.data, kinds, args.each)}
    print(json.dumps(about, indent=1))


if __name__ == "__main__":
    main()
