"""`wrp train thresholds`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from tests.cli.judged import Says, candidate_of, written
from wrp_router.cli.asking import Answer
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.examples import example
from wrp_router.cli.thresholds import decimal, scored, yaml_line
from wrp_signals import DomainSpec, EmbeddingSpec, Reading, ShapeSpec

WORDS = """\
signals:
  proof: {kind: keyword, match: all, words: [prove, theorem, lemma, corollary]}
"""


@pytest.fixture
def declared(config) -> str:
    """A signal whose score is the share of four words that are there, in the place of the usual one."""
    path = Path(config())
    text = path.read_text().replace("proof: {kind: keyword, words: [prove, theorem]}", WORDS.split("\n")[1].strip())
    path.write_text(text)
    return str(path)


@pytest.fixture
def data(tmp_path: Path) -> str:
    """400 negatives without any of them, 100 positives with three."""
    lines = [{"text": "nothing of the kind", "label": 0}] * 400 + [
        {"text": "prove a theorem, a lemma", "label": 1}
    ] * 100
    return written(tmp_path / "data", lines)


def test_a_false_positive_rate(wrp: Wrp, declared: str, data: str, tmp_path: Path):
    """The threshold, what it gives, how sure that is, and what to write; the report in a file."""
    out_file = tmp_path / "report.json"
    arguments = ("train", "thresholds", "--signal", "proof", "--config", declared, "--data", data)
    code, out, err = wrp(*arguments, "--fpr", "0.01", "--out", str(out_file))
    assert (code, err) == (0, "")
    assert out == (
        "threshold 0.000001 on the none tier\n"
        "0.00% of 400 negatives pass; at most 0.75% of others like them, 95% sure\n"
        "100.0% of 100 positives are found\n\n"
        "when: proof.score >= 0.000001\n"
    )
    report = json.loads(out_file.read_text())
    assert report["target"] == {"fpr": 0.01}
    assert (report["data"], report["confidence"], len(report["table"])) == ([data], 0.95, 19)
    assert report == json.loads(wrp(*arguments, "--fpr", "0.01", "--json")[1])


def test_a_precision(wrp: Wrp, declared: str, data: str):
    """Holds for data with as many positives, which is said."""
    code, out, _ = wrp(
        "train", "thresholds", "--signal", "proof", "--config", declared, "--data", data, "--precision", "0.9"
    )
    assert code == 0
    assert "100.00% of what passes is right; at least 94" in out
    assert "as long as 20% of all are\n" in out
    assert "100.0% of what is right passes\n" in out
    assert out.endswith("\nwhen: proof.score >= 0.75\n")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (("--fpr", "0.001"), "400 negatives cannot show a false positive rate of 0.001: at least 2995 are needed"),
        (("--precision", "0.99"), "500 lines cannot show a precision of 0.99"),
    ],
)
def test_too_little_data(wrp: Wrp, declared: str, data: str, target: tuple[str, str], said: str):
    """Is told with how much would do; exit status 1."""
    code, out, err = wrp("train", "thresholds", "--signal", "proof", "--config", declared, "--data", data, *target)
    assert (code, out) == (1, "")
    assert err.startswith(f"wrp: {said}")


def test_classes_have_no_false_positives(wrp: Wrp, data: str):
    """But a precision."""
    command = ("train", "thresholds", "--signal", "shape", "--data", data)
    assert "--precision is what a threshold can keep" in wrp(*command, "--fpr", "0.01")[2]


def test_no_line(wrp: Wrp, tmp_path: Path):
    """Nothing to pick by."""
    data = written(tmp_path / "none", ["{"])
    code, _, err = wrp("train", "thresholds", "--signal", "tokens", "--data", data, "--fpr", "0.1")
    assert code == 1
    assert "has no line to judge by" in err


def test_numbers(wrp: Wrp, tmp_path: Path):
    """Have a threshold like any score: here, on how many tokens a request has."""
    lines = [{"text": "word " * (10 + n % 10), "label": 0} for n in range(400)] + [
        {"text": "word " * 90, "label": 1}
    ] * 9
    command = (
        "train",
        "thresholds",
        "--signal",
        "tokens",
        "--data",
        written(tmp_path / "data", lines),
        "--fpr",
        "0.01",
    )
    code, out, _ = wrp(*command)
    assert code == 0
    assert "100.0% of 9 positives are found\n\nwhen: tokens >= " in out


def test_the_bar_of_declared_categories(wrp: Wrp, tmp_path: Path):
    """Names the embedder that it belongs to, as cosines of two have nothing in common."""
    examples = written(tmp_path / "examples", ["refund,give me my money back", "joke,tell me a joke"])
    lines = [{"text": "I want my money back", "label": "refund"}, {"text": "tell me another joke", "label": "joke"}] * 9
    command = ("train", "thresholds", "--signal", "domain", "--tier", "model", "--examples", examples, "--json")
    code, out, _ = wrp(*command, "--data", written(tmp_path / "data", lines), "--precision", "0.5")
    told = json.loads(out)
    assert (code, told["tier"], told["precision"]) == (0, "model", 1.0)
    assert told["embedder"].startswith("minilm")
    assert told["yaml"].startswith("tier: model\nunknown_below: 0.")


@pytest.mark.parametrize("target", ["0", "1", "x", "-1"])
def test_targets_that_are_none(wrp: Wrp, target: str):
    """A share lies between 0 and 1."""
    code, _, err = wrp("train", "thresholds", "--signal", "shape", "--data", "d", "--fpr", target)
    assert code == 2
    assert "is not between 0 and 1" in err


def answers(*pairs: tuple[object, Reading]) -> list[Answer]:
    lines = [example("f:1", json.dumps({"text": "a"}))._replace(label=label) for label, _ in pairs]
    return [Answer(line, reading, 0.0, ()) for line, (_, reading) in zip(lines, pairs, strict=True)]


def test_scores_of_classes():
    """Speak for being right."""
    asked = candidate_of(Says(lambda text: Reading(""), "string"), "domain", DomainSpec())
    scores, labels = scored(asked, answers(("law", Reading("LAW", 0.9)), ("law", Reading("art", 0.4))))
    assert (scores.tolist(), labels.tolist()) == ([0.9, 0.4], [True, False])


def test_scores_of_numbers():
    """Are the numbers themselves; their labels must be yes and no."""
    asked = candidate_of(Says(lambda text: Reading(1.0), "number"), "tokens")
    scores, labels = scored(asked, answers((1.0, Reading(70.0)), (0.0, Reading(3.0))))
    assert (scores.tolist(), labels.tolist()) == ([70.0, 3.0], [True, False])
    with pytest.raises(Unusable, match="must be 0 and 1"):
        scored(asked, answers((7.0, Reading(70.0))))


def test_what_to_write():
    """A bar where the declaration has one, with the tier that it belongs to; else a condition."""
    says = Says(lambda text: Reading(True), tier="static")
    likeness = EmbeddingSpec(examples=("a",))
    assert yaml_line(candidate_of(says, "embedding", likeness), "f", 0.5) == "tier: static\nthreshold: 0.5"
    assert yaml_line(candidate_of(says, "domain", DomainSpec()), None, 0.5) == (
        "proof: {kind: domain, tier: static, unknown_below: 0.5}"
    )
    declared = DomainSpec(categories={"a": ("b",)})
    assert yaml_line(candidate_of(says, "domain", declared), None, 0.5) == "tier: static\nunknown_below: 0.5"
    number = Says(lambda text: Reading(1.0), "number")
    assert yaml_line(candidate_of(number, "shape", ShapeSpec()), None, 12345.678) == "when: proof >= 12345.678"
    assert decimal(1.0) == "1"
