"""The body of `POST /v1/feedback`, and the answer to it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.learning.verdicts import Verdict, quality_of
from wrp_router.errors import BadRequest

from .strict import members

LONGEST = 4096
"""Bytes of such a body."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client says of an answer: exactly one of `score`, in [0, 1], and `verdict`. `decision` is what the
    answer's header `x-wrp-decision` held."""

    decision: Annotated[str, Meta(min_length=1, max_length=128)]
    score: Annotated[float, Meta(ge=0, le=1)] | None = None
    verdict: Verdict | None = None

    @property
    def quality(self) -> float:
        """In [0, 1]."""
        if self.score is not None:
            return self.score
        assert self.verdict is not None
        return quality_of(self.verdict)


def said(raw: bytes) -> Said:
    """Raises BadRequest, which names the field, also one that is given twice."""
    try:
        found = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The feedback cannot be read: {error}.", code="invalid_feedback") from None
    members(raw)
    if (found.score is None) == (found.verdict is None):
        raise BadRequest("Say either a score (0 to 1) or a verdict (good, bad).", code="invalid_feedback")
    return found


def taken(found: Said, *, counted: bool) -> bytes:
    """The answer. Not `counted`: the same was said before."""
    return msgspec.json.encode(
        {"object": "feedback", "decision": found.decision, "score": found.quality, "counted": counted}
    )


_DECODER = msgspec.json.Decoder(Said)
