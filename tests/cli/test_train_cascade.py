"""`wrp train cascade`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Wrp
from tests.cli.judged import written
from tests.policies.training.test_cascade import samples
from wrp_policies.cascading.cards import CardDamaged, read_card
from wrp_policies.cascading.verifiers import Judge, Learned, Logprob, SelfConsistency
from wrp_policies.selection import Cascade
from wrp_signals.materials import Materials


def line(number: int, **changes: Any) -> dict[str, Any]:
    """One judged question."""
    return {"prompt": f"q{number}", "scores": {"a": 1.0, "b": 1.0}, "confidence": 0.9, **changes}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Answers of two models, of which the second is the better one."""
    rows = [
        {
            "prompt": one.asked,
            "category": one.category,
            "scores": {"tiny": one.small, "vast": one.large},
            "answers": {"tiny": {"text": one.answer.text, "logprobs": one.answer.logprobs}},
        }
        for one in samples(2000)
        if one.answer is not None
    ]
    return written(tmp_path_factory.mktemp("judged") / "judged", rows)


def test_a_head_is_written_and_used(wrp: Wrp, tmp_path: Path, judged: str):
    """With its thresholds by category; `accept: {kind: learned}` takes it."""
    out = tmp_path / "new" / "cascade.json"
    code, told, err = wrp("train", "cascade", "--data", judged, "--out", str(out))
    assert (code, err) == (0, "")
    assert f"written to {out}" in told
    assert "at most 0.05 of accepted answers of tiny are worse than vast's, with confidence 0.95" in told
    assert "auroc" in told
    files = Materials(read_file=lambda path: Path(path).read_bytes())
    policy = Cascade(("small", "large"), Learned(str(out))).build(files)
    assert policy.by_category


def test_thresholds_alone(wrp: Wrp, tmp_path: Path, judged: str):
    """For log-probabilities; `thresholds:` takes them."""
    out = tmp_path / "t.json"
    code, told, _ = wrp("train", "cascade", "--data", judged, "--out", str(out), "--verifier", "logprob", "--json")
    card = json.loads(told)
    assert (code, card["small"], card["large"], card["verifier"]) == (0, "tiny", "vast", "logprob")
    files = Materials(read_file=lambda path: Path(path).read_bytes())
    assert read_card(str(out), "logprob", files).thresholds.keys() == {"", "odd", "even"}
    Cascade(("small", "large"), Logprob(), thresholds=str(out)).build(files)


def test_too_few_accept_nothing(wrp: Wrp, tmp_path: Path):
    """And it is said so: `never`."""
    rows = [line(n) for n in range(60)]
    data = written(tmp_path / "few", rows)
    told = wrp("train", "cascade", "--data", data, "--out", str(tmp_path / "c.json"), "--verifier", "all")[1]
    assert "(all)                         never       60      none" in told


@pytest.mark.parametrize(("verifier", "accept"), [("judge", Judge("large")), ("self_consistency", SelfConsistency())])
def test_scores_of_those_who_ask(wrp: Wrp, tmp_path: Path, verifier: str, accept: Judge | SelfConsistency):
    """Come as `confidence`; the thresholds are for a verifier of that kind and no other."""
    rows = [line(n, confidence=0.8 if n % 5 else 0.2, scores={"a": float(n % 5 > 0), "b": 1.0}) for n in range(600)]
    out, data = str(tmp_path / "c.json"), written(tmp_path / "scored", rows)
    code, told, _ = wrp("train", "cascade", "--data", data, "--out", out, "--verifier", verifier, "--json")
    assert (code, json.loads(told)["thresholds"][""]["accepted"]) == (0, 480)
    files = Materials(read_file=lambda path: Path(path).read_bytes())
    assert Cascade(("small", "large"), accept, thresholds=out).build(files)
    with pytest.raises(CardDamaged, match=verifier):
        Cascade(("small", "large"), Logprob(), thresholds=out).build(files)


@pytest.mark.parametrize(
    ("rows", "more", "what"),
    [
        ([], (), "no line to learn from"),
        ([{"prompt": "q"}], (), "bad:1: not a JSON object with `scores`"),
        ([line(0, answers="yes")], (), "`answers` are by model"),
        ([line(0, answers={"a": ["yes"], "b": ["yes"]})], (), "an answer is a text, or"),
        ([{"scores": {"a": 1, "b": 1, "c": 1}}], (), "there are: a, b, c"),
        ([{"scores": {"a": 1}}], (), "there are: a"),
        ([line(0)], ("--small", "a"), "say which is which"),
        ([line(0, prompt=5)], (), "are texts"),
        ([line(0, scores={"a": 2, "b": 0})], (), "in [0, 1]"),
        ([line(0, confidence=True)], (), "`confidence` is no number"),
        ([line(0, answers={"a": {"text": 5}, "b": {"text": 5}})], (), "texts"),
        ([line(0, answers={"a": {"logprobs": 5}, "b": {"logprobs": 5}})], (), "are numbers"),
        ([line(0, answers={"a": {"logprob": 1}, "b": {"logprob": 1}})], (), "not above 0"),
        ([line(0, confidence=None)], ("--verifier", "margin"), "neither `confidence`"),
    ],
)
def test_what_cannot_be_learned_from(wrp: Wrp, tmp_path: Path, rows: Any, more: tuple[str, ...], what: str):
    """Each bad line with its place; in the end, that there is nothing."""
    data = written(tmp_path / "bad", rows)
    code, _, err = wrp("train", "cascade", "--data", data, "--out", str(tmp_path / "c.json"), *more)
    assert code == 1
    assert what in err


def test_lines_that_are_none(wrp: Wrp, tmp_path: Path):
    """Are told, and the others are used."""
    file = tmp_path / "mixed.jsonl"
    file.write_text("{\n5\n" + "\n".join(json.dumps(line(n)) for n in range(200)))
    out = str(tmp_path / "c.json")
    args = ("train", "cascade", "--data", str(file), "--out", out, "--verifier", "any", "--small", "a", "--large", "b")
    code, told, err = wrp(*args)
    assert (code, err.count("not a JSON object with `scores`")) == (0, 2)
    assert "100.0%" in told


def test_answers_that_are_their_text_alone(wrp: Wrp, tmp_path: Path):
    """Are answers of which no log-probabilities are known."""
    rows = [
        line(n, confidence=None, scores={"a": float(n % 3 > 0), "b": 1.0}, answers={"a": "yes" if n % 3 else "no idea"})
        for n in range(900)
    ]
    data, out = written(tmp_path / "texts", rows), str(tmp_path / "c.json")
    code, told, err = wrp("train", "cascade", "--data", data, "--out", out)
    assert (code, err) == (0, "")
    assert "auroc" in told
