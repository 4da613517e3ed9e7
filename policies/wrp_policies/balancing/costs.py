"""What a request would cost on each server: tokens to be computed, seconds to its first token. It chooses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

import msgspec

from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts

UNMEASURED = 1e-4
"""Seconds per prompt token as long as no server of the pool has been measured. Only bars in seconds depend on it."""


PREFILL = attrgetter("prefill")


class Demand(msgspec.Struct, frozen=True, gc=False):
    """What a request wants of a pool: `prompt` tokens read, of which each server holds `warm` ones. `rate` is what a
    token takes on servers that are not measured themselves."""

    prompt: int
    warm: Mapping[str, int]
    rate: float = UNMEASURED

    def uncached(self, server: Server) -> int:
        """Prompt tokens that would have to be computed there; one at least."""
        return max(1, self.prompt - self.warm.get(server.name, 0))

    def wait(self, server: Server) -> float:
        """Seconds until the prompts that are there already are computed, the longer the less its weight: so a server
        that has just recovered, or shall have less, gets its share, and one that is idle is idle."""
        return server.pending * (server.prefill or self.rate) / server.weight

    def work(self, server: Server) -> float:
        """Seconds that this prompt would take there."""
        return self.uncached(server) * (server.prefill or self.rate)

    def ttft(self, server: Server) -> float:
        """Seconds to the first token: queue, prefill, and what comes on top (Mooncake, arXiv:2407.00079)."""
        tokens = server.pending / server.weight + self.uncached(server)
        return tokens * (server.prefill or self.rate) + server.base

    # the same for many, written out: a method call per server would double the cost of a decision over 64 of them

    def waits(self, servers: Sequence[Server]) -> list[float]:
        """`wait` of each."""
        rate = self.rate
        return [s.pending * (s.prefill or rate) / s.weight for s in servers]

    def works(self, servers: Sequence[Server]) -> list[float]:
        """`work` of each."""
        rate, whole, left = self.rate, max(1, self.prompt), self._left().get
        return [left(s.name, whole) * (s.prefill or rate) for s in servers]

    def ttfts(self, servers: Sequence[Server]) -> list[float]:
        """`ttft` of each."""
        rate, whole, left = self.rate, max(1, self.prompt), self._left().get
        return [(s.pending / s.weight + left(s.name, whole)) * (s.prefill or rate) + s.base for s in servers]

    def starts_and_works(self, servers: Sequence[Server]) -> tuple[list[float], list[float]]:
        """For each: seconds until it could begin with this prompt, at the latest in four cases of five; and `work`."""
        rate = self.rate
        starts = [s.pending / s.weight * (s.prefill or rate) + s.base + s.overrun for s in servers]
        return starts, self.works(servers)

    def _left(self) -> dict[str, int]:
        """`uncached` of those that hold something."""
        prompt = self.prompt
        return {name: prompt - held if prompt > held else 1 for name, held in self.warm.items()}


def demand(facts: Facts, pool: Pool) -> Demand:
    """What this request wants of this pool."""
    warm = pool.warm.tokens(facts.prefix) if facts.prefix else NOBODY
    return Demand(facts.prompt_tokens, warm, rate_of(pool))


def rate_of(pool: Pool) -> float:
    """What a prompt token takes on a server of the pool that has not been measured: the mean of those that have."""
    known = list(filter(None, map(PREFILL, pool.servers)))
    return sum(known) / len(known) if known else UNMEASURED


NOBODY: Mapping[str, int] = {}
