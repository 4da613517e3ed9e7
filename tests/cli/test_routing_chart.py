"""The chart of a choice of models."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.policies.training.outcome_tables import table
from wrp_policies.training.baselines import Random, Single
from wrp_policies.training.contenders import Contender, Inputs
from wrp_policies.training.resampling import Resamples
from wrp_policies.training.trial import Judged, Trial, held_out, judge_all, trial_of
from wrp_router.cli.routing_chart import draw

RNG = np.random.default_rng(1)


def judged(models: int, costs: list[float] | None) -> tuple[dict[str, Judged], Trial]:
    made = table((RNG.random((30, models)) < np.linspace(0.3, 0.7, models)).astype(float), costs)
    folds = held_out(made, Inputs(made.prompts), 2, 0)
    pair = (0, 1) if models == 2 else None
    trial = trial_of(made, folds, Resamples.none(30), costs is not None, pair)
    policies: dict[str, Contender] = {"random": Random(), "mine": Random(), "single:a": Single(0)}
    return judge_all(policies, folds, trial, 0, 0.0, lambda stage, share: None), trial


def words(path: Path) -> str:
    return " | ".join(re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text()))


@pytest.mark.parametrize(
    ("models", "costs", "there", "absent"),
    [
        (3, [0.1, 1.0, 2.0], ["US$ an answer", "hull of the single models", "mine", "oracle"], ["gap", "single:a"]),
        (2, [0.0, 1.0], ["US$ an answer", "performance gap recovered", "share of prompts that b answers"], []),
        (2, None, ["performance gap recovered", "mine"], ["US$"]),
        (3, None, ["mean score", "single:a", "mine"], ["US$", "gap"]),
    ],
)
def test_panels(tmp_path: Path, models: int, costs: list[float] | None, there: list[str], absent: list[str]):
    """Costs where they are known, shares where there are two models, and bars where there is neither."""
    path = tmp_path / "chart.svg"
    draw(*judged(models, costs), str(path))
    said = words(path)
    assert [one for one in there if one not in said] == []
    assert [one for one in absent if one in said] == []


def test_the_same_figures_give_the_same_file(tmp_path: Path):
    """Byte by byte."""
    found = judged(3, [0.1, 1.0, 2.0])
    for name in ("one.svg", "two.svg"):
        draw(*found, str(tmp_path / name))
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
