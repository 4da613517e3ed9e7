"""`wrp eval signals`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Wrp
from tests.cli.judged import Finds, Says, candidate_of, options, written
from wrp_router.cli.candidate import Candidate, Unusable
from wrp_router.cli.eval import evaluate, labelled, spread
from wrp_signals import DomainSpec, Reading

YES_AND_NO = [
    {"text": "Prove it", "label": "proof"},
    {"text": "a theorem", "label": 1},
    {"text": "hello", "label": "benign"},
    {"text": "improve it", "label": False},
]


def judged(asked: Candidate, lines: list[Any], tmp_path: Path, *more: str) -> tuple[dict[str, Any], list[str]]:
    """The report without the latency, and what was wrong with lines."""
    told = options("eval", "signals", "--signal", asked.name, "--data", written(tmp_path / "data", lines), *more)
    examples, bad = labelled(told, asked)
    report = evaluate(asked, examples, told)
    assert set(report.pop("latency_us")) == {"p50", "p99"}
    return report, [str(error).removeprefix(str(tmp_path)) for error in bad]


def test_json(wrp: Wrp, config, tmp_path: Path):
    """What the issue of this command promises."""
    data = written(tmp_path / "data", YES_AND_NO)
    code, out, err = wrp("eval", "signals", "--signal", "proof", "--config", config(), "--data", data, "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told.pop("latency_us")["p50"] > 0
    assert told == {
        "signal": "proof",
        "kind": "keyword",
        "tier": "none",
        "n": 4,
        "accuracy": 1.0,
        "macro_f1": 1.0,
        "auroc": 1.0,
        "recall_at_fpr_1": 1.0,
        "fpr": 0.0,
        "recall": 1.0,
        "precision": 1.0,
    }


def test_a_table(wrp: Wrp, config, tmp_path: Path):
    """For people; bad lines are told and counted, and cost themselves only."""
    data = written(tmp_path / "data", [*YES_AND_NO, {"text": "x"}, {"text": "x", "label": "perhaps"}, "{"])
    code, out, err = wrp("eval", "signals", "--signal", "proof", "--config", config(), "--data", data)
    assert code == 0
    assert "n                          4\n" in out
    assert "\nlatency_us\n  p50  " in out
    assert out.startswith("signal                     proof\n")
    assert "bad_lines                  3\n" in out
    said = err.splitlines()
    assert [line.removeprefix(data).split(": ")[0] for line in said] == [":7", ":5", ":6"]
    assert said[1].endswith("no `label`")


def test_negatives(wrp: Wrp, config, tmp_path: Path):
    """A second file, negative whatever its labels say, with a rate of its own."""
    data = written(tmp_path / "data", YES_AND_NO)
    more = written(tmp_path / "more", [{"text": "prove", "label": "yes"}, {"text": "a"}, "["])
    told = json.loads(
        wrp(
            "eval", "signals", "--signal", "proof", "--config", config(), "--data", data, "--negatives", more, "--json"
        )[1]
    )
    assert (told["n"], told["fpr"], told["fpr_negatives"], told["bad_lines"]) == (6, 0.25, 0.5, 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [([], "has no line to judge by"), (["{"], "has no line to judge by"), (None, "No such file")],
)
def test_nothing_to_judge_by(wrp: Wrp, tmp_path: Path, lines: list[Any] | None, said: str):
    """Exit status 1."""
    data = str(tmp_path / "none") if lines is None else written(tmp_path / "data", lines)
    code, out, err = wrp("eval", "signals", "--signal", "shape", "--data", data)
    assert (code, out) == (1, "")
    assert said in err


def test_a_broken_configuration_is_told_once(wrp: Wrp, config, tmp_path: Path):
    """With its own words."""
    code, _, err = wrp("eval", "signals", "--signal", "proof", "--config", config("routs: []\n"), "--data", "d")
    assert code == 1
    assert "E010" in err
    assert "wrp: " not in err


def test_classes(tmp_path: Path):
    """However they are spelt; what is out of scope counts apart, at the signal's own bar and at the one for 95 %."""
    said = {"a": Reading("computer science", 0.9), "b": Reading("law", 0.8), "c": Reading("other", 0.1)}
    asked = candidate_of(Says(lambda text: said[text], "string"), "domain", DomainSpec())
    lines = [{"text": "a", "label": "Computer_Science"}, {"text": "b", "label": "LAW"}, {"text": "c", "label": "oos"}]
    report, bad = judged(asked, lines, tmp_path)
    assert (report["accuracy"], report["macro_f1"], report["oos"]) == (1.0, 1.0, 1)
    assert report["oos_recall"] == report["oos_recall_at_95"] == 1.0
    assert report["ece"] == pytest.approx(0.15)
    assert bad == []


def test_other_is_a_category_or_not(tmp_path: Path):
    """Of MMLU-Pro it is one; of declared categories only if it was declared."""
    says = Says(lambda text: Reading("other", 0.5), "string")
    lines = [{"text": "a", "label": "other"}, {"text": "b", "label": "law"}]
    assert "oos" not in judged(candidate_of(says, "domain", DomainSpec()), lines, tmp_path)[0]
    for names, strange in ((("law",), True), (("law", "Other"), False)):
        spec = DomainSpec(categories={name: ("x",) for name in names})
        assert ("oos" in judged(candidate_of(says, "domain", spec), lines, tmp_path)[0]) is strange


