"""Who asks is told from who need not."""

from __future__ import annotations

import pytest

from wrp_policies.cascading.cases import Examiner
from wrp_policies.cascading.verifiers import AllOf, AnyOf, Judge, Logprob, Margin, Schema, SelfConsistency
from wrp_signals.materials import Materials


@pytest.mark.parametrize("spec", [Judge("x"), SelfConsistency(), AnyOf((Schema(), Judge("x")))])
def test_who_asks(spec: Judge | SelfConsistency | AnyOf) -> None:
    """Has no quick verdict, and a bar like any other."""
    made = spec.build(Materials.none())
    assert isinstance(made, Examiner)
    assert not hasattr(made, "judge")
    assert (0.0 < made.bar <= 1.0, made.tops) == (True, None)


@pytest.mark.parametrize("spec", [Logprob(), Margin(), Schema(), AllOf((Logprob(), Schema()))])
def test_who_need_not(spec: Logprob | Margin | Schema | AllOf) -> None:
    """Is none of them."""
    assert not isinstance(spec.build(Materials.none()), Examiner)
