"""What a policy shares that keeps nothing but what it can work out again: it hears, and has no state to save."""

from __future__ import annotations

from wrp_signals.facts import Facts

from .types import Outcome, Plan


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
        """Nothing to take up; what another kind of policy had learned under the same name is let go."""
