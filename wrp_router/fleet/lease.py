"""A server taken, and the errors of taking one. It gives back; what follows from that is the fleet's."""

from __future__ import annotations

from collections.abc import Callable

from wrp_policies.types import Outcome

from .state import ServerState

First = Callable[["Lease", float], None]
"""Hears of a lease whose first token is there, and when."""

GiveBack = Callable[["Lease", Outcome | None, float], None]
"""Hears of a lease that ended, how it went (None: no evidence) and when."""


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
    evidence. `url` stays good even if a reload takes the server away.

    `uncached` prompt tokens are still to be computed for it, `believed` ones were surely thought to be in the prefix
    cache, and `ahead` had to be computed before its first token, its own included; it was `taken` at that time. Whether
    its first token will be seen before its last: `streamed`. Whose request it is: `caller`.
    """

    __slots__ = (
        "_ended",
        "_first",
        "_give_back",
        "ahead",
        "believed",
        "caller",
        "epoch",
        "pool",
        "server",
        "state",
        "streamed",
        "taken",
        "uncached",
        "url",
    )

    def __init__(self, server: ServerState, now: float, first: First, give_back: GiveBack) -> None:
        self._first = first
        self._give_back = give_back
        self._ended = False
        self.state = server
        self.epoch = server.breaker.epoch
        self.pool = server.home.spec.name
        self.server = server.spec.name
        self.url = server.spec.url
        self.taken = now
        self.uncached = self.believed = self.ahead = 0
        self.streamed = False
        self.caller = ""

    def first(self, now: float) -> None:
        """Its first token is there: its prompt is computed. Harmless more than once, and after the end."""
        if self.uncached:
            self._first(self, now)

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
        self._give_back(self, outcome, now)
