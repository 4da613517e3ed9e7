"""Outcomes from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.choosing import line, outcomes
from tests.cli.judged import options, written
from wrp_router.cli.candidate import Unusable
from wrp_router.cli.outcomes import Compared, compared, read_outcomes

TWO = {"small": 0.5, "large": 1.0}


def of(*arguments: str) -> Compared:
    return compared(options("eval", "routing", *arguments))


def test_bad_lines_have_a_place(tmp_path: Path):
    """And cost themselves only."""
    path = written(tmp_path / "data.jsonl", [line(0), "{", [], {"prompt": "x"}, "", line(1)])
    found, bad = read_outcomes(path)
    assert [one.place for one in found] == [f"{path}:1", f"{path}:6"]
    assert [str(one).partition(": ")[0] for one in bad] == [f"{path}:{number}" for number in (2, 3, 4)]
    assert "not valid JSON" in str(bad[0])


def test_two_files(tmp_path: Path):
    """Models in the order of the data; the weaker one in training is the weak one."""
    data = outcomes(tmp_path / "data.jsonl", 6, scores={"large": 0.0, "small": 1.0})
    train = outcomes(tmp_path / "train.jsonl", 8, first=100)
    found = of("--data", data, "--train", train)
    assert found.train is not None
    assert found.data.models == found.train.models == ("large", "small")
    assert (found.pair, found.priced, found.repeated, found.bad) == ((1, 0), True, 0, 0)
    assert (len(found.data), len(found.train)) == (6, 8)


def test_a_pair_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Named by who asks; prompts where one of them is not known are left out, and told."""
    rows = [line(n) | {"scores": {"small": 1.0, "other": 0.2, "large": None if n == 3 else 0.5}} for n in range(5)]
    path = written(tmp_path / "data.jsonl", rows)
    found = of("--data", path, "--folds", "2", "--weak", "small", "--strong", "large")
    assert (found.data.models, found.pair, len(found.data)) == (("small", "large"), (0, 1), 4)
    assert f"{path}: 1 prompts are left out" in capsys.readouterr().err
    assert of("--data", path, "--folds", "2").pair is None


def test_leakage_is_told_loudly(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Prompts that stand in both files, whatever their case, and those that ask the same with other options."""
    data = written(
        tmp_path / "data.jsonl",
        [line(0), line(2) | {"prompt": line(2)["prompt"] + "\nA. one\nB. two"}, line(3)],
    )
    train = written(tmp_path / "train.jsonl", [line(0) | {"prompt": line(0)["prompt"].upper()}, line(2)])
    assert of("--data", data, "--train", train).repeated == 1
    said = capsys.readouterr().err
    assert said.startswith("wrp: WARNING: 1 of the 3 prompts of ")
    assert "and 2 ask what a prompt there asks" in said


def test_costs_that_not_all_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Are left out, and that is said; where there are none at all there is nothing to say."""
    some = outcomes(tmp_path / "some.jsonl", 4, cost={"small": 1.0})
    assert not of("--data", some, "--folds", "2").priced
    assert "costs are left out" in capsys.readouterr().err
    none = outcomes(tmp_path / "none.jsonl", 4, cost=None)
    assert not of("--data", none, "--folds", "2").priced
    assert np.isnan(of("--data", none, "--folds", "2").data.costs).all()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        ({}, ("--weak", "small"), "--weak and --strong go together"),
        ({}, ("--weak", "small", "--strong", "small"), "name two different models"),
        ({}, ("--weak", "small", "--strong", "huge"), "has no model 'huge'; it has large, small"),
        ({"scores": {"small": 1.0}}, (), "has one model only"),
        ({"scores": "none"}, (), "has no outcome to judge or to learn by"),
    ],
)
def test_what_cannot_be_judged(tmp_path: Path, change: dict[str, object], arguments: tuple[str, ...], said: str):
    """Says what is missing."""
    path = outcomes(tmp_path / "data.jsonl", 4, **change)
    with pytest.raises(Unusable, match=said):
        of("--data", path, "--folds", "2", *arguments)


def test_a_pair_that_never_meets(tmp_path: Path):
    """No prompt with both scores: nothing can be compared."""
    path = written(tmp_path / "data.jsonl", [line(n) | {"scores": {"ab"[n % 2]: 1.0, "c": 0.0}} for n in range(6)])
    with pytest.raises(Unusable, match="has no prompt with a score of both models"):
        of("--data", path, "--folds", "2", "--weak", "a", "--strong", "b")


def test_models_that_were_never_trained_on(tmp_path: Path):
    """Are refused, with the line that names the first of them."""
    data = written(tmp_path / "data.jsonl", [line(0), line(1) | {"scores": TWO | {"new": 1.0}}])
    train = outcomes(tmp_path / "train.jsonl", 4, first=50)
    with pytest.raises(Unusable, match=r"data\.jsonl:2: no line of .*train\.jsonl has a score of 'new'"):
        of("--data", data, "--train", train)
