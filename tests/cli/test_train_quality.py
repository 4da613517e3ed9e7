"""`wrp train quality`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.choosing import line, outcomes
from tests.cli.conftest import Wrp
from tests.cli.judged import written
from wrp_policies.learning.quality_card import unpacked

STATIC = ("--tier", "static", "--trees", "20")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> str:
    return outcomes(tmp_path_factory.mktemp("lines") / "lines", 120)


def trained(wrp: Wrp, lines: str, out: Path, *more: str) -> tuple[int, str, str]:
    """What the command says of these lines."""
    return wrp("train", "quality", "--data", lines, "--out", str(out), *more)


def test_what_is_learned_is_written(wrp: Wrp, tmp_path: Path, lines: str) -> None:
    """With its models, and what it earns on questions that were held out; the same again for the same seed."""
    out, again = tmp_path / "new" / "q.npz", tmp_path / "again.npz"
    code, told, err = trained(wrp, lines, out, *STATIC)
    assert (code, err) == (0, "")
    assert "small: 0.500 on 120 prompts" in told
    code, told, _ = trained(wrp, lines, again, *STATIC, "--json")
    card: dict[str, Any] = json.loads(told)
    assert (code, card["models"]) == (0, ["small", "large"])
    assert card["costs"] == pytest.approx([0.001, 0.01])
    assert list(card["embedders"]) == ["surface", "static"]
    assert card["report"]["oracle"] > card["report"]["best_single"]
    assert out.read_bytes() == again.read_bytes()


def test_a_further_model_needs_one_pass(wrp: Wrp, tmp_path: Path, lines: str) -> None:
    """What was learned of the others stays as it was."""
    first, second = tmp_path / "1.npz", tmp_path / "2.npz"
    assert trained(wrp, lines, first, *STATIC)[0] == 0
    more = written(tmp_path / "more", [line(n) | {"scores": {"third": 1.0}, "cost": None} for n in range(30)])
    code, _, err = trained(wrp, more, second, "--extend", str(first))
    assert (code, err) == (0, "")
    old, new = unpacked(first.read_bytes(), "1"), unpacked(second.read_bytes(), "2")
    assert new.card.models == ("small", "large", "third")
    assert new.card.samples == (120, 120, 30)
    assert (new.forest.values[:, :2] == old.forest.values).all()
    assert (new.forest.values[:, 2] == 1.0).all()


@pytest.mark.parametrize(
    ("count", "change", "why"),
    [(10, {}, "20 are the fewest"), (30, {"scores": {"small": 1.0}}, "has one model only")],
)
def test_what_cannot_be_learned(wrp: Wrp, tmp_path: Path, count: int, change: dict[str, Any], why: str) -> None:
    """From too few prompts, or of one model alone."""
    few = outcomes(tmp_path / "few", count, **change)
    code, _, err = trained(wrp, few, tmp_path / "q.npz", *STATIC)
    assert (code, why in err) == (1, True)


def test_files_that_cannot_be(wrp: Wrp, tmp_path: Path, lines: str) -> None:
    """No such name, nothing that was learned before, other vectors than those it was learned from."""
    code, _, err = trained(wrp, lines, tmp_path / "q.json")
    assert (code, "ends in .npz" in err) == (1, True)
    code, _, err = trained(wrp, lines, tmp_path / "q.npz", "--extend", lines)
    assert (code, "holds no learned quality" in err) == (1, True)


def test_without_scikit_learn(wrp: Wrp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    code, _, err = trained(wrp, lines, tmp_path / "q.npz")
    assert (code, err) == (1, "wrp: training needs scikit-learn: pip install 'wrp-router[train]'\n")
