"""A prompt that one modelled server computes for another, on virtual time. Both are taken as they are live."""

from __future__ import annotations

from wrp_policies.types import Attempt
from wrp_router.fleet import CannotLease, Fleet, Lease
from wrp_router.fleet.queue import Ticket
from wrp_router.flow import Failed, Prefill, Prefilled, Send, busy

HANDED = Prefilled({"kv_transfer_params": b"{}"})
"""Modelled engines need not be told where a prompt is."""


class Prefilling:
    """For one request: holds the server that is to answer until it is sent the request."""

    __slots__ = ("_attempt", "_fleet", "_held")

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._attempt: Attempt | None = None
        self._held: Lease | None = None

    def take(self, command: Prefill, ticket: Ticket | None, now: float) -> Lease | Failed:
        """Both servers; the lease of the one that computes the prompt."""
        attempt = command.attempt
        try:
            if attempt is not self._attempt or self._held is None:
                self.drop(now)
                self._held = self._fleet.lease(attempt.pool, attempt.server, now, ticket)
                self._attempt = attempt
            return self._fleet.lease(attempt.pool, command.server, now, None, command.facts)
        except CannotLease as cannot:
            return busy(cannot.pool, cannot.server, command.model)

    def lease_for(self, command: Send, now: float) -> Lease | None:
        """The server that was held for this attempt, if one was."""
        lease = self._held
        if command.attempt is not self._attempt or lease is None:
            self.drop(now)
            return None
        self._held = None
        if command.prefilled is not None:
            self._fleet.receive(lease, command.facts)
        else:
            self._fleet.charge(lease, command.facts, now)
        return lease

    def drop(self, now: float) -> None:
        """Gives back what is held. Harmless more than once."""
        lease, self._held, self._attempt = self._held, None, None
        if lease is not None:
            lease.abandon(now)
