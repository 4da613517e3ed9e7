"""The soonest first token, at a price for work that a warmer server would be spared: one policy for every load."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts

from .costs import Demand, demand
from .hashing import Rendezvous
from .hotness import Hotness
from .ranking import cheapest_first, loads_on
from .shares import Shares
from .spec import Spec

WORTH = 0.25
"""The share of a prompt from which on it matters who holds it: below, staying warm costs more balance than it saves."""

HOMES = (1.0, 0.5, 0.25)
"""How much of what other routers may have warmed is looked for at a key's first, second and third home."""

CROWD = 0.002
"""Seconds for each request that is on a server already: those that decode slow each other down a little, and servers
that seem a little faster must not get them all."""

NEAR, ALIKE = 0.1, 0.03
"""Costs that differ by no more than such a share of a prompt's whole prefill, or of the time that is wanted, are taken
for equal."""

BOUND = 1.25
"""Times its share of the latest requests that a server may get by being home (as in bounded-load hashing)."""

DOUBT = 2 / 3
"""Of the price, where what is warm is presumed more than known."""

KEPT = 2
"""Homes to which prompts keep where most requests are other routers'."""

MOST = 0.95
"""Of what others may have warmed, at most this share is presumed."""

NEVER = 1e9
"""Seconds that are added to what cannot be in time, so that it is behind all that can."""


class Adaptive(Spec, frozen=True, tag="adaptive"):
    """By the seconds to the first token, plus `price` times those that this prompt's own prefill takes: work that is
    done twice is waited for by all who come later.

    Where costs hardly differ, a prompt goes to its home, which follows from its beginning alone and is the same for
    all routers, unless the home has had more than its share. Where other routers use the same servers (their requests
    are seen in what engines report), they warm prefixes that we know nothing of: the larger their share, the more a
    prompt is presumed to be warm at its homes; where most are theirs, it keeps to two of them, and to where it is known
    to be warm.

    A request that no server can begin within `slo_ttft` seconds goes where it delays nobody who could still be in time:
    to the server that is behind most. With a queue of bounded length, it is the one that is refused.
    """

    wants_prefix: ClassVar[bool] = True

    slo_ttft: Annotated[
        float, Meta(gt=0, extra={"unit": "duration"}, description="Within which a first token is wanted.")
    ] = 5.0
    price: Annotated[float, Meta(ge=0, description="Of a second of prefill that a warmer server would be spared.")] = (
        3.0
    )
    window: Annotated[
        int, Meta(ge=20, le=100_000, description="Requests over which it is measured what many prompts begin with.")
    ] = 1000

    def build(self) -> Adapting:
        return Adapting(self)


def at_home(costs: list[float], servers: list[Server], homes: tuple[str, ...], wanted: Demand) -> list[float]:
    """Where most requests are others' a prompt keeps to its homes, and to where it is known to be warm: what is warmed
    elsewhere helps nobody but us, and what we know of the load elsewhere is old. Being late drives nobody out of them,
    unless everything is late (then costs are no costs, and stay)."""
    if max(costs) <= 0.0:
        return costs
    least, warm = WORTH * wanted.prompt, wanted.warm
    ours = [server.name in homes or warm.get(server.name, 0) > least for server in servers]
    if True not in ours:
        return costs
    return [
        cost - NEVER if own and cost >= NEVER else cost if own else cost + 2.0 * NEVER
        for cost, own in zip(costs, ours, strict=True)
    ]


def priced(waits: Sequence[float], works: Sequence[float], whole: float, price: float, slo_ttft: float) -> list[float]:
    """What each server costs, in seconds: its queue, this prompt's prefill there at its price (`whole`, were nothing of
    it warm), and everything in the world where it would be too late. Where it is late everywhere, no costs, but none
    above 0: the longest wait is the least."""
    limit, longest = slo_ttft, slo_ttft * 0.5
    # a prompt that takes long by itself is not late for that
    late = [w + (c if c < longest else longest) > limit for w, c in zip(waits, works, strict=True)]
    if False not in late:
        return [-wait for wait in waits]
    factor = 1.0 + price if min(works) < (1.0 - WORTH) * whole else 1.0
    return [w + factor * c + (NEVER if gone else 0.0) for w, c, gone in zip(waits, works, late, strict=True)]


