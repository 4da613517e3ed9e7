"""What a refused client gets."""

from __future__ import annotations

import json

from wrp_policies.types import Ended, Outcome
from wrp_router.errors import Overloaded
from wrp_router.flow import Answer, Failed, Label
from wrp_router.live.refusing import refusal

LABEL = Label("d", "", "", "", "", "", "off", 0)


def test_an_error_of_ours() -> None:
    """In the dialect of the caller, with the time to come back."""
    command = Answer(LABEL, error=Overloaded("All are busy.", code="queue_timeout", retry_after=1.0))
    status, body, headers = refusal(command, "chat", "req_1")
    assert status == 503
    assert json.loads(body)["error"]["code"] == "queue_timeout"
    assert dict(headers)["retry-after-ms"] == "1000"
    assert json.loads(refusal(command, "messages", "req_1")[1])["type"] == "error"


def test_an_engines_own_error() -> None:
    """Its body and status, as they came."""
    refused = Failed(Outcome("p", "s", "m", Ended.FAILED, status=418), b'{"error": {}}')
    error = Overloaded("not shown")
    assert refusal(Answer(LABEL, refused=refused, error=error), "chat", "req_1")[:2] == (418, b'{"error": {}}')
