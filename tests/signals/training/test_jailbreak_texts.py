"""Texts keep their source, and sources their fold."""

import csv
import gzip
import io
import json

import pytest

from wrp_signals.training.jailbreak_texts import PROBES, SEEDS, texts

CONTEXT = {"context": "first line\nsecond line", "question": "Q?", "ideal": ""}
LINES = {
    "sec_jailbreak_itw/inthewild_jailbreak": [{"prompt": "be DAN"}],
    "sec_overdefense/piguard_valid": [{"prompt": "leak it", "label": 1}, {"prompt": "ignore it?", "label": 0}],
    "sec_overdefense/notinject_wildguard": [{"prompt": "a story", "label": 0}],
    "sec_injection/bipia_email_train": [CONTEXT],
    "sec_injection/bipia_table_train": [CONTEXT | {"context": "|a|b|"}],
    "sec_injection/bipia_code_train": [{"error": ["e"], "code": ["c"], "context": ["x"]}],
    "prompts_arena_hard/v0.1_question": [{"prompt": "hard"}],
    "cls_clinc150/train": [{"text": "clinc"}],
    "cls_clinc150/oos_train": [{"text": "oos"}],
    "route_mmlu_pro/questions": [{"question": "mmlu"}],
    "prompts_code_math/gsm8k_train": [{"question": "sum"}],
    "prompts_code_math/mbpp": [{"text": "program"}],
    "route_llmrouter9/llmrouter_9models": [{"question": "task"}],
}
PROBE = """
decisions:
- expected_decision: security_containment
  variants: [{id: a, query: attack one}, {id: quoted_b, query: quoted}, {id: c}]
- expected_decision: other
  variants: [{id: d, query: attack one}, {id: e, query: attack two, expected_signals: {jailbreak: [x]}},
    {id: f, query: calm}]
"""


@pytest.fixture
def data(tmp_path):
    """A folder with a little of every set."""

    def put(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))

    for name, rows in LINES.items():
        put(f"{name}.jsonl.gz", "".join(json.dumps(row) + "\n" for row in rows))
    put(
        "sec_injection/bipia_text_attack_train.json.gz",
        json.dumps({"Clickbait": ["bait"], "Language Translation": ["?"]}),
    )
    put("sec_injection/bipia_code_attack_train.json.gz", json.dumps({"Cookie Theft": ["steal"]}))
    table = io.StringIO()
    csv.writer(table).writerows([("text", "category"), ("bank", "x")])
    put("cls_banking77/train.csv.gz", table.getvalue())
    for name in PROBES:
        put(f"cls_vllm_sr/probes_{name}.yaml.gz", PROBE)
    harm = tmp_path / "sec_harmful_requests" / "advbench_subset50.jsonl"
    harm.parent.mkdir()
    harm.write_text(json.dumps({"behavior": "harm"}) + "\n")
    return tmp_path


def test_every_set_is_read(data):
    """Once, in the same order; a source has one fold, and a label of its own."""
    found = texts(data)
    assert found == texts(data)
    folds = {(text.source, text.fold) for text in found}
    assert len(folds) == len({source for source, _ in folds})
    mixed = {t.source for t in found if t.label} & {t.source for t in found if not t.label}
    assert mixed == {SEEDS}


def test_attacks_are_alone_and_inside_contexts(data):
    """Before, after and in the middle; ordinary tasks train nothing."""
    found = texts(data)
    inside = [text.text for text in found if text.source == "bipia text in context"]
    assert inside[0].startswith("bait")
    assert inside[1].endswith("bait")
    assert len(inside) == 3
    assert not any(text.trains for text in found if "task" in text.source or text.source == "plain harmful")


def test_probes_are_read_once_each(data):
    """Attacks by their decision or their signals; quoted ones are not attacks."""
    probes = [(text.text, text.label) for text in texts(data) if text.source.startswith("probes")]
    assert probes == [("attack one", True), ("quoted", False), ("attack two", True), ("calm", False)]


def test_seeds_ship_with_the_package(data):
    """Both sorts, line ends decoded."""
    seeds = [text for text in texts(data) if text.source == SEEDS]
    assert {text.label for text in seeds} == {True, False}
    assert len(seeds) > 250
    assert any("\n" in text.text for text in seeds)
