"""Where clients say how good an answer was: `POST /v1/feedback`. Sending the same twice counts once."""

from __future__ import annotations

from time import monotonic, time

import msgspec

from wrp_router.errors import NotFound, RouterError
from wrp_router.flow import Decisions
from wrp_router.record import Feedback, Watcher
from wrp_router.wire.feedback import LONGEST, Said, said, taken
from wrp_router.wire.paths import Purpose

from .body import read_body
from .pacing import Pace
from .siblings import ALONE, Siblings
from .visit import Desk, Errand


class AlreadyJudged(RouterError):
    """Something else was said of this answer before; what has been learned cannot be unlearned."""

    status, kind, code = 409, "invalid_request_error", "already_judged"


class Judged(msgspec.Struct, frozen=True):
    """What came of it: it counted, or not; then `before` is what was said before, where that was something else."""

    counted: bool = False
    before: float | None = None


class FeedbackDesk:
    """`tell` hears of what is new; `pace`: of bodies. What was decided by
    another process here is judged there."""

    def __init__(self, decisions: Decisions, tell: Watcher, pace: Pace, siblings: Siblings = ALONE) -> None:
        self._decisions, self._tell, self._pace, self._siblings = decisions, tell, pace, siblings
        siblings.answer("feedback", self._asked)

    def desks(self) -> dict[Purpose, Desk]:
        """Where it is asked for."""
        return {"feedback": self.take}

    async def take(self, errand: Errand) -> None:
        """Raises BadRequest, NotFound where the tenant has no such decision (any more), AlreadyJudged."""
        found = said(await read_body(errand.request, LONGEST, self._pace))
        tenant = errand.preamble.caller.tenant
        verdict = self._judge(found, tenant) or await self._elsewhere(found, tenant)
        if verdict is None:
            raise NotFound(
                "There is no such decision that could still be judged: take the id from the answer's header "
                "x-wrp-decision, and send feedback with the same API key, to the router that answered, before it is "
                "started anew, and within the time that feedback.keep gives. Answers from the cache, and those that "
                "broke off, cannot be judged.",
                code="decision_not_found",
                param="decision",
            )
        if verdict.before is not None:
            raise AlreadyJudged(f"This answer was judged before, with {verdict.before:g}.")
        headers = [("content-type", "application/json"), *errand.headers]
        await errand.client.respond(200, headers, taken(found, counted=verdict.counted))

    def _judge(self, found: Said, tenant: str) -> Judged | None:
        """None where there is no such decision here."""
        decided = self._decisions.find(found.decision, tenant, monotonic())
        if decided is None:
            return None
        quality = found.quality
        if not decided.judge("client", quality):
            before = decided.heard["client"]
            return Judged(before=before if before != quality else None)
        word = found.verdict or ""
        self._tell(Feedback(time(), found.decision, quality, "client", word, decided.route, decided.pool))
        return Judged(counted=True)

    async def _elsewhere(self, found: Said, tenant: str) -> Judged | None:
        if not self._siblings.several:
            return None
        answers = await self._siblings.ask("feedback", msgspec.msgpack.encode((found, tenant)))
        verdicts = [_VERDICT.decode(one.payload) for one in answers.replies]
        return next((one for one in verdicts if one is not None), None)

    async def _asked(self, payload: bytes) -> bytes:
        found, tenant = _ASKED.decode(payload)
        return msgspec.msgpack.encode(self._judge(found, tenant))


_ASKED = msgspec.msgpack.Decoder(tuple[Said, str])
_VERDICT = msgspec.msgpack.Decoder(Judged | None)
