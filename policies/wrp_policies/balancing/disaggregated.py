"""Prompts on some servers, answers on others: one policy chooses among each. What is sent when is not its business.

With on-demand forwarding (P/D-Serve, arXiv:2408.08147): prefill servers are asked in order until one takes the prompt.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.types import ALONE, Balancing, Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts

from .adaptive import Adaptive
from .costs import NOBODY
from .least_load import LeastLoad
from .spec import Spec, Wants
from .within import WithinSpec

LESS_FIRST: tuple[Wants, ...] = ("nothing", "beginnings", "caches")


class Disaggregated(Spec, frozen=True, tag="disaggregated"):
    """`decode` orders the servers that answer, `prefill` those that compute prompts for them; servers without a role do
    both for themselves. The prefix caches that matter are those of the prefill servers, and a token that is generated
    takes its time wherever that is, hence the defaults."""

    prefill: Annotated[WithinSpec, Meta(description="How one of the prefill servers is chosen.")] = Adaptive()
    decode: Annotated[WithinSpec, Meta(description="How one of the decode servers is chosen.")] = LeastLoad()
    local: Annotated[
        int,
        Meta(
            ge=0, description="Prompts of which a decode server lacks at most so many tokens are computed there (vLLM)."
        ),
    ] = 0
    alone: Annotated[
        bool, Meta(description="Whether it computes the prompt, too, where no prefill server takes it (vLLM).")
    ] = False

    def wants(self) -> Wants:
        """The more of both."""
        both = self.prefill.wants(), self.decode.wants(), "caches" if self.local else "nothing"
        return LESS_FIRST[max(map(LESS_FIRST.index, both))]

    def build(self) -> Disaggregating:
        return Disaggregating(self)


class Learned(msgspec.Struct, frozen=True):
    """What both policies had learned, and for whom the first was asked."""

    prefill: bytes
    decode: bytes
    prefilling: tuple[str, ...] = ()


class Disaggregating:
    """Two policies, each with a view of the pool in which there are only its own servers."""

    __slots__ = ("_decode", "_prefill", "_prefilling", "_spec")

    def __init__(self, spec: Disaggregated) -> None:
        self._spec = spec
        self._prefill: Balancing = spec.prefill.build()
        self._decode: Balancing = spec.decode.build()
        self._prefilling: tuple[str, ...] = ()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        """Those that answer. None at all where nobody may compute the prompt."""
        self._prefilling = tuple([server.name for server in pool.servers if server.role == "prefill"])
        answering = self._answering(facts, pool)
        if not any([server.up for server in answering]):
            return ()
        return self._decode.order(facts, view(pool, answering), now, rng)

    def takes(self, facts: Facts, pool: Pool) -> bool:
        """Whether somebody may answer, and may have the prompt computed."""
        return any([server.up for server in self._answering(facts, pool)])

    def _answering(self, facts: Facts, pool: Pool) -> list[Server]:
        """Those that answer. Up are those that may."""
        answering = [server for server in pool.servers if server.role != "prefill"]
        helped = any([server.up for server in pool.servers if server.role == "prefill"])
        return answering if helped or self._spec.alone else self._without_help(facts, pool, answering)

    def _without_help(self, facts: Facts, pool: Pool, answering: list[Server]) -> list[Server]:
        """All of them, but up are only those that can do without a prefill server."""
        warm = self._warm(facts, pool)
        return [
            server
            if server.role != "decode" or self._is_short(facts, warm, server.name)
            else msgspec.structs.replace(server, up=False)
            for server in answering
        ]

    def prefills(
        self, facts: Facts, pool: Pool, servers: Sequence[str], now: float, rng: random.Random
    ) -> tuple[tuple[str, ...], ...]:
        """For each of these servers, who may be asked to compute the prompt for it."""
        waiting = {server.name for server in pool.servers if server.role == "decode"}
        warm = self._warm(facts, pool)
        helped = [name in waiting and not self._is_short(facts, warm, name) for name in servers]
        asked: tuple[str, ...] = ()
        if True in helped:
            prefilling = [server for server in pool.servers if server.role == "prefill"]
            if any([server.up for server in prefilling]):
                asked = self._prefill.order(facts, view(pool, prefilling), now, rng)
            if self._spec.alone:
                asked += (ALONE,)
        return tuple([asked if help else () for help in helped])

    def _warm(self, facts: Facts, pool: Pool) -> Mapping[str, int]:
        return pool.warm.tokens(facts.prefix) if self._spec.local and facts.prefix else NOBODY

    def _is_short(self, facts: Facts, warm: Mapping[str, int], server: str) -> bool:
        """Whether so little of the prompt is missing there that sending it elsewhere first would take longer."""
        local = self._spec.local
        return local > 0 and facts.prompt_tokens - warm.get(server, 0) <= local

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """Whoever chose among its like hears of it."""
        self._whose(server).placed(facts, server, now)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Likewise."""
        self._whose(outcome.server).learn(facts, plan, outcome)

    def _whose(self, server: str) -> Balancing:
        return self._prefill if server in self._prefilling else self._decode

    def state(self) -> bytes:
        return msgspec.json.encode(Learned(self._prefill.state(), self._decode.state(), self._prefilling))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self._prefilling = learned.prefilling
            self._prefill.restore(learned.prefill)
            self._decode.restore(learned.decode)


def view(pool: Pool, servers: Sequence[Server]) -> Pool:
    """The pool as if these were all its servers."""
    return msgspec.structs.replace(pool, servers=tuple(servers))
