"""A server taken, and the errors of taking one. It gives back; what follows from that is the fleet's."""

from __future__ import annotations

from collections.abc import Callable

from wrp_policies.types import Outcome

from .state import ServerState

GiveBack = Callable[[ServerState, int, Outcome | None, float], None]
"""Hears the server, its breaker's epoch when it was taken, how it went (None: no evidence) and the time."""


class UnknownServer(LookupError):
    """No such server in that pool."""


class CannotLease(Exception):
    """The server cannot be taken now, though a plan made a moment ago names it. Nothing was counted."""

    def __init__(self, pool: str, server: str, why: str) -> None:
        super().__init__(f"{pool}/{server} {why}")
        self.pool = pool
        self.server = server
        self.why = why


class LeaseEnded(Exception):
    """A lease was ended twice: a mistake of its holder."""


class Lease:
    """A server taken. It ends exactly once, when the last byte left or the client did; only then does it count as
    evidence. `url` stays good even if a reload takes the server away."""

    __slots__ = ("_ended", "_epoch", "_give_back", "_server", "pool", "server", "url")

    def __init__(self, server: ServerState, give_back: GiveBack) -> None:
        self._give_back = give_back
        self._server = server
        self._epoch = server.breaker.epoch
        self._ended = False
        self.pool = server.home.spec.name
        self.server = server.spec.name
        self.url = server.spec.url

    def end(self, outcome: Outcome, now: float) -> None:
        """Gives the server back and learns from how it went. Raises LeaseEnded the second time."""
        self._end(outcome, now)

    def abandon(self, now: float) -> None:
        """Gives the server back; nothing was learned about it. Raises LeaseEnded the second time."""
        self._end(None, now)

    def _end(self, outcome: Outcome | None, now: float) -> None:
        if self._ended:
            raise LeaseEnded(f"{self.pool}/{self.server}")
        self._ended = True
        self._give_back(self._server, self._epoch, outcome, now)
