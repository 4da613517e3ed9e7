"""How many tokens the answer will have, by what answers to such requests had. It does not read what is asked."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from .facts import Facts, Reading, RequestView
from .learning import Used
from .materials import Materials
from .outputs import OutputLengths
from .signal import Tier, ValueType
from .spec import Spec


class OutputSpec(Spec, frozen=True, tag="output"):
    """The predicted length of the answer in tokens: the median (or another `quantile`) of what such answers had."""

    value_type: ClassVar[ValueType] = "number"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True
    quantile: Annotated[float, msgspec.Meta(ge=0.05, le=0.99)] = 0.5

    def build(self, materials: Materials | None = None) -> Output:
        return Output(self.quantile)


class Output:
    """Value: predicted tokens of the answer; score: how much of the prediction was learned from requests of this very
    kind (0: it is a guess); evidence: the upper quartile."""

    value_type: ValueType = OutputSpec.value_type
    tier: Tier = "none"
    expected_cost = 4e-6

    def __init__(self, quantile: float = 0.5) -> None:
        self._lengths = OutputLengths(quantile)

    def read(self, view: RequestView, vector: object = None) -> Reading:
        predicted = self._lengths.predict(view)
        return Reading(predicted.tokens, predicted.sure, (f"P75 {round(predicted.upper)}",))

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """Takes in how long the answer was."""
        self._lengths.learn(view, facts, used)

    def state(self) -> bytes:
        """What was learned."""
        return self._lengths.state()

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged."""
        self._lengths.restore(state)