def test_languages(tmp_path: Path):
    """By code or name."""
    asked = candidate_of(Says(lambda text: Reading("de", 0.9), "string"), "language")
    report, _ = judged(asked, [{"text": "a", "label": "DE"}, {"text": "b", "label": "German"}], tmp_path)
    assert report["accuracy"] == 1.0


def test_numbers(tmp_path: Path):
    """Rank yes above no."""
    asked = candidate_of(Says(lambda text: Reading(float(len(text))), "number"), "complexity")
    report, _ = judged(asked, [{"text": "aaa", "label": 1}, {"text": "a", "label": "easy"}], tmp_path)
    assert report["auroc"] == 1.0


def test_a_threshold(tmp_path: Path):
    """Instead of the signal's own bar: for yes and no, and for classes, which below it are "other"."""
    lines = [{"text": "a", "label": 1}, {"text": "bb", "label": 0}]
    asked = candidate_of(Says(lambda text: Reading(True, 1 / len(text))))
    assert judged(asked, lines, tmp_path)[0]["accuracy"] == 0.5
    assert judged(asked, lines, tmp_path, "--threshold", "0.7")[0]["accuracy"] == 1.0
    negatives = written(tmp_path / "more", [{"text": "bb"}, {"text": "a"}])
    more = ("--negatives", negatives, "--threshold", "0.7")
    assert judged(asked, lines, tmp_path, *more)[0]["fpr_negatives"] == 0.5
    asked = candidate_of(Says(lambda text: Reading("law", 1 / len(text)), "string"), "domain", DomainSpec())
    classes = [{"text": "a", "label": "law"}, {"text": "bb", "label": "oos"}]
    assert judged(asked, classes, tmp_path, "--threshold", "0.7")[0]["oos_recall"] == 1.0


def test_a_positive_label_that_no_line_has(wrp: Wrp, config, tmp_path: Path):
    """Is one written wrongly: all would be negatives, and every figure one of nothing."""
    data = written(tmp_path / "p", [{"text": "prove it", "label": "theorem"}, {"text": "hello", "label": "chat"}])
    asked = ("--signal", "proof", "--config", config(), "--data", data)
    code, out, err = wrp("eval", "signals", *asked, "--positive", "theorm")
    assert (code, out) == (1, "")
    assert "--positive theorm: no line is labelled so; labels are chat, theorem" in err


def test_the_positive_label(tmp_path: Path):
    """All others are negative, whatever they are."""
    asked = candidate_of(Says(lambda text: Reading(text == "a", float(text == "a"))))
    lines = [{"text": "a", "label": "money_back"}, {"text": "b", "label": "weather"}]
    assert judged(asked, lines, tmp_path, "--positive", "money back")[0]["accuracy"] == 1.0
    assert judged(asked, [*lines, {"text": "c", "label": 0}], tmp_path)[1][0].startswith("/data:1: label 'money_back'")


def test_spans(tmp_path: Path):
    """Where the label is missing, spans of types that the signal seeks are the label."""
    asked = candidate_of(Finds(lambda text: Reading("@" in text, float("@" in text))), "pii")
    lines = [
        {"text": "to a@b", "spans": [{"type": "EMAIL", "start": 3, "end": 6}]},
        {"text": "to Ann", "spans": [{"type": "PERSON", "start": 3, "end": 6}]},
        {"text": "a@b", "label": 1},
    ]
    report, bad = judged(asked, lines, tmp_path)
    assert (report["accuracy"], report["span_f2"], report["spans"], report["spans_of_types_not_sought"]) == (1, 1, 1, 1)
    assert bad == []


def test_an_exception_is_told_and_counted(tmp_path: Path, capsys):
    """The line with it; where there is nothing else, there is nothing to judge."""

    def say(text: str) -> Reading:
        if text == "b":
            raise RuntimeError("no b")
        return Reading(True)

    asked = candidate_of(Says(say, tier="static"))
    report, _ = judged(asked, [{"text": "a", "label": 1}, {"text": "b", "label": 1}], tmp_path)
    assert (report["n"], report["unknown"], report["embedder"]) == (1, 1, "hashing-256")
    assert "data:2: the signal raised RuntimeError('no b')" in capsys.readouterr().err
    with pytest.raises(Unusable, match="had no answer"):
        judged(asked, [{"text": "b", "label": 1}], tmp_path)


def test_negatives_of_classes(tmp_path: Path):
    """Make no sense."""
    asked = candidate_of(Says(lambda text: Reading("law"), "string"), "domain", DomainSpec())
    with pytest.raises(Unusable, match="names a class"):
        judged(asked, [{"text": "a", "label": "law"}], tmp_path, "--negatives", "f")


def test_a_limit_is_spread(wrp: Wrp, tmp_path: Path):
    """Over the whole file, which may be sorted."""
    lines = [{"text": "a", "label": "chat"}] * 50 + [{"text": "a", "label": "agent"}] * 50
    data = written(tmp_path / "data", lines)
    told = json.loads(wrp("eval", "signals", "--signal", "shape", "--data", data, "--limit", "10", "--json")[1])
    assert (told["n"], told["accuracy"]) == (10, 0.5)
    assert spread([], 3) == []
