"""What a lease does to what is known of its server: prompt tokens to be computed, prefixes held, seconds taken."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count

from wrp_policies.types import Outcome
from wrp_signals.facts import Facts

from .lease import Lease
from .prefill import LONGEST

UNKNOWN = 1.0
"""Seconds after which a prompt is taken for computed where neither its first token is seen nor a rate is known."""

RECENT = 0.02
"""Weight of the newest prompt among those that are typical."""

FEW = 1024
"""Leases that may be kept though they have ended."""


def credit(lease: Lease, facts: Facts) -> None:
    """At dispatch, so that the next request of the same instant already sees this one."""
    server = lease.state
    prefill, prefixes, warm = server.prefill, server.home.prefixes, 0
    if prefixes is not None and facts.prefix:
        warm = min(facts.prompt_tokens, prefixes.span(prefixes.note(lease.server, facts.prefix)))
        if not server.prefills:  # else its beginning may be what is being computed: cached or not, both would be right
            lease.believed = warm
    lease.uncached = max(1, facts.prompt_tokens - warm)
    typical = server.home.typical
    server.home.typical = typical + RECENT * (lease.uncached - typical) if typical else lease.uncached
    lease.streamed = facts.stream
    prefill.ours += lease.uncached
    server.prefills += 1
    lease.ahead = prefill.pending - server.queued  # who waits comes after it


def receive(lease: Lease, facts: Facts) -> None:
    """Its prompt is computed elsewhere and comes as it is: the server will hold it, and has nothing to compute."""
    prefixes = lease.state.home.prefixes
    if prefixes is not None and facts.prefix:
        prefixes.note(lease.server, facts.prefix)


def expected(lease: Lease) -> float:
    """Seconds from dispatch until its prompt is computed; a second as long as nothing was measured."""
    model = lease.state.prefill.model
    return min(LONGEST, model.base + model.slope * lease.ahead) if model.slope else UNKNOWN


class Unseen:
    """Leases whose first token nobody will see, because their answers come whole, by when it is expected."""

    __slots__ = ("_due", "_look_at", "_serial")

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Lease]] = []
        self._serial = count()
        self._look_at = FEW

    def __len__(self) -> int:
        """Leases kept, some of which may have ended: at most twice as many as have not, and a few."""
        return len(self._due)

    def add(self, lease: Lease) -> None:
        """One that was credited."""
        if len(self._due) >= self._look_at:
            self._due = [entry for entry in self._due if entry[2].uncached]
            heapq.heapify(self._due)
            self._look_at = 2 * len(self._due) + FEW
        heapq.heappush(self._due, (lease.taken + expected(lease), next(self._serial), lease))

    def over(self, now: float) -> Sequence[Lease]:
        """Those whose prompts should be computed by now and are not settled yet."""
        if not self._due or self._due[0][0] > now:
            return ()
        leases = []
        while self._due and self._due[0][0] <= now:
            lease = heapq.heappop(self._due)[2]
            if lease.uncached:
                leases.append(lease)
        return leases


def settle(lease: Lease, seconds: float = 0.0) -> None:
    """Its prompt is computed, after so many seconds (0: nobody saw when), or never will be. Harmless more than once."""
    if not lease.uncached:
        return
    prefill = lease.state.prefill
    lease.state.prefills -= 1
    prefill.ours -= lease.uncached
    lease.uncached = 0
    if seconds > 0.0:
        prefill.model.learn(lease.ahead, seconds)


def compare(lease: Lease, outcome: Outcome) -> None:
    """What the engine says of its prefix cache, with what we believed. Many engines never say anything."""
    server, prefixes = lease.state, lease.state.home.prefixes
    if prefixes is None or server.gone or outcome.estimated:
        return
    if outcome.tokens_cached > 0:
        server.reports_cached = True
    if server.reports_cached:
        prefixes.observed(lease.server, lease.believed, outcome.tokens_cached)
