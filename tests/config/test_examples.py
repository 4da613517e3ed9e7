"""The examples that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrp_router.config import load

CONFIGS = Path(__file__).parents[2] / "configs"
EXAMPLES = sorted(CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_no_problems(file: Path) -> None:
    """Every one loads without a word, also where no variable is set."""
    loaded = load(str(file), {}, model_tier=True)
    assert loaded.problems == ()
    assert loaded.config is not None


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_editors_find_the_schema(file: Path) -> None:
    """The first line names it."""
    assert file.read_text().startswith("# yaml-language-server: $schema=wrp.schema.json\n")


def test_they_are_complete() -> None:
    """The four of them."""
    names = {file.stem for file in EXAMPLES}
    assert names >= {"minimal", "pools-and-routes", "cache", "signals"}
