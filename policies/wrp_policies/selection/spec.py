"""What the configuration of a selection policy has in common, and what those share that learn nothing."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import msgspec
from msgspec import Meta

from wrp_policies.learning.reward import Objective
from wrp_policies.learning.switching import Switch
from wrp_policies.types import Outcome, Plan, Tiers
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials
from wrp_signals.signal import TierChoice

Floor = Annotated[
    float,
    Meta(
        ge=0,
        le=0.5,
        extra={"unit": "percent"},
        description="What each pool at least gets of the requests that it could serve. With none, nothing that was not "
        "chosen can ever be compared with what was.",
    ),
]


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Give it a field `pools`, whose names are all that it may choose, and a `build`."""

    @property
    def by_category(self) -> bool:
        """Whether its policy goes by what the signal named `category` says."""
        return False

    @property
    def by_warmth(self) -> bool:
        """Whether its policy asks which pools' servers hold how the prompt begins."""
        return False

    @property
    def asks(self) -> tuple[str, ...]:
        """Pools that its policy asks questions of its own, beside those that it may choose, or among them."""
        return ()

    def looks(self) -> frozenset[TierChoice]:
        """The tiers of vectors that its policy may look at."""
        return frozenset()


class Valued(Spec, frozen=True, kw_only=True):
    """One whose policy says what an answer of each pool is worth. Give it a `build`."""

    pools: Annotated[tuple[str, ...], Meta(min_length=1, max_length=64)]
    objective: Annotated[Objective, Meta(description="What an answer is worth.")] = Objective()
    floor: Floor = 0.01
    switch: Annotated[Switch, Meta(description="What a conversation has to gain by another pool.")] = Switch()

    @property
    def by_category(self) -> bool:
        return True

    @property
    def by_warmth(self) -> bool:
        objective = self.objective
        return self.switch.weight > 0.0 and (objective.cost > 0.0 or objective.latency > 0.0)


class Looking(Valued, frozen=True, kw_only=True):
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
