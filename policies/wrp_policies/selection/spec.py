"""What the configuration of a selection policy has in common, and what those share that learn nothing."""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec

from wrp_policies.types import Outcome, Plan, Tiers
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials
from wrp_signals.signal import TierChoice


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Give it a field `pools`, whose names are all that it may choose, and a `build`."""

    @property
    def by_category(self) -> bool:
        """Whether its policy goes by what the signal named `category` says."""
        return False

    @property
    def asks(self) -> tuple[str, ...]:
        """Pools that its policy asks questions of its own, beside those that it may choose, or among them."""
        return ()

    def looks(self) -> frozenset[TierChoice]:
        """The tiers of vectors that its policy may look at."""
        return frozenset()


class Looking(Spec, frozen=True):
    """One whose policy looks at what was asked: at the vectors of some tier."""

    tier: TierChoice = "auto"

    def looks(self) -> frozenset[TierChoice]:
        return frozenset((self.tier,))


class Simple(Unlearned, Spec, frozen=True):
    """One that learns nothing: the spec is the policy. Give it a `select`."""

    tiers: ClassVar[Tiers] = frozenset()

    def build(self, materials: Materials) -> Self:
        """The policy: this object itself."""
        return self

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """Nothing follows from it."""
