"""The soonest first token, at a price for work that a warmer server would be spared: one policy for every load."""

from __future__ import annotations

import random
from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts

from .costs import Demand, demand
from .hashing import Rendezvous
from .loads import loads_on
from .prefixed import Prefixed, Window
from .ranking import cheapest_first, led_by, nearly_least
from .shares import Shares
from .spec import Spec, Wants

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

PACKED = 0.5
"""Of the servers: where more are late, a prompt does not leave its homes for being late there, too. What is idle then
is idle by an accident that all routers see at once."""

MOST = 0.95
"""Of what others may have warmed, at most this share is presumed."""

NEVER = 1e9
"""Seconds that are added to what cannot be in time, so that it is behind all that can."""


IN_FLIGHT, RUNNING = attrgetter("in_flight"), attrgetter("running")


class Adaptive(Spec, frozen=True, tag="adaptive"):
    """By the seconds to the first token, plus `price` times those that this prompt's own prefill takes: work that is
    done twice is waited for by all who come later.

    Where costs hardly differ, a prompt goes to its home, which follows from its beginning alone and is the same for
    all routers, unless the home has had more than its share. Where other routers use the same servers (their requests
    are seen in what engines report), they warm prefixes that we know nothing of: the larger their share, the more a
    prompt is presumed to be warm at its homes; where most are theirs, it keeps to two of them, and to where it is known
    to be warm, unless all these are late and most others are not.

    A request that no server can begin within `slo_ttft` seconds goes where it delays nobody who could still be in time:
    to the server that is behind most. With a queue of bounded length, it is the one that is refused.
    """

    always: ClassVar[Wants] = "caches"

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


def too_late(starts: Sequence[float], works: Sequence[float], slo_ttft: float) -> list[bool]:
    """Whether a first token would come after `slo_ttft` seconds, for each server. A prompt that takes long by itself is
    not late for that."""
    longest = slo_ttft * 0.5
    return [w + (c if c < longest else longest) > slo_ttft for w, c in zip(starts, works, strict=True)]


def elsewhere(servers: Sequence[Server], homes: Sequence[str], wanted: Demand) -> list[bool]:
    """Which servers are neither a home of the prompt nor known to hold enough of it."""
    least, warm = WORTH * wanted.prompt, wanted.warm
    return [server.name not in homes and warm.get(server.name, 0) <= least for server in servers]


def stays(late: Sequence[bool], away: Sequence[bool]) -> bool:
    """Whether a prompt keeps to the servers that are not `away` for it: it has some, of which one is not late, or too
    many others are."""
    if False not in away:
        return False
    return (False, False) in zip(late, away, strict=True) or sum(late) > PACKED * len(late)


def priced(
    starts: Sequence[float], works: Sequence[float], whole: float, price: float, barred: Sequence[bool]
) -> list[float]:
    """What each server costs, in seconds: its queue, and this prompt's prefill there at its price (`whole`, were
    nothing of it warm); and everything in the world where it is barred."""
    factor = 1.0 + price if min(works) < (1.0 - WORTH) * whole else 1.0
    costs = [w + factor * c for w, c in zip(starts, works, strict=True)]
    if True not in barred:
        return costs
    return [cost + NEVER if no else cost for cost, no in zip(costs, barred, strict=True)]


class Learned(msgspec.Struct, frozen=True):
    """What Adapting had learned."""

    window: Window
    shares: dict[str, float]


class Adapting(Prefixed):
    """Keeps which beginnings are too common to have one home, and what each server had of the latest requests."""

    __slots__ = ("_ring", "_shares", "_spec")

    def __init__(self, spec: Adaptive) -> None:
        super().__init__(spec.window)
        self._spec = spec
        self._ring = Rendezvous("home")
        self._shares = Shares()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted, spec = usable_servers(pool), demand(facts, pool), self._spec
        loads = loads_on(servers)
        starts, works = wanted.starts_and_works(servers)
        homes: tuple[str, ...] = ()
        strangers = False
        if facts.prefix:
            key, common = self.key(facts, pool)
            homes = self._ring.order(key, pool)
            shared = pool.warm.span(common) / pool.warm.span(len(facts.prefix)) if common else 0.0
            strangers = self._presume(homes, shared, servers, wanted, works)
        barred = too_late(starts, works, spec.slo_ttft)
        if False not in barred:
            return cheapest_first(servers, [-start for start in starts], loads, pool.turn)
        if strangers and stays(barred, away := elsewhere(servers, homes[:KEPT], wanted)):
            # what is warmed elsewhere helps nobody but us, and what we know of the load there is old
            barred = away
        whole = wanted.prompt * wanted.rate
        costs = priced(starts, works, whole, DOUBT * spec.price if strangers else spec.price, barred)
        costs = [cost + CROWD * load for cost, load in zip(costs, loads, strict=True)]
        order = cheapest_first(servers, costs, loads, pool.turn)
        return self._settled(order, homes, servers, costs, max(NEAR * whole, ALIKE * spec.slo_ttft)) if homes else order

    def _presume(
        self, ring: tuple[str, ...], common: float, servers: list[Server], wanted: Demand, works: list[float]
    ) -> bool:
        """At this prompt's homes its prefill takes less than is known: what many prompts begin with (the share `common`
        of it) is taken for warm, for it shall be held wherever they go, and so is a part of what others warmed.
        Answers whether most requests are others'."""
        others: int = sum(map(RUNNING, servers))
        if not (others or common):
            return False
        own: int = sum(map(IN_FLIGHT, servers))
        presumed = min(MOST, 1.2 * others / (others + own)) if others else 0.0
        beyond = wanted.prompt * (1.0 - common)
        homes = ring[: 2 * len(HOMES)]  # more than needed: one may be down
        places = {server.name: place for place, server in enumerate(servers) if server.name in homes}
        for place, share in zip([places[name] for name in homes if name in places], HOMES, strict=False):
            server = servers[place]
            most = beyond * (server.prefill or wanted.rate)
            works[place] = min(works[place], most) * (1.0 - presumed * share)
        return others > own

    def _settled(
        self, order: tuple[str, ...], homes: tuple[str, ...], servers: list[Server], costs: list[float], near: float
    ) -> tuple[str, ...]:
        """Of servers whose costs are within `near` seconds of the least, the first home goes first that has not had
        more than its share: what differs by so little is noise, and would send the same prompts now here, now there."""
        close = nearly_least(servers, costs, near)
        if len(close) == 1:
            return order
        over, count = self._shares.over, len(homes)
        home = next((name for name in homes if name in close and not over(name, count, BOUND)), order[0])
        return led_by(home, order)

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """Windows and shares move on."""
        self._shares.note(server)
        super().placed(facts, server, now)

    def state(self) -> bytes:
        return msgspec.json.encode(Learned(self.window(), self._shares.counts()))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self.take_up(learned.window)
            self._shares.restore(learned.shares)
