"""What policies have in common that ask other models before one answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from wrp_policies.consulting.types import Heard, Material
from wrp_policies.consulting.writing import text_for
from wrp_policies.types import Choice, Pool, Pools, Tiers
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts, RequestView

from .cascade import expected_ttft

PoolName = Annotated[str, Meta(min_length=1)]

Budget = Annotated[
    Annotated[float, Meta(gt=0, extra={"unit": "money"})] | None,
    Meta(
        description="US$ that asking may cost for a request, beside the answer itself: a question that could cost more "
        "than is left of it, at its dearest, is not asked."
    ),
]
Seconds = Annotated[
    float,
    Meta(
        gt=0,
        le=600,
        extra={"unit": "duration"},
        description="How long asking may take in all, but never more than half of what is left to the deadline.",
    ),
]
Tokens = Annotated[int, Meta(ge=16, le=65_536, description="The most that each answer to be shown may have.")]


class Asker(Unlearned):
    """A policy that asks before one of these pools answers, the first of them that is up. Chance plays no part in who
    that is. Give it a `consult`."""

    __slots__ = ("_kind", "_pools", "_secret", "seconds")

    tiers: Tiers = frozenset()

    def __init__(self, pools: Sequence[str], kind: str, seconds: float, secret: bytes) -> None:
        self._pools = tuple(pools)
        self._kind = kind
        self._secret = secret
        self.seconds = seconds

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        """Who answers, and its stand-ins."""
        here = {pool.name for pool in pools}
        return Choice(tuple([name for name in self._pools if name in here]), why=self._kind)

    def judged(self, facts: Facts, plan: object, outcome: object, quality: float) -> None:
        """Nothing follows from it."""

    def too_slow(self, facts: Facts, pool: Pool, left: float) -> str:
        """Why the first token of a pool would not be there within the `left` seconds, "" if it would."""
        expected = expected_ttft(facts, pool)
        return f"would take {expected:.2f} s" if expected > left else ""

    def _shown(
        self, facts: Facts, view: RequestView, writer: Pool, heard: Sequence[Heard], tokens: int, came: str
    ) -> Material:
        """The request with what was heard; as it came, where that is nothing, or has no room."""
        text = text_for(facts, view, writer, heard, tokens, self._secret)
        how = "writes" if text else "answers alone"
        return Material(f"{writer.name} {how}: {came}", writer.name, text)
