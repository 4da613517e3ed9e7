"""`wrp train guard`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from tests.cli.judged import written
from wrp_cache.training.traps import traps


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = traps(4, 240, share=0.5)
    return written(tmp_path_factory.mktemp("pairs") / "pairs", [{"a": m.a, "b": m.b, "dup": m.dup} for m in made])


def test_a_guard_is_written_and_used(wrp: Wrp, tmp_path: Path, pairs: str):
    """Its report is of held-out questions; `wrp eval cache --guard` takes it."""
    out = tmp_path / "new" / "guard.npz"
    code, told, err = wrp("train", "guard", "--data", pairs, "--out", str(out), "--precision", "0.9")
    assert (code, err) == (0, "")
    assert "cosine_auroc" in told
    assert f"written to {out}" in told
    code, told, _ = wrp("eval", "cache", "--pairs", pairs, "--guard", str(out), "--json")
    report = json.loads(told)
    assert (code, report["guard"][:6]) == (0, "guard-")
    assert report["auroc"] > report["cosine_alone"]["auroc"]


def test_what_cannot_be_learned(wrp: Wrp, tmp_path: Path, pairs: str):
    """Too few pairs, none at all, or no place to write to."""
    few = written(tmp_path / "few", [{"a": "x", "b": "y", "dup": 1}])
    code, _, err = wrp("train", "guard", "--data", few, "--out", str(tmp_path / "g.npz"))
    assert (code, "at least 200" in err) == (1, True)
    code, _, err = wrp("train", "guard", "--data", written(tmp_path / "none", [{}]), "--out", str(tmp_path / "g.npz"))
    assert (code, err.splitlines()[-1].endswith("has no pair to learn from")) == (1, True)
    code, _, err = wrp("train", "guard", "--data", pairs, "--out", str(tmp_path))
    assert (code, "ends in .npz" in err) == (1, True)


def test_without_scikit_learn(wrp: Wrp, tmp_path: Path, monkeypatch, pairs: str):
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    code, _, err = wrp("train", "guard", "--data", pairs, "--out", str(tmp_path / "g.npz"))
    assert (code, err) == (1, "wrp: training needs scikit-learn: pip install 'wrp-router[train]'\n")
