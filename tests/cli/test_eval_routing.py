"""`wrp eval routing`"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.choosing import line, outcomes
from tests.cli.conftest import Wrp
from tests.cli.judged import written

FIGURES = ["apgr", "cpt50", "cpt80", "aiq", "aiq_hull", "mean_score", "mean_cost", "best_single", "oracle"]
FIGURES += ["cost_at_best_single", "regret"]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """Arguments: eighty prompts to judge by and two hundred others to learn from."""
    data, train = outcomes(tmp_path / "data.jsonl", 80), outcomes(tmp_path / "train.jsonl", 200, first=1000)
    return ("eval", "routing", "--data", data, "--train", train, "--tier", "static", "--resamples", "50")


def test_json_of_one_policy(wrp: Wrp, files: tuple[str, ...]):
    """What the issue of this command promises, each with an interval around it."""
    code, out, err = wrp(*files, "--policy", "knn", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert [name for name in FIGURES if told[name] is None] == []
    for name in FIGURES:
        low, high = told["intervals"][name]
        assert low <= told[name] <= high
    about = ("knn", 80, 200, "small", "large")
    assert tuple(told[name] for name in ("policy", "n", "trained_on", "weak", "strong")) == about
    assert told["mean_score"] == told["best_single"] == 0.8
    assert told["mean_cost"] < 0.007
    assert told["apgr"] > 0.6
    assert told["regret"] == pytest.approx(told["oracle"] - told["mean_score"], abs=2e-4)
    assert "against" not in told


def test_all_in_one_table(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """Every policy and baseline, held against kNN; with a chart beside it."""
    chart = tmp_path / "chart.svg"
    code, out, err = wrp(*files, "--json", "--plot", str(chart))
    told = json.loads(out)
    assert (code, err) == (0, "")
    names = {"random", "best_single", "length", "categories", "tasks", "knn", "clusters", "quality", "oracle"}
    assert set(told["policies"]) == names | {"single:small", "single:large"}
    assert told["policies"]["tasks"]["against"]["policy"] == "knn"
    assert told["policies"]["random"]["against"]["mean_score"]["difference"] < 0.0
    assert "against" not in told["policies"]["knn"]
    assert "clusters" in chart.read_text()


def test_lines_for_people(wrp: Wrp, files: tuple[str, ...]):
    """A table of several, the figures of one, and what it has over another."""
    _, out, _ = wrp(*files, "--policy", "length", "--policy", "tasks")
    assert out.splitlines()[-3].startswith("policy  APGR")
    _, out, _ = wrp(*files, "--policy", "tasks", "--against", "length")
    assert "\npolicy                     tasks\n" in out
    assert "\nmean_score                 +" in out
    assert out.rstrip().endswith("beside length")


def test_folds_and_seeds(wrp: Wrp, tmp_path: Path):
    """One file is enough; each seed has its own folds, and the spread between them is told."""
    data = outcomes(tmp_path / "data.jsonl", 60)
    asked = ("eval", "routing", "--data", data, "--folds", "3", "--policy", "random", "--resamples", "20", "--json")
    told = json.loads(wrp(*asked, "--seeds", "3")[1])
    assert (told["folds"], told["trained_on"], told["seeds"]) == (3, 40, 3)
    low, high = told["spread"]["mean_score"]
    assert low < told["mean_score"] < high


def test_repeatable(wrp: Wrp, files: tuple[str, ...]):
    """The same seed says the same, another something else."""
    asked = (*files, "--policy", "clusters", "--policy", "random", "--json")
    first, again, other = (json.loads(wrp(*asked, "--seed", seed)[1]) for seed in ("1", "1", "2"))
    assert first == again
    assert first["policies"]["random"] != other["policies"]["random"]


def test_vectors_are_kept_where_a_file_is_named(wrp: Wrp, files: tuple[str, ...], tmp_path: Path):
    """And nowhere else."""
    before = {*tmp_path.iterdir()}
    plain = wrp(*files, "--policy", "knn", "--json")
    assert {*tmp_path.iterdir()} == before
    kept = tmp_path / "kept.npz"
    assert wrp(*files, "--policy", "knn", "--json", "--vectors", str(kept)) == plain
    assert kept.exists()
    assert wrp(*files, "--policy", "knn", "--json", "--vectors", str(kept)) == plain


def test_both_tiers(wrp: Wrp, tmp_path: Path):
    """A row for each where vectors are compared; a name without a tier means both."""
    data = outcomes(tmp_path / "data.jsonl", 30)
    asked = ("eval", "routing", "--data", data, "--folds", "2", "--tier", "both", "--resamples", "0", "--json")
    told = json.loads(wrp(*asked, "--policy", "knn")[1])
    assert set(told["policies"]) == {"knn-static", "knn-model"}
    assert set(told["embedders"]) == {"static", "model"}
    assert told["policies"]["knn-static"]["intervals"]["mean_score"] is None


def test_the_operating_point(wrp: Wrp, files: tuple[str, ...]):
    """What a US$ is worth makes it cheaper."""
    dear, cheap = (
        json.loads(wrp(*files, "--policy", "tasks", "--json", "--cost-weight", weight)[1]) for weight in ("0", "100")
    )
    assert cheap["mean_cost"] == pytest.approx(0.001)
    assert dear["mean_cost"] > 0.004
    assert dear["aiq"] == pytest.approx(cheap["aiq"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--policy", "qality"), "no policy is called 'qality': there are all, oracle, random"),
        (("--policy", "single:huge"), "no policy is called 'single:huge'"),
        (("--against", "nobody"), "no policy is called 'nobody'"),
        (("--policy", "knn-model"), "knn-model cannot be judged here: it needs --tier model, or both"),
        (("--plot", "chart.txt"), "--plot chart.txt: a chart's name ends in"),
        (("--vectors", "kept.txt"), "the file's name ends in .npz"),
    ],
)
def test_used_wrongly(wrp: Wrp, files: tuple[str, ...], arguments: tuple[str, ...], said: str):
    """Is told what to do instead."""
    code, out, err = wrp(*files, *arguments)
    assert (code, out) == (1, "")
    assert said in err


def test_needs_that_are_not_met(wrp: Wrp, tmp_path: Path):
    """No tasks in the lines; fewer questions than folds; no file."""
    data = outcomes(tmp_path / "data.jsonl", 6, task=None)
    asked = ("eval", "routing", "--data", data, "--resamples", "0")
    assert "tasks cannot be judged here: it needs tasks" in wrp(*asked, "--folds", "2", "--policy", "tasks")[2]
    assert "--folds 9: 6 groups cannot make 9 folds" in wrp(*asked, "--folds", "9", "--policy", "length")[2]
    assert wrp("eval", "routing", "--data", str(tmp_path / "absent"), "--folds", "2")[0] == 1


def test_bad_lines_and_what_is_doubtful(wrp: Wrp, tmp_path: Path):
    """Are told with their place, and counted in the report."""
    rows = [*(line(n) for n in range(20)), {"prompt": "x", "scores": {"small": 2}}]
    rows[3]["scores"] = {"small": 1.0, "large": 0.5, "third": 0.1}
    data = written(tmp_path / "data.jsonl", rows)
    code, out, err = wrp("eval", "routing", "--data", data, "--folds", "2", "--policy", "length", "--json")
    told = json.loads(out)
    assert (code, told["bad_lines"], told["unknown_scores"]) == (0, 1, 19)
    assert err.startswith(f"{data}:21: `scores` of small: 2 is no number between 0 and 1\n")


def test_without_scikit_learn(wrp: Wrp, files: tuple[str, ...], monkeypatch: pytest.MonkeyPatch):
    """All others are judged; who asks for this one hears what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    code, out, _ = wrp(*files, "--json")
    assert (code, "quality" in json.loads(out)["policies"]) == (0, False)
    code, _, err = wrp(*files, "--policy", "quality")
    assert (code, err) == (1, "wrp: quality learns with scikit-learn: pip install 'wrp-router[train]'\n")
