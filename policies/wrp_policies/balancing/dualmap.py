"""Two candidates by hash, and of these the warmer one unless it is overloaded (DualMap, arXiv:2602.06502)."""

from __future__ import annotations

import random
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts

from .costs import Demand, demand
from .hashing import Rendezvous, first_of
from .loads import loads_on
from .prefixed import Prefixed, Window
from .ranking import cheapest_first
from .spec import Spec, Wants


class DualMap(Spec, frozen=True, tag="dualmap"):
    """`slo_ttft` is the time (seconds) within which a first token is wanted. Of its two candidates a request takes the
    one that holds more of it, unless half of that time would go by before its turn; then the one with the lower TTFT.
    A key grows while more than `hot` times a server's fair share of the last `window` requests have it."""

    always: ClassVar[Wants] = "caches"

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


class DualMapped(Prefixed):
    """Both hashes are the same in every router, so that routers agree on where a prefix is warm without asking."""

    __slots__ = ("_rings", "_slack")

    def __init__(self, spec: DualMap) -> None:
        super().__init__(spec.window, spec.hot)
        self._slack = spec.slo_ttft / 2.0
        self._rings = Rendezvous("one", "two")

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        pair = self.candidates(facts, pool, servers)
        rest = cheapest_first(servers, wanted.ttfts(servers), loads_on(servers), pool.turn)
        if not pair:
            return rest
        first = self._choose(pair, wanted)
        names = [first.name] + [server.name for server in pair if server is not first]
        return (*names, *[name for name in rest if name not in names])

    def candidates(self, facts: Facts, pool: Pool, servers: list[Server]) -> list[Server]:
        """The two (one, where no more are usable) that this prompt's key maps to; none without a prefix."""
        if not facts.prefix:
            return []
        usable = {server.name: server for server in servers}
        ring_one, ring_two = self._rings.orders(self.key(facts, pool)[0], pool)
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

    def state(self) -> bytes:
        return msgspec.json.encode(self.window())

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not such a window; empty ones change nothing."""
        if state:
            self.take_up(msgspec.json.decode(state, type=Window))
