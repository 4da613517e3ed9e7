"""One policy serves, another says what it would have done. Nothing is ever sent where only the second one would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.capable import NoCapablePool
from wrp_policies.sharing import Shares, Sharing
from wrp_policies.types import Choice, Outcome, Plan, Pools, Selection, Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials
from wrp_signals.signal import TierChoice

from .spec import Spec
from .within import WithinSpec


class Shadow(Spec, frozen=True, tag="shadow"):
    """`use` serves; the pool that `shadow` would have put first goes into the log (`plan.shadow`), and nowhere else.

    `shadow` chooses among pools of `use`: of others nobody knows whether they have room, and nothing would be learned.
    """

    use: Annotated[WithinSpec, Meta(description="What serves.")]
    shadow: Annotated[WithinSpec, Meta(description="What is only asked, and learns from what it would have done too.")]

    def __post_init__(self) -> None:
        others = [name for name in self.shadow.pools if name not in self.use.pools]
        if others:
            raise ValueError(f"shadow: {', '.join(others)}: not a pool of `use` (a weight of 0 there makes it a spare)")

    @property
    def pools(self) -> tuple[str, ...]:
        """Those of `use`."""
        return tuple(self.use.pools)

    @property
    def by_category(self) -> bool:
        return self.use.by_category or self.shadow.by_category

    @property
    def by_warmth(self) -> bool:
        return self.use.by_warmth or self.shadow.by_warmth

    @property
    def asks(self) -> tuple[str, ...]:
        """Those of `use`: what only a shadow would want to know is not asked."""
        return self.use.asks

    def looks(self) -> frozenset[TierChoice]:
        return self.use.looks() | self.shadow.looks()

    def build(self, materials: Materials) -> Shadowed:
        return Shadowed(self.use.build(materials), self.shadow.build(materials))


class Learned(msgspec.Struct, frozen=True):
    """What both had learned."""

    use: bytes = b""
    shadow: bytes = b""


class Shadowed:
    """A policy and its shadow. The shadow hears of answers by the pool that it would have asked, too.

    What it then hears with is the plan that served: `propensity` says how likely it was to hear of that pool at all.
    """

    __slots__ = ("_shadow", "_use")

    def __init__(self, use: Selection, shadow: Selection) -> None:
        self._use, self._shadow = use, shadow

    @property
    def tiers(self) -> Tiers:
        return self._use.tiers | self._shadow.tiers

    @property
    def shared(self) -> Mapping[str, Sharing]:
        """Each by itself: they may be of one kind, and hear of other answers."""
        parts = {"use": self._use, "shadow": self._shadow}
        return {
            f"{name}/{part}": sharing
            for name, policy in parts.items()
            if isinstance(policy, Shares)
            for part, sharing in policy.shared.items()
        }

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        choice = self._use.select(facts, pools, now, rng)
        try:
            other = self._shadow.select(facts, pools, now, rng).pools
        except NoCapablePool:
            return choice  # it would have refused what is served all the same
        return msgspec.structs.replace(choice, shadow=other[0] if other else "")

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self._use.learn(facts, plan, outcome)
        if outcome.pool == plan.shadow:
            self._shadow.learn(facts, plan, outcome)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        self._use.judged(facts, plan, outcome, quality)
        if outcome.pool == plan.shadow:
            self._shadow.judged(facts, plan, outcome, quality)

    def state(self) -> bytes:
        return msgspec.json.encode(Learned(self._use.state(), self._shadow.state()))

    def restore(self, state: bytes) -> None:
        learned = msgspec.json.decode(state, type=Learned) if state else Learned()
        for policy, kept in ((self._use, learned.use), (self._shadow, learned.shadow)):
            if kept:
                policy.restore(kept)
