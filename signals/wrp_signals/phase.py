"""Where a request's work will be: in reading its prompt, in writing its answer, or in both. It times nothing."""

from __future__ import annotations

from math import erf, log2
from typing import Annotated, ClassVar, Literal

import msgspec

from .calibration import Calibration
from .errors import StateDamaged
from .facts import Facts, Reading, RequestView
from .learning import Used, packed, unpacked
from .materials import Materials
from .outputs import OutputLengths
from .signal import Tier, ValueType
from .spec import Spec, within_unit

QUARTILE = 0.6745
"""Standard deviations between the median and the upper quartile of a normal distribution."""

SQRT_HALF = 0.5**0.5

SPREAD = 0.3
"""The least standard deviation of an answer's length, in binary logarithms: nobody knows it better."""


class PhaseSpec(Spec, frozen=True, tag="phase"):
    """`prefill_heavy` where the prompt has over `prefill` tokens for each predicted token of the answer, `decode_heavy`
    where the answer has over `decode` for each of the prompt, else `balanced`. The defaults are halfway between the
    shapes by which engines are measured: 8k/1k, 1k/1k and 1k/8k."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True
    prefill: Annotated[float, msgspec.Meta(ge=1.0, le=10_000.0)] = 3.0
    decode: Annotated[float, msgspec.Meta(ge=1.0, le=10_000.0)] = 3.0

    def build(self, materials: Materials | None = None) -> Phase:
        return Phase(self.prefill, self.decode)


class Kept(msgspec.Struct, frozen=True):
    """What was learned, as it is stored."""

    kind: Literal["phase-1"]
    lengths: bytes
    tokens: bytes


class Phase:
    """Value: the phase; score: the probability of it, by how widely the lengths of such answers spread; evidence:
    tokens of the prompt, and of the answer at the median and the upper quartile."""

    value_type: ValueType = PhaseSpec.value_type
    tier: Tier = "none"
    expected_cost = 8e-6

    def __init__(self, prefill: float = 3.0, decode: float = 3.0) -> None:
        self._prefill, self._decode = log2(prefill), -log2(decode)
        self._lengths = OutputLengths()
        self._tokens = Calibration()

    def read(self, view: RequestView, vector: object = None) -> Reading:
        prompt, answer = self._tokens.tokens(view), self._lengths.predict(view)
        evidence = (f"{prompt} in", f"{round(answer.tokens)} out, P75 {round(answer.upper)}")
        if not answer.tokens:
            return Reading("prefill_heavy", 1.0, evidence)
        middle = log2(prompt / answer.tokens)
        spread = max(log2(answer.upper / answer.tokens) / QUARTILE, SPREAD)
        above = _normal((middle - self._prefill) / spread)
        if middle > self._prefill:
            return Reading("prefill_heavy", above, evidence)
        below = _normal((self._decode - middle) / spread)
        if middle < self._decode:
            return Reading("decode_heavy", below, evidence)
        return Reading("balanced", within_unit(1.0 - above - below), evidence)

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """Takes in what the engine counted."""
        self._lengths.learn(view, facts, used)
        self._tokens.learn(view, facts, used)

    def state(self) -> bytes:
        """What was learned of both lengths."""
        return packed(Kept("phase-1", self._lengths.state(), self._tokens.state()))

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged."""
        kept = unpacked(state, Kept) if state else Kept("phase-1", b"", b"")
        before = self._lengths.state()
        self._lengths.restore(kept.lengths)
        try:
            self._tokens.restore(kept.tokens)
        except StateDamaged:
            self._lengths.restore(before)
            raise


def _normal(deviations: float) -> float:
    """The share of a normal distribution below so many standard deviations."""
    return 0.5 + 0.5 * erf(deviations * SQRT_HALF)
