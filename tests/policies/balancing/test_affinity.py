"""What makes requests belong together."""

from __future__ import annotations

import pytest

from tests.policies.makers import facts
from wrp_policies.balancing.affinity import By, key_by
from wrp_policies.balancing.hashing import key_of


@pytest.mark.parametrize(
    ("by", "expected"),
    [("session", key_of("s-1")), ("tenant", key_of("acme")), ("model", key_of("sql")), ("prefix", 11)],
)
def test_the_key(by: By, expected: int) -> None:
    """By name a hash of the text; of a prefix the block itself, which is a hash of all up to its end."""
    assert key_by(facts(asked_model="sql", session="s-1", tenant="acme", prefix=(11, 12, 13)), by) == expected


@pytest.mark.parametrize(("depth", "expected"), [(0, 11), (1, 11), (2, 12), (3, 13), (9, 13)])
def test_depth_of_a_prefix(depth: int, expected: int) -> None:
    """So many blocks, or all there are; one at least."""
    assert key_by(facts(prefix=(11, 12, 13)), "prefix", depth) == expected


@pytest.mark.parametrize("by", ["session", "tenant", "model", "prefix"])
def test_no_key(by: By) -> None:
    """Where the request has no such thing."""
    assert key_by(facts(asked_model="", tenant=""), by) is None
