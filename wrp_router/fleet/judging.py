"""Evidence about servers, weighed: whose breaker has to move and why, how many requests one gets. It moves none."""

from __future__ import annotations

from wrp_policies.types import Outcome

from .health import CLIENT_GONE, CLOSED, FAILED, FAILED_ENOUGH, HALF_OPEN, OK, REFUSED, TIMED_OUT, Event
from .lease import Lease
from .load import MOST_TOKENS
from .pool import PoolState
from .prefill import TtftModel
from .state import ServerState
from .window import NOBODY


def weigh(server: ServerState, event: Event, reason: str, now: float, caller: str = NOBODY) -> tuple[Event, str]:
    """What evidence comes to, if its pool can spare it, and why: a request of the `caller`'s may be at fault, if
    anybody is. One on trial for being slow has to be faster."""
    breaker, speed = server.breaker, server.speed
    if event is OK and breaker.state is HALF_OPEN and speed is not None and speed.why:
        event, reason = FAILED, speed.why
    breaker.note(event, now, caller if reason != REFUSED else NOBODY)
    if event is FAILED and breaker.state is CLOSED:
        enough = breaker.enough(now)
        if enough and server.peers.may_eject(reason == REFUSED):
            return FAILED_ENOUGH, f"{enough}, the last: {reason}"
    return event, reason if event is FAILED else event


def returned(server: ServerState, now: float) -> None:
    """It is used again, slowly at first. If it was slow, that may be over, and its old figures would speak against
    it."""
    server.recovered_at = now
    if server.speed is not None:
        server.speed.begin(now)
        if server.speed.ejected:
            server.speed.ejected = False
            server.prefill.model = TtftModel()
            server.ttft = server.tpot = 0.0


def slow(pool: PoolState, now: float) -> list[tuple[ServerState, str]]:
    """Those that have been much slower than the others for a while, and why. Who was not may be slow for the first time
    again."""
    outliers = pool.outliers
    if outliers is None or now < outliers.due:
        return []
    there = [(server, server.speed) for server in pool.servers if server.breaker.state is CLOSED]
    told = outliers.look([(speed, server.prefill.model) for server, speed in there if speed is not None], now)
    for place, why in told:
        if not why:
            there[place][0].breaker.quick()
    return [(there[place][0], why) for place, why in told if why]


def first_token(lease: Lease, now: float, promised: int) -> bool:
    """The first token of a prompt that is not settled yet is there; `promised` requests have room in this pool coming
    to them. Whether its server gets more requests at once now."""
    server, seconds = lease.state, now - lease.taken
    if server.speed is not None and lease.epoch == server.breaker.epoch:
        server.speed.first(lease.ahead, lease.uncached, seconds)
        if server.breaker.state is HALF_OPEN and server.home.outliers is not None:
            server.home.outliers.tried(server.speed, lease.ahead, seconds)
    return _adapted(lease, seconds, now, promised)


def ended(lease: Lease, outcome: Outcome, now: float, promised: int) -> None:
    """How it ended, before its prompt is settled. A first token that was waited for in vain took that long at least."""
    server, tokens = lease.state, outcome.tokens_out
    current = server.speed is not None and lease.epoch == server.breaker.epoch
    if current and outcome.ok and 0 < tokens <= MOST_TOKENS and server.speed is not None:
        server.speed.wrote(tokens)
    if lease.uncached and lease.streamed and outcome.ended in (CLIENT_GONE, TIMED_OUT):
        _adapted(lease, now - lease.taken, now, promised)


def _adapted(lease: Lease, seconds: float, now: float, promised: int) -> bool:
    """What is promised is kept, and a seat before a server, too: a limit falls below neither."""
    server, limiter = lease.state, lease.state.limiter
    if limiter is None or not limiter.first(
        server.prefill.model, lease.uncached, seconds, server.in_flight, lease.taken, now
    ):
        return False
    before, coming = server.limit, promised + server.kept
    if coming:
        limiter.hold(min(before, server.in_flight + coming))
    server.limit = limiter.limit
    return server.limit > before
