"""The room's README against the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies import makers
from wrp_policies import BalancingSpec, SelectionSpec
from wrp_policies.queueing import OrderSpec

README = Path(__file__).parents[2] / "policies" / "README.md"

KINDS = [kind for union in (SelectionSpec, BalancingSpec, OrderSpec) for kind in makers.kinds(union)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_row(kind: str) -> None:
    """Nobody has to read the code to learn which policies there are."""
    rows = [line for line in README.read_text().splitlines() if line.startswith("|")]
    assert sum(line.startswith(f"| `{kind}` |") for line in rows) == 1


@pytest.mark.parametrize("kind", makers.kinds(BalancingSpec))
def test_who_wants_to_know_how_prompts_begin(kind: str) -> None:
    """The column `prefix` says what the kind says."""
    row = next(line for line in README.read_text().splitlines() if line.startswith(f"| `{kind}` |"))
    assert row.split("|")[2].strip() == ("yes" if makers.balancing(kind).wants() != "nothing" else "no")


def test_no_row_without_a_kind() -> None:
    """The tables promise nothing that is not there."""
    rows = [line.split("`")[1] for line in README.read_text().splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(KINDS)
