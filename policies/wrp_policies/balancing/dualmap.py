"""Two candidates by hash, and of these the warmer one unless it is overloaded (DualMap, arXiv:2602.06502)."""

from __future__ import annotations

import random
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts

from .costs import Demand, demand
from .hashing import Rendezvous, first_of
from .hotness import Hotness
from .ranking import cheapest_first
from .spec import Spec


class DualMap(Spec, frozen=True, tag="dualmap"):
    """`slo_ttft` is the time (seconds) within which a first token is wanted. Of its two candidates a request takes the
    one that holds more of it, unless half of that time would go by before its turn; then the one with the lower TTFT.
    A key grows while more than `hot` times a server's fair share of the last `window` requests have it."""

    wants_prefix: ClassVar[bool] = True

    slo_ttft: Annotated[
        float, Meta(gt=0, extra={"unit": "duration"}, description="Within which a first token is wanted.")
    ] = 5.0
    hot: Annotated[
        float, Meta(gt=0, description="A key grows beyond so many times a server's fair share of the requests.")
    ] = 2.0
    window: Annotated[
        int, Meta(ge=20, le=100_000, description="Requests over which it is measured what many prompts begin with.")
    ] = 1000

    def build(self) -> DualMapped:
        return DualMapped(self)


class Window(msgspec.Struct, frozen=True):
    """What DualMapped had learned."""

    seen: list[tuple[int, ...]]
    hot: list[int]
    servers: int = 1


class DualMapped:
    """Both hashes are the same in every router, so that routers agree on where a prefix is warm without asking."""

    __slots__ = ("_hotness", "_rings", "_servers", "_slack")

    def __init__(self, spec: DualMap) -> None:
        self._slack = spec.slo_ttft / 2.0
        self._hotness = Hotness(spec.window, spec.hot)
        self._rings = Rendezvous("one", "two")
        self._servers = 1

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        self._servers = len(pool.servers)
        pair = self.candidates(facts, pool, servers)
        first = self._choose(pair, wanted) if pair else None
        rest = cheapest_first(servers, wanted.ttfts(servers), pool.turn)
        if first is None:
            return rest
        names = [first.name] + [server.name for server in pair if server is not first]
        others = list(rest)
        for name in names:
            others.remove(name)
        return (*names, *others)

    def candidates(self, facts: Facts, pool: Pool, servers: list[Server]) -> list[Server]:
        """The two (one, where no more are usable) that this prompt's key maps to; none without a prefix."""
        if not facts.prefix:
            return []
        usable = {server.name: server for server in servers}
        ring_one, ring_two = self._rings.orders(self._hotness.key(facts.prefix), pool)
        one = first_of(ring_one, usable)
        assert one is not None
        two = first_of(ring_two, usable, without=one.name)
        return [one] if two is None else [one, two]

    def _choose(self, pair: list[Server], wanted: Demand) -> Server:
        if len(pair) == 1:
            return pair[0]
        one, two = pair
        gap = wanted.uncached(one) - wanted.uncached(two)
        warmer = one if gap < 0 or (gap == 0 and wanted.wait(one) <= wanted.wait(two)) else two
        if wanted.wait(warmer) <= self._slack:
            return warmer
        return one if wanted.ttft(one) <= wanted.ttft(two) else two

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """The window moves on."""
        if facts.prefix:
            self._hotness.note(facts.prefix, self._servers)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Nothing follows from how it went."""

    def state(self) -> bytes:
        return msgspec.json.encode(Window(self._hotness.seen(), self._hotness.hot(), self._servers))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not such a window; empty ones change nothing."""
        if state:
            window = msgspec.json.decode(state, type=Window)
            self._servers = window.servers
            self._hotness.restore(window.seen, window.hot)
