"""What attempts come to before modelled engines: answers, refusals, outcomes. It schedules nothing."""

from __future__ import annotations

from typing import Any

from wrp_policies.types import Ended, Outcome
from wrp_router.fakes import errors_api
from wrp_router.fakes.asking import Refused
from wrp_router.fleet import Lease
from wrp_router.flow import Ask, Failed, Send, fault_of
from wrp_router.wire import errors as wire_errors

from .engine import DIALECT, Said, SimEngine


def answer(engine: SimEngine, tree: dict[str, Any], command: Send, now: float) -> Said:
    """Of the server that answers. Raises asking.Refused."""
    return engine.answer(tree, command.model, now, handed=command.prefilled is not None)


def outcome_of(lease: Lease, model: str, said: Said, now: float, arrives: float, estimated: bool) -> Outcome:
    """How an attempt will end that began now."""
    return Outcome(
        pool=lease.pool,
        server=lease.server,
        model=model,
        ended=Ended.DONE,
        status=200,
        ttft=arrives - now,
        duration=said.timing.last_token - now,
        tokens_in=said.tokens_in,
        tokens_out=said.tokens_out,
        tokens_cached=said.tokens_cached,
        estimated=estimated,
        finish_reason=said.finish_reason,
    )


def refused_by(lease: Lease, model: str, ask: Ask, refused: Refused, now: float) -> Failed:
    """A modelled engine refuses what a real one would, at once. That ends the lease."""
    status = refused.status
    outcome = Outcome(
        pool=lease.pool,
        server=lease.server,
        model=model,
        ended=Ended.FAILED,
        fault=fault_of(status),
        status=status,
        reason=f"status {status}",
    )
    lease.end(outcome, now)
    kind, raw = errors_api.body(DIALECT, status, refused.message, refused.code, refused.param)
    return Failed(outcome, wire_errors.normalise(ask.view.operation, status, raw, kind, ask.request_id))
