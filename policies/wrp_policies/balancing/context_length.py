"""Servers of several context lengths: each request goes to the shortest that hold it. It prices no model."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.capable import NoCapablePool
from wrp_policies.filters import tokens_of
from wrp_policies.types import Balancing, Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts

from .adaptive import Adaptive, too_late
from .costs import demand
from .spec import Spec, Wants
from .within import WithinSpec


class ContextLength(Spec, frozen=True, tag="context_length"):
    """Long prompts do not stand before short ones, and servers with room for long ones are left to them (pools by
    token budget, arXiv:2604.09613).

    A request needs its prompt's tokens, which are an estimate and may be `margin` more, and those of its answer: the
    most that it allows, or `output` where it says nothing. Among the servers with the smallest context that holds
    these, `then` chooses. Only where none of them can begin within `slo_ttft` seconds, and a longer one has nothing to
    compute, it goes there. It never goes where it does not fit: raises NoCapablePool where no server holds it.
    """

    output: Annotated[int, Meta(ge=0, le=10_000_000, description="Tokens of an answer that has no `max_tokens`.")] = 512
    margin: Annotated[
        float,
        Meta(ge=0, le=1, extra={"unit": "percent"}, description="By which a prompt may be longer than estimated."),
    ] = 0.1
    slo_ttft: Annotated[
        float, Meta(gt=0, extra={"unit": "duration"}, description="Within which a first token is wanted.")
    ] = 1.0
    then: Annotated[WithinSpec, Meta(description="How one of the servers of that length is chosen.")] = Adaptive()

    def wants(self) -> Wants:
        return self.then.wants()

    def build(self) -> ByLength:
        return ByLength(self)


class Learned(msgspec.Struct, frozen=True):
    """What ByLength had learned: what is used within each length had, as bytes."""

    within: dict[int, bytes]


class ByLength:
    """A policy of its own for the servers of each length."""

    __slots__ = ("_lengths", "_looked", "_spec", "_within")

    def __init__(self, spec: ContextLength) -> None:
        self._spec = spec
        self._within: dict[int, Balancing] = {}
        self._lengths: dict[str, int] = {}
        self._looked = ("", -1, 0)

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        self._look(pool)
        tiers = self._tiers(facts, pool)
        if len(tiers) > 1:
            idle = self._instead(facts, tiers)
            if idle is not None:
                tiers.insert(0, tiers.pop(idle))
        names: list[str] = []
        for tier in tiers:
            names += self._policy(tier.servers[0].context).order(facts, tier, now, rng)
        return tuple(names)

    def takes(self, facts: Facts, pool: Pool) -> bool:
        """Whether a server that holds it is up."""
        _, holding = _holding(facts, pool)
        return True in [server.up and server.context in holding for server in pool.servers]

    def _look(self, pool: Pool) -> None:
        """Who has which length is looked at again when servers have come or gone."""
        looked = pool.name, pool.edition, len(pool.servers)
        if self._looked != looked:
            self._looked = looked
            self._lengths = {server.name: server.context for server in pool.servers}

    def _policy(self, context: int) -> Balancing:
        policy = self._within.get(context)
        if policy is None:
            policy = self._within[context] = self._spec.then.build()
        return policy

    def _tiers(self, facts: Facts, pool: Pool) -> list[Pool]:
        """The pool by length, those that hold the request comfortably first, the shortest before all; then those that
        just hold what it says, the longest first. Without those that are down, or, if any has room, full."""
        least, holding = _holding(facts, pool)
        wanted = (
            least + self._spec.margin * facts.prompt_tokens + (self._spec.output if facts.max_tokens is None else 0)
        )
        easily = [length for length in holding if not length or length >= wanted]
        tiers = [
            msgspec.structs.replace(pool, servers=tuple([one for one in pool.servers if one.context == length]))
            for length in [*easily, *reversed([length for length in holding if length not in easily])]
        ]
        return [tier for tier in tiers if tier.has_room()] or [
            tier for tier in tiers if True in [server.up for server in tier.servers]
        ]

    def _instead(self, facts: Facts, tiers: Sequence[Pool]) -> int | None:
        """Which other tier has a server with nothing to compute, if nobody in the first one can begin in time."""
        wanted = demand(facts, tiers[0])
        starts, works = wanted.starts_and_works([server for server in tiers[0].servers if server.up])
        if False in too_late(starts, works, self._spec.slo_ttft):
            return None
        idle = [any([_idle(server) for server in tier.servers]) for tier in tiers]
        return idle.index(True, 1) if True in idle[1:] else None

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """It goes to who chose among the servers of that length."""
        if server in self._lengths:
            self._policy(self._lengths[server]).placed(facts, server, now)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """It goes to who chose among the servers of that length."""
        if outcome.server in self._lengths:
            self._policy(self._lengths[outcome.server]).learn(facts, plan, outcome)

    def state(self) -> bytes:
        return msgspec.json.encode(Learned({length: policy.state() for length, policy in self._within.items()}))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self._within = {}
            for length, within in learned.within.items():
                self._policy(length).restore(within)


def _holding(facts: Facts, pool: Pool) -> tuple[int, list[int]]:
    """The tokens that a request may fill, and the lengths that hold these, the shortest first. Raises NoCapablePool
    where none does."""
    least = tokens_of(facts)
    lengths = sorted({server.context for server in pool.servers}, key=lambda length: length or math.inf)
    holding = [length for length in lengths if not length or length >= least]
    if not holding:
        raise NoCapablePool({pool.name: f"holds {lengths[-1]} tokens, not {least}"})
    return least, holding


def _idle(server: Server) -> bool:
    return server.has_room() and server.pending == 0
