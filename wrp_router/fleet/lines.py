"""Who may be sent a prompt now, who waits for which server, and who is moved: the fleet's lines before servers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from wrp_policies.queueing.rebalancing import Movable, better_off
from wrp_signals.facts import RANK, Facts

from .desks import Desk, Place
from .lease import CannotLease
from .ranks import QueueFull
from .roster import Roster
from .spec import QueueSpec
from .state import ServerState

EVERY = 0.25
"""Seconds between two looks through one line."""

AGAIN = 1.0
"""Seconds until those who wait for a server that is down, because all other lines are full, look round again."""

NO_LINES = QueueSpec(prefills=1_000_000)
"""Of a pool that has none, or none any more: its servers get what they have room for."""


class Lines:
    """For pools whose servers are sent a few prompts at a time (`PoolSpec.queue`). `wake` hears of every place whose
    turn has come, or that had to give way, when all else is consistent again, and may call back. A place counts as
    pending at its server from the beginning."""

    __slots__ = ("_desks", "_roster", "_wake")

    def __init__(self, roster: Roster, wake: Callable[[Place], None]) -> None:
        self._roster = roster
        self._wake = wake
        self._desks: dict[ServerState, Desk] = {}

    def __len__(self) -> int:
        """Places without their turn yet."""
        return sum([len(desk) for desk in self._desks.values()])

    def length(self, pool: str) -> int:
        """Those of them that are before servers of this pool."""
        return sum([len(desk) for server, desk in self._desks.items() if server.home.spec.name == pool])

    def counts(self) -> tuple[int, ...]:
        """How many stand without their turn yet, by rank."""
        counts = [desk.counts() for desk in self._desks.values()]
        return tuple([sum([count[rank] for count in counts]) for rank in range(len(RANK))])

    def stand(self, pool: str, choices: tuple[str, ...], facts: Facts, now: float, until: float) -> Place:
        """A place before the first of these servers that is up and whose line is not full, granted at once where it has
        a seat and nobody waits; whoever is granted here is not woken. Where all lines are full somebody of the lowest
        class has to give way, if that is below its own, or of a tenant that has more places. Raises QueueFull where
        there is none."""
        place = Place(pool, choices, facts, now, until)
        server = self._elsewhere(place, choices, now) or self._outranked(place, now)
        if server is None:
            raise QueueFull(f"every line of {pool} is full")
        displaced = self._make_way(server, place, now)
        self._sit(place, server, now)
        moved = self._spread(server, now)
        if displaced is not None and (displaced.left or displaced.granted):
            self._wake(displaced)
        self._tell([one for one in moved if one is not place])
        return place

    def leave(self, place: Place, now: float) -> None:
        """Gives up the place, or the seat; or it was taken. Harmless more than once."""
        if place.left:
            return
        place.left = True
        self.call(self._stand_up(place), now)

    def take(self, place: Place) -> ServerState:
        """It sits down before this server: its seat is not kept any more, so it has to be used before anything else
        happens. Raises CannotLease where it is not its turn, and where the server is gone."""
        if place.left or not place.granted:
            raise CannotLease(place.pool, place.server, "was not given to this one")
        place.left = True
        server = self._stand_up(place)
        if server.gone:
            raise CannotLease(place.pool, place.server, "is not there any more")
        return server

    def call(self, server: ServerState, now: float) -> None:
        """It may have a seat: whose turn is it?"""
        # asked for anew each time: the one who was woken may have changed anything
        while (desk := self._desks.get(server)) and self._free(server, now):
            place = desk.next()
            self._grant(place, server)
            self._wake(place)

    def look(self, now: float) -> float:
        """Time has passed, or servers changed. Who waits for one that is down or gone goes to their next choice, in the
        order in which they came; who has no choice left is told so by a seat that cannot be taken. Says when to look
        again, whatever happens."""
        granted: list[Place] = []
        again = math.inf
        for server, desk in list(self._desks.items()):
            if server.gone or not server.admits(now):
                granted += self._disperse(server, desk, now)
                again = now + AGAIN if desk else again
            if server.gone:
                del self._desks[server]
            elif desk.spec != queue_of(server):
                self._desks[server] = desk.under(queue_of(server))
        self._tell(granted)
        for server in list(self._desks):
            self.call(server, now)
        return again

    def _tell(self, granted: Iterable[Place]) -> None:
        for place in granted:
            if not place.left:
                self._wake(place)

    def _disperse(self, server: ServerState, desk: Desk, now: float) -> Sequence[Place]:
        """Says whose turn came by that."""
        places = sorted(desk, key=lambda place: (place.rank, place.since))
        for place in places:
            other = self._elsewhere(place, place.choices, now)
            if other is not None:
                self._move(place, other, now)
            elif server.gone:
                desk.leave(place)
                self._grant(place, server)
        return [place for place in places if place.granted]

    def _spread(self, server: ServerState, now: float) -> Sequence[Place]:
        """An overloaded server's line is looked through, now and then: who is better off elsewhere? Says whose turn
        came by that."""
        desk = self._desk(server)
        slo = desk.spec.slo_ttft
        if not desk or now < desk.spread_at or wait_of(server) <= slo:
            return ()
        desk.spread_at = now + EVERY
        waits: dict[str, float] = {}
        places, queued = [], []
        for place in desk:
            other = self._elsewhere(place, place.choices[:2], now)
            if other is not None:
                waits.setdefault(other.spec.name, wait_of(other))
                there = uncached(other, place.facts) * other.prefill.model.rate
                places.append((place, other))
                queued.append(Movable(other.spec.name, place.uncached * server.prefill.model.rate, there))
        chosen = [places[index] for index in better_off(queued, wait_of(server), waits, slo)]
        for place, other in chosen:
            if not self._desk(other).full(place.rank):
                self._move(place, other, now)
        return [place for place, _ in chosen if place.granted]

    def _elsewhere(self, place: Place, choices: Sequence[str], now: float) -> ServerState | None:
        """The first of these, but the one where it stands, that is up and has a place for it."""
        for name in choices:
            server = self._roster.servers.get((place.pool, name))
            if server is None or server is place.state or not server.admits(now):
                continue
            if not self._desk(server).full(place.rank):
                return server
        return None

    def _outranked(self, place: Place, now: float) -> ServerState | None:
        """Of its choices that are up, where the lowest class waits, if that is below its own; the best of these."""
        found, lowest = None, place.rank
        for name in place.choices:
            server = self._roster.servers.get((place.pool, name))
            if server is not None and server.admits(now) and self._desk(server).lowest > lowest:
                found, lowest = server, self._desk(server).lowest
        return found or self._crowded(place, now)

    def _crowded(self, place: Place, now: float) -> ServerState | None:
        """The first of its choices that is up, and where a tenant has places that another would get by rights."""
        for name in place.choices:
            server = self._roster.servers.get((place.pool, name))
            if server is not None and server.admits(now) and self._desk(server).takes(place.rank, place.facts.tenant):
                return server
        return None

    def _make_way(self, server: ServerState, newcomer: Place, now: float) -> Place | None:
        """Who had to leave its place there for him. It goes to another of its choices, or has `left` for good."""
        displaced = self._desk(server).in_the_way(newcomer.rank, newcomer.facts.tenant)
        if displaced is None:
            return None
        other = self._elsewhere(displaced, displaced.choices, now)
        if other is not None:
            self._move(displaced, other, now)
        else:
            self._stand_up(displaced)
            displaced.left = True
        return displaced

    def _move(self, place: Place, server: ServerState, now: float) -> None:
        self._stand_up(place)
        self._sit(place, server, now)

    def _sit(self, place: Place, server: ServerState, now: float) -> None:
        desk, tokens = self._desk(server), uncached(server, place.facts)
        place.state, place.uncached = server, tokens
        server.prefill.ours += tokens
        server.queued += tokens
        self._roster.touch(server)
        if desk or not self._free(server, now):
            desk.join(place, tokens * server.prefill.model.rate)
        else:
            self._grant(place, server)

    def _stand_up(self, place: Place) -> ServerState:
        server = place.state
        assert server is not None
        server.prefill.ours -= place.uncached
        server.queued -= place.uncached
        place.uncached = 0
        if place.granted:
            server.kept -= 1
        else:
            self._desks[server].leave(place)
        self._roster.touch(server)
        return server

    def _grant(self, place: Place, server: ServerState) -> None:
        place.granted = True
        server.kept += 1

    def _desk(self, server: ServerState) -> Desk:
        desk = self._desks.get(server)
        if desk is None:
            desk = self._desks[server] = Desk(queue_of(server))
        return desk

    def _free(self, server: ServerState, now: float) -> bool:
        """Whether one more prompt may be sent there now."""
        most = queue_of(server).prefills
        return not server.gone and server.prefills + server.kept < most and server.room(now) > server.kept


def queue_of(server: ServerState) -> QueueSpec:
    """What its pool says of lines."""
    return server.home.spec.queue or NO_LINES


def uncached(server: ServerState, facts: Facts) -> int:
    """Tokens of the prompt that it would have to compute."""
    prefixes = server.home.prefixes
    warm = prefixes.held(server.spec.name, facts.prefix) if prefixes is not None and facts.prefix else 0
    return max(1, facts.prompt_tokens - warm)


def wait_of(server: ServerState) -> float:
    """Seconds until all is computed that it has, or that waits for it."""
    return server.prefill.pending * server.prefill.model.rate
