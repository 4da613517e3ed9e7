"""Whose fault an engine's refusal is. Drivers ask; what follows from it is for the flow and the fleet to say."""

from __future__ import annotations

from wrp_policies.types import Fault

CREDENTIAL_STATUSES = frozenset({401, 402, 403, 429})
"""Said to whoever pays: other credentials, or the same ones elsewhere, may be served."""


def fault_of(status: int) -> Fault:
    """By the HTTP status of an answer that is no success."""
    if status in CREDENTIAL_STATUSES:
        return Fault.CREDENTIAL
    return Fault.HOST if status >= 500 or status == 408 else Fault.REQUEST