class Window(msgspec.Struct, frozen=True):
    """What Adapting had learned."""

    seen: list[tuple[int, ...]]
    hot: list[int]
    servers: int = 1
    shares: dict[str, float] = {}


class Adapting:
    """Keeps which beginnings are too common to have one home."""

    __slots__ = ("_hotness", "_ring", "_servers", "_shares", "_spec")

    def __init__(self, spec: Adaptive) -> None:
        self._spec = spec
        self._hotness = Hotness(spec.window)
        self._ring = Rendezvous("home")
        self._shares = Shares()
        self._servers = 1

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        self._servers = len(pool.servers)
        starts, works = wanted.starts_and_works(servers)
        homes: tuple[str, ...] = ()
        strangers = False
        if facts.prefix:
            key, common = self._hotness.split(facts.prefix)
            homes = self._ring.order(key, pool)
            strangers = self._presume(homes, common / len(facts.prefix), servers, wanted, works)
        whole, price = wanted.prompt * wanted.rate, self._spec.price
        costs = priced(starts, works, whole, DOUBT * price if strangers else price, self._spec.slo_ttft)
        if strangers:
            costs = at_home(costs, servers, homes[:KEPT], wanted)
        costs = [cost + CROWD * load for cost, load in zip(costs, loads_on(servers), strict=True)]
        order = cheapest_first(servers, costs, pool.turn)
        if not homes:
            return order
        return self._settled(order, homes, servers, costs, max(NEAR * whole, ALIKE * self._spec.slo_ttft))

    def _settled(
        self, order: tuple[str, ...], homes: tuple[str, ...], servers: list[Server], costs: list[float], near: float
    ) -> tuple[str, ...]:
        """Of servers whose costs are within `near` seconds of the least, the first home goes first that has not had
        more than its share: what differs by so little is noise, and would send the same prompts now here, now there."""
        most = min(costs) + near
        close = {server.name for server, cost in zip(servers, costs, strict=True) if cost <= most}
        if len(close) == 1:
            return order
        over, count = self._shares.over, len(homes)
        home = next((name for name in homes if name in close and not over(name, count, BOUND)), order[0])
        return order if order[0] == home else (home, *[name for name in order if name != home])

    def _presume(
        self, ring: tuple[str, ...], common: float, servers: list[Server], wanted: Demand, works: list[float]
    ) -> bool:
        """At this prompt's homes its prefill takes less than is known: what many prompts begin with (the share `common`
        of it) is taken for warm, for it shall be held wherever they go, and so is a part of what others warmed.
        Answers whether most requests are others'."""
        others = sum([server.running for server in servers])
        if not (others or common):
            return False
        presumed, strangers = 0.0, False
        if others:
            own = sum([server.in_flight for server in servers])
            presumed, strangers = min(MOST, 1.2 * others / (others + own)), others > own
        beyond = wanted.prompt * (1.0 - common)
        homes = ring[: 2 * len(HOMES)]  # more than needed: one may be down
        places = {server.name: place for place, server in enumerate(servers) if server.name in homes}
        for place, share in zip([places[name] for name in homes if name in places], HOMES, strict=False):
            server = servers[place]
            most = beyond * (server.prefill or wanted.rate)
            works[place] = min(works[place], most) * (1.0 - presumed * share)
        return strangers

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """The window of beginnings moves on."""
        self._shares.note(server)
        if facts.prefix:
            self._hotness.note(facts.prefix, self._servers)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Nothing follows from how it went."""

    def state(self) -> bytes:
        return msgspec.json.encode(
            Window(self._hotness.seen(), self._hotness.hot(), self._servers, self._shares.counts())
        )

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not such a window; empty ones change nothing."""
        if state:
            window = msgspec.json.decode(state, type=Window)
            self._servers = window.servers
            self._hotness.restore(window.seen, window.hot)
            self._shares.restore(window.shares)
