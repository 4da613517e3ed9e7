"""The pool that is soonest, as servers are now; another only if it is clearly sooner. It knows nothing of quality."""

from __future__ import annotations

import random
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from wrp_policies.capable import capable
from wrp_policies.learning.arms import MOST_TOKENS, seconds_of
from wrp_policies.types import Choice, Outcome, Plan, Pools, Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .spec import Spec


class Latency(Spec, frozen=True, tag="latency"):
    """By the seconds to the `first` or the `last` token on each pool's soonest server, as the fleet measures them; a
    pool of which nothing is measured yet counts as soonest, and so is measured.

    It stays with the pool that answered last until another is sooner by the share `margin` of its time, so that noise
    does not send requests back and forth. Raises NoCapablePool where no pool can serve the request.
    """

    pools: Annotated[tuple[str, ...], Meta(min_length=1)]
    until: Annotated[Literal["first", "last"], Meta(description="Which token is waited for.")] = "last"
    margin: Annotated[
        float, Meta(ge=0, le=1, extra={"unit": "percent"}, description="How much sooner another one has to be.")
    ] = 0.2
    default_output: Annotated[int, Meta(ge=0, le=MOST_TOKENS, description="Tokens of an answer.")] = 512

    def build(self, materials: Materials) -> Soonest:
        return Soonest(self)


class Learned(msgspec.Struct, frozen=True):
    """Which pool answered last."""

    last: str


class Soonest:
    """Remembers which pool answered last."""

    __slots__ = ("_last", "_spec")

    def __init__(self, spec: Latency) -> None:
        self._spec = spec
        self._last = ""

    @property
    def tiers(self) -> Tiers:
        return frozenset()

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        spec, here = self._spec, {pool.name: pool for pool in pools}
        able = capable(facts, tuple([here[name] for name in spec.pools if name in here]))
        names = [pool.name for pool in able]
        output = spec.default_output if facts.max_tokens is None else min(facts.max_tokens, MOST_TOKENS)
        tokens = np.full(len(able), float(output) if spec.until == "last" else 0.0)
        seconds = seconds_of(facts, able, tokens)
        order = seconds.argsort(kind="stable").tolist()
        first, why = order[0], "soonest"
        if self._last in names:
            last = names.index(self._last)
            if seconds[first] > (1.0 - spec.margin) * seconds[last]:
                first, why = last, "soon enough to stay"
        ranked = (names[first], *[names[at] for at in order if at != first])
        return Choice(ranked, f"latency: {names[first]} at {seconds[first]:.2f} s is {why}")

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Which pool answered."""
        if outcome.ok and outcome.pool in self._spec.pools:
            self._last = outcome.pool

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """Nothing follows from it."""

    def state(self) -> bytes:
        return msgspec.json.encode(Learned(self._last))

    def restore(self, state: bytes) -> None:
        """A pool that is gone is let go. Raises msgspec.DecodeError where the bytes are not what `state` gave; empty
        ones change nothing."""
        if state:
            last = msgspec.json.decode(state, type=Learned).last
            self._last = last if last in self._spec.pools else ""
