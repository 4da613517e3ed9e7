"""The words of cascades."""

from __future__ import annotations

import pytest

from wrp_policies.cascading.cards import Threshold
from wrp_policies.cascading.types import NEVER, Verifier
from wrp_policies.cascading.verifiers import AllOf, Logprob, Margin, Schema
from wrp_signals.materials import Materials


@pytest.mark.parametrize("spec", [Logprob(), Margin(), Schema(), AllOf((Logprob(), Schema()))])
def test_bars_can_be_reached(spec: Logprob | Margin | Schema | AllOf) -> None:
    """They are in [0, 1], as scores are; the one that cannot is above all of them."""
    verifier: Verifier = spec.build(Materials.none())
    assert 0.0 <= verifier.bar <= 1.0 < NEVER == Threshold(None).bar
