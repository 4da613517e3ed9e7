"""The room's README against the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies import makers
from wrp_policies import BalancingSpec, SelectionSpec

README = Path(__file__).parents[2] / "policies" / "README.md"


@pytest.mark.parametrize("kind", [*makers.kinds(SelectionSpec), *makers.kinds(BalancingSpec)])
def test_every_kind_is_a_row(kind: str) -> None:
    """Nobody has to read the code to learn which policies there are."""
    rows = [line for line in README.read_text().splitlines() if line.startswith("|")]
    assert sum(line.startswith(f"| `{kind}` |") for line in rows) == 1


def test_no_row_without_a_kind() -> None:
    """The tables promise nothing that is not there."""
    rows = [line.split("`")[1] for line in README.read_text().splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted([*makers.kinds(SelectionSpec), *makers.kinds(BalancingSpec)])
