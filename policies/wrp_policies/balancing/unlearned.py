"""What a balancing policy shares that keeps nothing but what it can work out again: it has no state to save."""

from __future__ import annotations

from wrp_policies.types import Outcome, Plan
from wrp_signals.facts import Facts


class Unlearned:
    """Hears and forgets."""

    __slots__ = ()

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """Nothing follows from it."""

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Nothing follows from it."""

    def state(self) -> bytes:
        """Nothing was learned: empty."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing to take up."""
