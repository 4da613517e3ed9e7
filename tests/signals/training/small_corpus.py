"""A small folder of data in the layout that the static table is trained from."""

import csv
import gzip
import io
import json
import random

import pytest

from wrp_signals.training import embedding_texts as corpus
from wrp_signals.training.embedding_report import CLINC, STS

TOPICS = {
    "law": ["contract", "court", "judge", "appeal", "statute", "tort", "liability", "jury", "plaintiff", "evidence"],
    "physics": ["electron", "photon", "field", "energy", "mass", "velocity", "orbit", "quantum", "charge", "momentum"],
}


def sentence(rng, topic, length=20):
    """Words of one topic between common ones."""
    return " ".join(rng.choice([*TOPICS[topic], "the", "of", "which", "zyxwords"]) for _ in range(length))


def write(folder, name, rows):
    """A gzipped JSONL or CSV file."""
    text = io.StringIO()
    if name.endswith(".csv.gz"):
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    else:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.getvalue().encode()))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Every source with a few texts of two topics."""
    folder, rng = tmp_path_factory.mktemp("data"), random.Random(0)
    for source in corpus.SOURCES.values():
        for file in source.files:
            rows = [{field: sentence(rng, topic) for field in source.fields} for topic in [*TOPICS] * 15]
            write(folder, file, rows)
    exams = [
        {"question": sentence(rng, topic), "category": topic, "options": [sentence(rng, topic, 6), "4.2"]}
        for topic in [*TOPICS] * 30
    ]
    write(folder, corpus.QUESTIONS, exams)
    for part, intents in (("train", TOPICS), ("val", TOPICS), ("oos_train", ["oos"]), ("oos_val", ["oos"])):
        rows = [
            {"text": f"{sentence(rng, 'law' if name == 'oos' else name, 5)}", "intent": name}
            for name in [*intents] * 12
        ]
        write(folder, f"{CLINC}/{part}.jsonl.gz", rows)
    pairs = [
        {"year": "2012", "set": "s", "score": score, "a": sentence(rng, "law"), "b": sentence(rng, "physics")}
        for score in ("", "1.0", "2.0", "4.5")
    ]
    write(folder, STS, pairs)
    return folder
