"""Whose fault an engine's refusal is. Drivers ask; what follows from it is for the flow and the fleet to say.

There are three classes, and what each may do to others is bounded:

- *host*: 5xx, 408, and whatever breaks below HTTP. Another server is tried, and it is evidence for the breaker; but
  what one caller's requests alone meet, while enough of others' are answered there, ejects nobody (`fleet/health.py`).
  A server that is out is tried with whoever comes first: if that fails it stays out longer, whoever's it was.
- *credential*: 401, 402, 403, 429. Said to whoever pays. It moves no breaker; a `Retry-After` is kept to.
- *request*: all other 4xx. Another server would say the same: the client gets it at once. Nothing follows from it for
  anybody else, not even from a `Retry-After` that comes with it.
"""

from __future__ import annotations

from wrp_policies.types import REJECTED, Ended, Fault, Outcome

from .commands import Failed

CREDENTIAL_STATUSES = frozenset({401, 402, 403, 429})
"""Said to whoever pays: other credentials, or the same ones elsewhere, may be served."""

BUSY = "busy"
"""The reason of an attempt that never was: the server had no room for it."""

FREE = frozenset({"connect", BUSY})
"""Reasons of failures that cost no engine anything: going on to the next server is not counted as a retry."""

UNCOUNTED = FREE | {REJECTED}
"""Reasons of ends after which the next attempt is no retry: nothing failed, or nobody did any work."""

HAS_NO_ROOM = frozenset({429, 503})
"""Statuses by which an engine says that it has too much to do."""


def never_began(outcome: Outcome) -> bool:
    """Whether the server did not even begin: it could not be reached, had no room, or said that it has none."""
    return outcome.reason in FREE or outcome.status in HAS_NO_ROOM


def busy(pool: str, server: str, model: str) -> Failed:
    """Of a server that could not be taken."""
    return Failed(Outcome(pool, server, model, Ended.FAILED, reason=BUSY))


def fault_of(status: int) -> Fault:
    """By the HTTP status of an answer that is no success."""
    if status in CREDENTIAL_STATUSES:
        return Fault.CREDENTIAL
    return Fault.HOST if status >= 500 or status == 408 else Fault.REQUEST
