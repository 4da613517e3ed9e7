"""How many tokens the prompt is, about: the estimate, corrected by what engines reported. No tokenizer."""

from __future__ import annotations

from typing import ClassVar

from .calibration import Calibration
from .estimate import estimate_tokens
from .facts import Facts, Reading, RequestView
from .learning import Used
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Spec

__all__ = ["Tokens", "TokensSpec", "estimate_tokens"]


class TokensSpec(Spec, frozen=True, tag="tokens"):
    """The estimated length of the prompt in tokens."""

    value_type: ClassVar[ValueType] = "number"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True

    def build(self, materials: Materials | None = None) -> Tokens:
        return Tokens()


class Tokens:
    """Value: estimated prompt tokens, as the model that is asked for would count them."""

    value_type: ValueType = TokensSpec.value_type
    tier: Tier = "none"
    expected_cost = 4e-6

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration or Calibration()

    def read(self, view: RequestView, vector: object = None) -> Reading:
        return Reading(float(self._calibration.tokens(view)))

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """Takes in what the engine counted."""
        self._calibration.learn(view, facts, used)

    def state(self) -> bytes:
        """What was learned."""
        return self._calibration.state()

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged."""
        self._calibration.restore(state)
