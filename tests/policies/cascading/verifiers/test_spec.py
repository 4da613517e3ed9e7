"""What declarations of verifiers have in common."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from wrp_policies.cascading.verifiers import Logprob, Schema, VerifierSpec
from wrp_signals.materials import Materials


def test_a_simple_one_is_its_own_verifier() -> None:
    """Nothing is made of it."""
    spec = Schema()
    assert spec.build(Materials.none()) is spec


@pytest.mark.parametrize("kind", [one.__struct_config__.tag for one in get_args(VerifierSpec)])
def test_unknown_fields_are_refused(kind: str) -> None:
    """Of every kind."""
    two = {"of": [Logprob(), Schema()]}
    given = {"all": two, "any": two, "learned": {"card": "x"}, "judge": {"pool": "x"}}
    fields = msgspec.to_builtins(given.get(kind, {}))
    assert msgspec.convert({"kind": kind, **fields}, type=VerifierSpec)
    with pytest.raises(msgspec.ValidationError, match="unknown field `att`"):
        msgspec.convert({"kind": kind, "att": 1, **fields}, type=VerifierSpec)
