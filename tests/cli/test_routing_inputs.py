"""What policies look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.cli.choosing import outcomes
from tests.cli.judged import options
from wrp_router.cli.outcomes import compared
from wrp_router.cli.progress import Bar
from wrp_router.cli.routing_inputs import Known, inputs_of


def of(names: list[str], *arguments: str) -> Known:
    asked = options("eval", "routing", *arguments, "--tier", "static")
    return inputs_of(asked, compared(asked), names, Bar())


def test_nothing_is_embedded_for_nobody(tmp_path: Path):
    """Length, chance, single models, the oracle, tasks; categories where all lines have one."""
    data = outcomes(tmp_path / "data.jsonl", 6, category="x")
    train = outcomes(tmp_path / "train.jsonl", 6, first=60, category="y")
    found = of(["length", "oracle", "single:small", "tasks", "categories"], "--data", data, "--train", train)
    assert (found.embedders, dict(found.data.vectors)) == ({}, {})
    assert found.data.categories == ("x",) * 6
    assert found.train is not None
    assert found.train.tasks == ("sum", "place") * 3


def test_vectors_of_both_files(tmp_path: Path):
    """Each table gets its own; categories are read where one of the files has none."""
    data = outcomes(tmp_path / "data.jsonl", 4, category="x")
    train = outcomes(tmp_path / "train.jsonl", 6, first=60)
    found = of(["knn"], "--data", data, "--train", train)
    again = of(["all"], "--data", train, "--folds", "2")
    assert found.train is not None
    assert again.train is None
    assert [len(one.vectors["static"]) for one in (found.data, found.train)] == [4, 6]
    np.testing.assert_allclose(found.train.vectors["static"], again.data.vectors["static"], atol=1e-6)
    assert found.train.categories == again.data.categories
    assert set(found.data.categories).isdisjoint({"x", ""})
    assert list(found.embedders) == ["static"]
