"""What a refused client gets."""

from __future__ import annotations

import json

import pytest

from wrp_policies.types import Ended, Outcome
from wrp_router.errors import Overloaded
from wrp_router.flow import Answer, Failed, Label
from wrp_router.live.refusing import last_words, refusal
from wrp_signals.facts import Operation

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


@pytest.mark.parametrize(
    ("operation", "start"), [("chat", b"HTTP/1.1 503 Service Unavailable\r\n"), ("messages", b"HTTP/1.1 529 \r\n")]
)
def test_last_words(operation: Operation, start: bytes) -> None:
    """A whole response in the caller's dialect, as long as it says, and the end of the connection. Its headers are
    those of other answers, in their order."""
    words = last_words(operation, Overloaded("Full.", retry_after=1.0))
    head, _, body = words.partition(b"\r\n\r\n")
    assert words.startswith(start)
    headers = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    assert [name for name, _, _ in headers] == [
        *("content-type", "retry-after", "retry-after-ms", "connection", "content-length", "date", "server")
    ]
    said = {name: value for name, _, value in headers}
    assert (said["content-length"], said["connection"], said["server"]) == (str(len(body)), "close", "wrp")
    assert json.loads(body)["error"]["message"] == "Full."
