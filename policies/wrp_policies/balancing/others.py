"""What other routers do with the same servers, as far as it can be told: what they may have warmed, and sent since they
were last heard of. It chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from wrp_policies.types import Server

HOMES = (1.0, 0.5, 0.25)
"""How much of what other routers may have warmed is looked for at a key's first, second and third home, as long as no
engine says how much it found."""

MOST = 0.95
"""Of what others may have warmed, at most this share is presumed."""

NEWEST = 0.02
"""Weight of the newest of a mean: the last fifty or so decide."""

LEAST_HOME = 0.1
"""Of our prompts, so many are taken to go home at least: of fewer nothing follows for the others."""

LONGEST = 10.0
"""Seconds between two requests of ours beyond which it was a pause, and says nothing of how fast they come."""

IN_FLIGHT, RUNNING = attrgetter("in_flight"), attrgetter("running")


class Known(msgspec.Struct, frozen=True):
    """`share`: of the requests on these servers, how many are others'. `unheard`: seconds of prefill that they may have
    sent to each server since we last heard of it. `stale`: how many requests they will have placed since, one at most:
    from then on what we know of loads is old."""

    share: float
    unheard: Sequence[float]
    stale: float


NOBODY = Known(0.0, (), 0.0)
"""All requests are ours."""


class Learned(msgspec.Struct, frozen=True):
    """What Others had learned."""

    gap: float = 0.0
    last: float = 0.0
    home: float = 0.5
    found: float | None = None


class Others:
    """`placed` hears of every request of ours, `went` of how much of its prompt the engine had."""

    __slots__ = ("_found", "_gap", "_home", "_last")

    def __init__(self) -> None:
        self._gap = 0.0  # seconds between two requests of ours; 0 as long as nobody knows
        self._last = 0.0
        self._home = 0.5  # the share of our prompts that go to their first home
        self._found: float | None = None  # what is there; nobody knows before an engine said that it found something

    def known(self, servers: Sequence[Server], now: float) -> Known:
        """Of servers whose loads were heard at such times."""
        others: int = sum(map(RUNNING, servers))
        if not others:
            return NOBODY
        own: int = sum(map(IN_FLIGHT, servers))
        share = others / (others + own)
        # no server computes more than all the time, whoever sends it prompts: that share of it may be others'
        unheard = [age * share if (age := now - server.heard) > 0.0 else 0.0 for server in servers]
        return Known(share, unheard, self._stale(sum(unheard) / len(unheard), others, own))

    def _stale(self, unheard: float, others: int, own: int) -> float:
        if not unheard:
            return 0.0
        # they send as many more than we do as they have there
        return min(1.0, unheard * (others + own) / (max(1, own) * self._gap)) if self._gap else 1.0

    def presumed(self, known: Known) -> list[float]:
        """At each home, which share of what is not known to be warm is taken to be: what engines found at first homes
        would all prompts go there, for what is spread is found nowhere, and who then presumes less spreads more. The
        older our knowledge of loads, the more is presumed beyond it: a queue that looks shorter elsewhere is worth less
        then."""
        most = min(MOST, 1.2 * known.share)
        if known.share and self._found is not None:
            likely = min(MOST, self._found / max(self._home, LEAST_HOME))
            most = max(likely, likely + (most - likely) * known.stale)
        return [most * share for share in HOMES]

    def placed(self, now: float) -> None:
        """One of ours."""
        gap = now - self._last
        if 0.0 <= gap <= LONGEST:
            self._gap = self._gap + NEWEST * (gap - self._gap) if self._gap else gap
        self._last = now

    def went(self, home: bool, share: float) -> None:
        """One of ours was answered; at its first `home` so much of the prompt's own part was there. Many engines never
        say; 0 is no word before there was another one."""
        self._home += NEWEST * (home - self._home)
        if not home or (self._found is None and not share > 0.0):  # true for NaN, too
            return
        found = MOST if self._found is None else self._found
        self._found = found + NEWEST * (min(MOST, max(0.0, share)) - found)

    def state(self) -> Learned:
        """What was learned."""
        return Learned(self._gap, self._last, self._home, self._found)

    def restore(self, learned: Learned) -> None:
        """Takes up what `state` gave."""
        self._gap, self._last = learned.gap, learned.last
        self._home, self._found = learned.home, learned.found
