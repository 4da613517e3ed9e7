"""Where clients say how good an answer was: `POST /v1/feedback`. Sending the same twice counts once."""

from __future__ import annotations

from time import monotonic, time

from wrp_router.errors import NotFound, RouterError
from wrp_router.flow import Decisions
from wrp_router.record import Feedback, Watcher
from wrp_router.wire.feedback import LONGEST, Said, said, taken
from wrp_router.wire.paths import Purpose

from .body import read_body
from .visit import Desk, Errand


class AlreadyJudged(RouterError):
    """Something else was said of this answer before; what has been learned cannot be unlearned."""

    status, kind, code = 409, "invalid_request_error", "already_judged"


class FeedbackDesk:
    """`tell` hears of what is new; `patience`: seconds in which something of a body must come."""

    def __init__(self, decisions: Decisions, tell: Watcher, patience: float) -> None:
        self._decisions, self._tell, self._patience = decisions, tell, patience

    def desks(self) -> dict[Purpose, Desk]:
        """Where it is asked for."""
        return {"feedback": self.take}

    async def take(self, errand: Errand) -> None:
        """Raises BadRequest, NotFound where the tenant has no such decision (any more), AlreadyJudged."""
        found = said(await read_body(errand.request, LONGEST, self._patience))
        counted = self._judge(found, errand.preamble.caller.tenant)
        headers = [("content-type", "application/json"), *errand.headers]
        await errand.client.respond(200, headers, taken(found, counted=counted))

    def _judge(self, found: Said, tenant: str) -> bool:
        decided = self._decisions.find(found.decision, tenant, monotonic())
        if decided is None:
            raise NotFound(
                "There is no such decision that could still be judged: take the id from the answer's header "
                "x-wrp-decision, and send feedback with the same API key, to the router that answered, before it is "
                "started anew, and within the time that feedback.keep gives. Answers from the cache, and those that "
                "broke off, cannot be judged.",
                code="decision_not_found",
                param="decision",
            )
        quality = found.quality
        if not decided.judge("client", quality):
            if decided.heard["client"] != quality:
                raise AlreadyJudged(f"This answer was judged before, with {decided.heard['client']:g}.")
            return False
        word = found.verdict or ""
        self._tell(Feedback(time(), found.decision, quality, "client", word, decided.route, decided.pool))
        return True
