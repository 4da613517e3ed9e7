"""The third truth value."""

from __future__ import annotations

import pytest

from tests.policies.when.phrases import SCHEMA, env
from wrp_policies.when import UNKNOWN, Unknown, compile


def test_unknown_is_not_taken_for_true() -> None:
    """`if condition.evaluate(env):` fails loudly where the answer is unknown."""
    with pytest.raises(TypeError, match="neither"):
        bool(compile("a", SCHEMA).evaluate(env()))
    assert repr(UNKNOWN) == "UNKNOWN"
    assert list(Unknown) == [UNKNOWN]
