"""A small model with past answers of a larger one before the prompt, where that is as good (IC-Cache, SOSP'25). It
sends nothing itself, knows no text, and no tenant's answers but the asking one's own."""

from __future__ import annotations

import random
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_policies.examples.choosing import LOOKED, Bounds, chosen
from wrp_policies.examples.memory import Memory, MemorySpec
from wrp_policies.examples.shelf import Kept
from wrp_policies.examples.types import AIDED, Given, Gone
from wrp_policies.examples.utility import Learned as Utilities
from wrp_policies.examples.utility import Utility, judged_with
from wrp_policies.filters import tokens_of, usable_servers
from wrp_policies.learning.context import LEAST_DIM, Context
from wrp_policies.learning.exploring import greedy
from wrp_policies.learning.learner import Learner
from wrp_policies.learning.projection import projection
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.sight import Sight
from wrp_policies.types import Choice, Outcome, Plan, Pool, Pools, Tiers
from wrp_signals.errors import TierMissing
from wrp_signals.facts import Facts, Vector
from wrp_signals.materials import Materials
from wrp_signals.signal import Tier, TierChoice

from .spec import Floor, Spec

EXTRA = 3
"""Numbers of what is learned from beside the request: what the examples promise, how many they are, the nearest."""

AXES = 48
"""The others: as many as contextual bandits have unless told otherwise."""

UNJUDGED = 0.5
"""How an answer stands that ended well and that nobody judged."""

ROOM = 512
"""Tokens of a context that are left for an answer whose length the request does not bound."""


class InContext(Spec, frozen=True, tag="in_context", kw_only=True):
    """Asks `small`, or `small` with past answers of `large` to like questions before the prompt, or `large`, by what
    each was worth to requests like this one (LinUCB over these three, with a `floor` for each). What goes before a
    prompt are the tenant's own past answers, to requests with the same instructions, chosen by how much better answers
    with them were judged than without.

    Raises NoCapablePool where neither pool can serve the request.
    """

    small: Annotated[str, Meta(min_length=1, description="The pool that may be given examples.")]
    large: Annotated[str, Meta(min_length=1, description="The pool whose answers become examples.")]
    examples: Annotated[int, Meta(ge=1, le=8, description="How many past answers go before a prompt at most.")] = 3
    tokens: Annotated[
        int, Meta(ge=16, le=131_072, description="How many tokens they may add to it. A context that is shorter bounds "
        "them further.")
    ] = 2_048  # fmt: skip
    similarity: Annotated[
        float, Meta(ge=0, lt=1, description="The least cosine similarity of a question whose answer may be an example.")
    ] = 0.5
    turns: Annotated[
        int,
        Meta(ge=1, le=64, description="User messages of the longest conversation that is given examples: they go "
        "before its beginning, and what engines have cached of it is of no use then."),
    ] = 1  # fmt: skip
    good: Annotated[
        float, Meta(gt=0, le=1, description="The quality from which on a judged answer stays as an example.")
    ] = 0.6
    tier: Annotated[TierChoice, Meta(description="Whose vectors of what was asked find past questions.")] = "static"
    objective: Annotated[
        Objective, Meta(description="What an answer is worth. Time counts what servers have to do: with `latency` the "
        "small pool is preferred while the large one is loaded.")
    ] = Objective(cost=0.3, latency=0.1)  # fmt: skip
    alpha: Annotated[
        float, Meta(ge=0, le=10, description="How much what is not known counts: standard deviations of an answer.")
    ] = 0.7
    floor: Floor = 0.02
    discount: Annotated[float, Meta(ge=0.9, le=1, description="What an observation is still worth after one more.")] = (
        1.0
    )
    memory: Annotated[MemorySpec, Meta(description="How many past answers are remembered, and for how long.")] = (
        MemorySpec()
    )

    def __post_init__(self) -> None:
        if self.small == self.large:
            raise ValueError("small and large must be two pools")

    @property
    def pools(self) -> tuple[str, ...]:
        """Both."""
        return (self.small, self.large)

    @property
    def by_category(self) -> bool:
        return True

    def looks(self) -> frozenset[TierChoice]:
        return frozenset((self.tier,))

    def build(self, materials: Materials) -> Aiding:
        """Raises TierMissing where `tier` is "model" and there is none."""
        try:
            tier, embedder = materials.embedder(self.tier)
        except TierMissing:
            if self.tier == "model":
                raise
            return Aiding(self, self._learner(Context(AXES + EXTRA)))
        axes = projection(tier, embedder.id, embedder.dim, AXES - LEAST_DIM)
        return Aiding(self, self._learner(Context(AXES + EXTRA, tier, axes)), tier)

    def _learner(self, context: Context) -> Learner:
        return Learner(self.arms, context, self.objective, discount=self.discount)

    @property
    def arms(self) -> tuple[str, str, str]:
        """What there is to choose from."""
        return (self.small, self.small + AIDED, self.large)


