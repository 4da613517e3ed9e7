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
from .loads import loads_on
from .others import HOMES, NOBODY, Known, Others
from .others import Learned as Heard
from .prefixed import Prefixed, Window
from .ranking import cheapest_first, led_by, nearly_least
from .shares import Shares
from .spec import Spec, Wants

WORTH = 0.25
"""The share of a prompt from which on it matters who holds it: below, staying warm costs more balance than it saves."""

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
"""Homes to which prompts keep where most requests are other routers', and their load is not known any more."""

PACKED = 0.5
"""Of the servers: where more are late, a prompt does not leave its homes for being late there, too. What is idle then
is idle by an accident that all routers see at once."""

NEVER = 1e9
"""Seconds that are added to what cannot be in time, so that it is behind all that can."""


class Adaptive(Spec, frozen=True, tag="adaptive"):
    """By the seconds to the first token, plus `price` times those that this prompt's own prefill takes: work that is
    done twice is waited for by all who come later.

    Where costs hardly differ, a prompt goes to its home, which follows from its beginning alone and is the same for
    all routers, unless the home has had more than its share. Where other routers use the same servers (their requests
    are seen in what engines report), they warm prefixes that we know nothing of: a prompt is presumed to be warm at its
    homes by what engines are found to have there, and by the others' share where engines do not say. Where most are
    theirs, and one of them may have come since their load was last heard, leaving the first home costs what they may
    have sent elsewhere meanwhile, and a prompt keeps to two homes, and to where it is known to be warm, unless all
    these are late and most others are not.

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


def dearer(costs: Sequence[float], unheard: Sequence[float], servers: Sequence[Server], home: str) -> list[float]:
    """Every server but the home, by what others may have sent there since it looked so idle."""
    return [
        cost if server.name == home else cost + seconds
        for cost, seconds, server in zip(costs, unheard, servers, strict=True)
    ]


class Learned(msgspec.Struct, frozen=True):
    """What Adapting had learned."""

    window: Window
    shares: dict[str, float]
    others: Heard = Heard()


class Adapting(Prefixed):
    """Keeps which beginnings are too common to have one home, what each server had of the latest requests, and what it
    takes to guess at other routers."""

    __slots__ = ("_others", "_ring", "_shares", "_spec")

    def __init__(self, spec: Adaptive) -> None:
        super().__init__(spec.window)
        self._spec = spec
        self._ring = Rendezvous("home")
        self._shares = Shares()
        self._others = Others()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted, spec = usable_servers(pool), demand(facts, pool), self._spec
        loads = loads_on(servers)
        starts, works = wanted.starts_and_works(servers)
        homes: tuple[str, ...] = ()
        known = NOBODY
        if facts.prefix:
            key, common = self.key(facts, pool)
            homes, known = self._ring.order(key, pool), self._others.known(servers, now)
            shared = pool.warm.span(common) / pool.warm.span(len(facts.prefix)) if common else 0.0
            self._presume(homes, shared, servers, wanted, works, known)
        barred = too_late(starts, works, spec.slo_ttft)
        if False not in barred:
            return cheapest_first(servers, [-start for start in starts], loads, pool.turn)
        strangers = known.share > 0.5
        if strangers:
            barred = self._bars(known, barred, elsewhere(servers, homes[:KEPT], wanted))
        whole = wanted.prompt * wanted.rate
        costs = priced(starts, works, whole, DOUBT * spec.price if strangers else spec.price, barred)
        costs = [cost + CROWD * load for cost, load in zip(costs, loads, strict=True)]
        if strangers and known.stale:
            costs = dearer(costs, known.unheard, servers, self._home(homes, servers))
        order = cheapest_first(servers, costs, loads, pool.turn)
        return self._settled(order, homes, servers, costs, max(NEAR * whole, ALIKE * spec.slo_ttft)) if homes else order

    def _bars(self, known: Known, late: list[bool], away: list[bool]) -> list[bool]:
        """Where a prompt does not go if most requests are others'. As long as we know their load, nowhere is barred:
        whether it is late follows from what they warmed, and that is presumed. Later it keeps to its homes: what is
        warmed elsewhere helps nobody but us, and what looks idle does so to all routers."""
        if known.stale < 1.0:
            return [False] * len(late)
        return away if stays(late, away) else late

    def _presume(
        self,
        ring: tuple[str, ...],
        common: float,
        servers: list[Server],
        wanted: Demand,
        works: list[float],
        known: Known,
    ) -> None:
        """At this prompt's homes its prefill takes less than is known: what many prompts begin with (the share `common`
        of it) is taken for warm, for it shall be held wherever they go, and so is a part of what others warmed."""
        if not (known.share or common):
            return
        beyond = wanted.prompt * (1.0 - common)
        homes = ring[: 2 * len(HOMES)]  # more than needed: one may be down
        places = {server.name: place for place, server in enumerate(servers) if server.name in homes}
        there = [places[name] for name in homes if name in places]
        for place, share in zip(there, self._others.presumed(known), strict=False):
            server = servers[place]
            most = beyond * (server.prefill or wanted.rate)
            works[place] = min(works[place], most) * (1.0 - share)

    def _home(self, homes: tuple[str, ...], servers: list[Server]) -> str:
        """The first home that is usable and has not had more than its share; "" where there is none."""
        usable, over, count = {server.name for server in servers}, self._shares.over, len(homes)
        return next((name for name in homes if name in usable and not over(name, count, BOUND)), "")

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
        self._others.placed(now)
        super().placed(facts, server, now)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Whether it went home, and how much of its own part was there."""
        if outcome.estimated or outcome.tokens_in < 1 or not facts.prefix:
            return
        key, common = self._hotness.split(facts.prefix)
        first, shared = self._ring.first(key), common / len(facts.prefix)
        if first and shared < 1.0:
            own = (outcome.tokens_cached / outcome.tokens_in - shared) / (1.0 - shared)
            self._others.went(first == outcome.server, own)

    def state(self) -> bytes:
        return msgspec.json.encode(Learned(self.window(), self._shares.counts(), self._others.state()))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self.take_up(learned.window)
            self._shares.restore(learned.shares)
            self._others.restore(learned.others)
