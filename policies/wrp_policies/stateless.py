"""What a policy that learns nothing shares: its spec is the policy. It holds no state and refuses to grow any."""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec

from wrp_signals.facts import Facts

from .types import Outcome, Plan


class Stateless(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Config and policy in one: frozen, so one object serves every request and every thread."""

    wants_prefix: ClassVar[bool] = False

    def build(self) -> Self:
        """The policy: this object itself."""
        return self

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """Hears and forgets."""

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Hears and forgets."""

    def state(self) -> bytes:
        """Nothing was learned: empty."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing to take up; what another kind of policy had learned under the same name is let go."""