class Learned(msgspec.Struct, frozen=True):
    """What was learned of the three, and of examples in general. Those end with the process."""

    arms: bytes
    utility: Utilities


class Aiding:
    """Chooses among three by upper confidence bounds, and keeps the books of examples."""

    __slots__ = ("_arms", "_learner", "_memory", "_spec", "_tier", "_utility")

    def __init__(self, spec: InContext, learner: Learner, tier: Tier = "none") -> None:
        self._spec, self._learner, self._tier = spec, learner, tier
        self._arms = spec.arms
        self._memory = Memory(spec.memory)
        self._utility = Utility()

    @property
    def tiers(self) -> Tiers:
        return frozenset() if self._tier == "none" else frozenset([self._tier])

    @property
    def teacher(self) -> str:
        return self._spec.large

    @property
    def memory(self) -> Memory:
        """The books."""
        return self._memory

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        learner, spec = self._learner, self._spec
        here = tuple([pool for pool in pools if pool.name in (spec.small, spec.large)])
        small = next((pool for pool in here if pool.name == spec.small), None)
        given = self._given(facts, small, now) if small is not None else None
        if small is not None and given is not None:
            here = (*here, msgspec.structs.replace(small, name=self._arms[1]))
        seen = learner.look(facts, here, now)
        settled = seen.settled()
        if settled is not None:
            return settled
        context = learner.context(facts)
        means, widths = learner.both(seen, context)
        if small is not None and given is not None and self._arms[1] in seen.names:
            at, aided = seen.names.index(self._arms[1]), _aided(context, given)
            means[at], widths[at] = learner.ridge.expected(1, aided), learner.widths(seen, aided)[at]
            _charge(seen, at, small, given, spec.objective)
        values = np.asarray(learner.weight * (means + spec.alpha * widths) - seen.taken, np.float64)
        chances = greedy(int(values.argmax()), len(values), spec.floor)
        return _of_pools(seen.choice(values, means, chances, "in_context", rng), given)

    def _given(self, facts: Facts, small: Pool, now: float) -> Given | None:
        """What would go before the prompt: from the tenant's own shelf, as much as the pool's context holds."""
        spec = self._spec
        vector = facts.vector(self._tier) if facts.shelf and facts.turns <= spec.turns else None
        if vector is None:
            return None
        found = self._memory.near(facts.tenant, facts.shelf, vector, LOOKED, spec.similarity, now)
        if not found:
            return None
        room = spec.tokens
        if small.context:
            room = min(room, small.context - tokens_of(facts) - (ROOM if facts.max_tokens is None else 0))
        price = float(spec.objective.price(np.array([small.price_in / 1e6]))[0]) / max(spec.objective.quality, 1e-9)
        bounds = Bounds(spec.examples, room, price)
        return chosen(small.name, found, self._utility, facts.category(), bounds)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """How long its answer was; and its examples were of use."""
        given = given_in(plan, outcome)
        self._learner.learn(facts, plan, self._as_arm(outcome, given))
        for kept in self._kept(facts, given) if outcome.ok else ():
            self._memory.use(kept)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """How good it was: with examples, beside what is expected without; of the large pool, whether it is one to
        learn from. What is no quality, or of no pool that is here, teaches nothing."""
        if not 0.0 <= quality <= 1.0:
            return
        learner, given = self._learner, given_in(plan, outcome)
        context = learner.context(facts)
        if given is not None:
            gain = quality - min(1.0, max(0.0, learner.ridge.expected(0, context)))
            self._utility.note(facts.category(), given.nearest, given.gain, gain)
            kept = self._kept(facts, given)[::-1]
            promises = self._utility.of([(one, given.nearest) for one in kept], facts.category(), 0.0)
            judged_with(kept, promises, gain)
            context = _aided(context, given)
        learner.judged(facts, plan, self._as_arm(outcome, given), quality, context)
        if outcome.pool == self._spec.large:
            self._stands(facts, quality)

    def _stands(self, facts: Facts, quality: float) -> None:
        """Somebody said how good an answer was that may be in the books."""
        kept = self._memory.find(facts.tenant, facts.id)
        if kept is None:
            return
        if quality < self._spec.good:
            self._memory.remove(kept)
        else:
            kept.standing = 1.0

    def _kept(self, facts: Facts, given: Given | None) -> list[Kept]:
        """Those that are still in the books."""
        found = [self._memory.find(facts.tenant, id) for id in given.ids] if given is not None else []
        return [kept for kept in found if kept is not None]

    def _as_arm(self, outcome: Outcome, given: Given | None) -> Outcome:
        return outcome if given is None else msgspec.structs.replace(outcome, pool=self._arms[1])

    def keep(self, facts: Facts, tokens: int, size: int, now: float, until: float) -> bool:
        """As Exemplary has it. Only the first question of a conversation stands for itself."""
        vector = facts.vector(self._tier) if facts.turns == 1 and facts.shelf else None
        if vector is None or tokens > self._spec.tokens:
            return False
        until = min(until, now + self._spec.memory.ttl)
        kept = Kept(facts.tenant, facts.id, tokens, size, until, UNJUDGED)
        return self._memory.add(kept, facts.shelf, vector, now)

    def drop(self, tenant: str, id: str) -> None:
        kept = self._memory.find(tenant, id)
        if kept is not None:
            self._memory.remove(kept)

    def watch(self, gone: Gone) -> None:
        self._memory.gone = gone

    def state(self) -> bytes:
        """What was learned, as JSON: no example, and nothing that was asked."""
        return msgspec.json.encode(Learned(self._learner.state(), self._utility.state()))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError or ValueError where the bytes are not what `state` gave; empty ones change
        nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self._learner.restore(learned.arms)
            self._utility.restore(learned.utility)


