"""`wrp eval cache`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cache.weighings import VECTORS, arrays, card, weighing
from tests.cli.conftest import Wrp
from tests.cli.judged import written
from wrp_cache.crossing import CrossGuard
from wrp_cache.guard import Guard
from wrp_cache.judges import GuardSpec
from wrp_cache.learned import LearnedGuard
from wrp_cache.training.learning import Example
from wrp_cache.weighing import packed
from wrp_router.cli.eval_cache import guard_of, judge_pairs, named, scored
from wrp_router.cli.progress import Bar
from wrp_router.config.caching import CacheConfig, CategoryConfig

PAIRS = [
    {"a": "How do I reset my password?", "b": "How can I reset my password?", "dup": 1},
    {"a": "How do I reset my password?", "b": "How do I reset 2 passwords?", "dup": 0},
    {"a": "What is the capital of France?", "b": "What's the capital of France?", "dup": 1, "category": "facts"},
    {"a": "What is the capital of France?", "b": "What is the capital of Spain?", "dup": 0, "category": "facts"},
]


def test_json(wrp: Wrp, tmp_path: Path):
    """What the issue of this command promises, with the embedding model that ships."""
    code, out, err = wrp("eval", "cache", "--pairs", written(tmp_path / "pairs", PAIRS), "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["n"], told["guard"], told["duplicates"]) == (4, "rules", 2)
    assert told["auroc"] == told["best_f1"] == 1.0
    assert told["recall_at_precision"] == {"0.90": 1.0, "0.95": 1.0, "0.98": 1.0}
    assert told["served"] == {"precision": 1.0, "hits": 2, "false_hits": 0, "recall": 1.0}
    assert set(told["categories"]) == {"default", "facts"}
    assert told["categories"]["facts"]["theta"] is None


def test_a_table(wrp: Wrp, tmp_path: Path, config):
    """For people. Bad lines are told with their place, and cost themselves only."""
    path = written(tmp_path / "pairs", [*PAIRS, {"a": "x"}])
    code, out, err = wrp("eval", "cache", "--pairs", path, "--config", config())
    assert code == 0
    assert err == f"{path}:5: `b` is no text\n"
    assert "\nserved\n  precision                1\n" in out
    assert "bad_lines                  1\n" in out


def test_nothing_to_judge(wrp: Wrp, tmp_path: Path):
    """A file without pairs, or none at all."""
    code, out, err = wrp("eval", "cache", "--pairs", written(tmp_path / "pairs", [{}]))
    assert (code, out) == (1, "")
    assert err.endswith("has no pair to judge by\n")
    assert wrp("eval", "cache", "--pairs", str(tmp_path / "absent"))[0] == 1


def test_without_the_model_tier(wrp: Wrp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    code, _, err = wrp("eval", "cache", "--pairs", written(tmp_path / "pairs", PAIRS))
    assert code == 1
    assert "pip install 'wrp-router[model]'" in err


def test_a_guard_of_another_embedder(wrp: Wrp, tmp_path: Path):
    """Is refused, with what to run."""
    guard = tmp_path / "guard.npz"
    guard.write_bytes(packed(card(), arrays()))
    code, _, err = wrp("eval", "cache", "--pairs", written(tmp_path / "pairs", PAIRS), "--guard", str(guard))
    assert code == 1
    assert "was trained on vectors of 'minilm-test'" in err
    assert "run `wrp train guard" in err


EXAMPLES = [
    Example(one["a"], one["b"], bool(one["dup"]), 0.95 if one["dup"] else 0.93, one.get("category", "default"), VECTORS)
    for one in PAIRS
]


def test_what_ranks():
    """Cosines, what is vetoed after all else; a learned guard's probability, its rules weighed and not obeyed."""
    scores, evidence = scored(EXAMPLES, Guard(), Bar())
    assert scores.tolist() == pytest.approx([0.95, -1.07, 0.95, -1.07])
    assert [each is None for each in evidence] == [True, False, True, False]
    scores, evidence = scored(EXAMPLES, LearnedGuard(weighing()), Bar())
    assert ((scores > 0.8) & (scores <= 1.0)).all()
    assert [each is None for each in evidence] == [True, False, True, False]


def test_what_ranks_by_a_cross_encoder():
    """Its probability, whatever the guard before it said; where it fails, nothing."""

    class Says:
        def alike(self, asked: str, stored: str) -> float:
            if "Spain" in asked:
                raise RuntimeError("out of memory")
            return 0.25

    pairs = [*EXAMPLES, Example("the same", "the same", True, 1.0)]
    scores, evidence = scored(pairs, CrossGuard(Says(), Guard()), Bar())
    assert scores.tolist() == [0.25, 0.25, 0.25, 0.0, 1.0]
    assert evidence[0] == "cross-encoder: 0.25 < 0.50"
    assert evidence[-1] is None


def test_the_configured_bars():
    """Every category is served by its own threshold."""
    cache = CacheConfig(categories={"facts": CategoryConfig(threshold=0.97)})
    scores, evidence = scored(EXAMPLES, Guard(), Bar())
    told = judge_pairs(EXAMPLES, scores, evidence, cache, 0.9)
    assert told["served"] == {"precision": 1.0, "hits": 1, "false_hits": 0, "recall": 0.5}
    assert told["categories"]["facts"]["threshold"] == 0.97
    assert told["vetoed"] == {"number": {"n": 1, "duplicates": 0}}


def test_which_guard(tmp_path: Path):
    """The rules, unless a file is given; what each is called."""
    assert guard_of(None, None) == GuardSpec()
    assert guard_of(None, "g.npz") == GuardSpec(learned="g.npz")
    assert named(Guard()) == "rules"
    assert named(LearnedGuard(weighing())) == "guard-by-hand"
    assert named(CrossGuard(object(), Guard())) == "cross-encoder"  # type: ignore[arg-type]