def given_in(plan: Plan, outcome: Outcome) -> Given | None:
    """What stood before the prompt of the attempt that ended so."""
    return next((one.given for one in plan.attempts if one.pool == outcome.pool), None)


def _aided(context: Vector, given: Given) -> Vector:
    """What is learned from, where examples are given."""
    aided = context.copy()
    aided[-EXTRA:] = (given.gain, len(given.ids) / 4.0, given.nearest)
    return aided


def _charge(seen: Sight, at: int, pool: Pool, given: Given, objective: Objective) -> None:
    """What the examples add to what is expected of it: their tokens, at the pool's price and at its soonest speed."""
    cost = given.tokens * pool.price_in / 1e6
    seconds = given.tokens * min([server.prefill for server in usable_servers(pool)], default=0.0)
    seen.costs[at] += cost
    seen.taken[at] += float(objective.price(np.array([cost]), np.array([seconds]))[0])


def _of_pools(choice: Choice, given: Given | None) -> Choice:
    """The same with names of pools; its chances are of all there was to choose from."""
    aided = choice.pools[0].endswith(AIDED) and given is not None
    pools = tuple(dict.fromkeys([name.removesuffix(AIDED) for name in choice.pools]))
    if not aided or given is None:
        return msgspec.structs.replace(choice, pools=pools)
    why = f"{choice.why}; {len(given.ids)} past answers, {given.gain:+.2f} expected of them"
    return msgspec.structs.replace(choice, pools=pools, why=why, given=given)
