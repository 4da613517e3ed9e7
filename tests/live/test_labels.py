"""What an answer's headers say."""

from __future__ import annotations

import msgspec
import pytest

from wrp_router.accounts import Level
from wrp_router.flow import Label
from wrp_router.live.downstream import Headers
from wrp_router.live.labels import MOST_KNOWN, Labels, changing, identity, passed_on
from wrp_router.live.upstream.words import Head
from wrp_signals.facts import Operation


def labels(label: Label, operation: Operation, request_id: str, requested: str, overhead: float) -> Headers:
    """All headers of one answer."""
    fixed = Labels().fixed(label, requested)
    assert fixed.lines == "".join([f"{name}: {value}\r\n" for name, value in fixed.pairs])
    return [*changing(label, operation, request_id, overhead), *fixed.pairs]


FULL = Label("dec_1", "all", "static", "llama", "large", "10.0.0.1:8000", "miss", 2)


def test_all_there_is_to_say():
    """In full, with the router's own time in milliseconds."""
    assert dict(labels(FULL, "chat", "req_1", "auto", 0.0012345)) == {
        "x-request-id": "req_1",
        "x-wrp-decision": "dec_1",
        "x-wrp-route": "all",
        "x-wrp-policy": "static",
        "x-wrp-model": "llama",
        "x-wrp-model-requested": "auto",
        "x-wrp-pool": "large",
        "x-wrp-server": "10.0.0.1:8000",
        "x-wrp-attempts": "2",
        "x-wrp-cache": "miss",
        "x-wrp-overhead-ms": "1.234",
    }


def test_what_is_told_beside():
    """As it is, behind what all are told; and no server is named where none was asked."""
    label = msgspec.structs.replace(FULL, server="", told=(("x-wrp-why", "because"),))
    said = dict(labels(label, "chat", "r", "auto", 0.0))
    assert said["x-wrp-why"] == "because"
    assert "x-wrp-server" not in said


def test_nothing_to_say():
    """What is not known is left out."""
    assert [name for name, _ in labels(Label("dec_1"), "chat", "", "", 0.0)] == ["x-wrp-decision", "x-wrp-overhead-ms"]


def test_the_model_that_was_asked_for():
    """Named only where another answers."""
    assert "x-wrp-model-requested" not in dict(labels(FULL, "chat", "r", "llama", 0.0))


@pytest.mark.parametrize("name", ["a\r\nx: y", "a\nb", "a\x00b", "🎉", "a\x7f"])
def test_names_that_would_break_a_header(name: str):
    """They are left out."""
    said = dict(labels(Label("dec_1", model=name), "chat", "r", name + "2", 0.0))
    assert not {"x-wrp-model", "x-wrp-model-requested"} & set(said)


def test_what_is_remembered():
    """The same answer's headers are not written twice, another's are its own, and not all are kept for ever."""
    known = Labels()
    first = known.fixed(FULL, "auto")
    assert known.fixed(FULL, "auto") is first
    assert dict(known.fixed(FULL, "other").pairs)["x-wrp-model-requested"] == "other"
    for at in range(MOST_KNOWN):
        known.fixed(FULL, f"model-{at}")
    assert known.fixed(FULL, "auto") == first
    assert known.fixed(FULL, "auto") is not first


def test_the_name_of_the_request_id():
    """Anthropic's SDK reads another header."""
    assert identity("messages", "r") == [("request-id", "r")]
    assert identity("embedding", "r") == [("x-request-id", "r")]
    assert identity("chat", "") == []


def test_an_engine_that_repeats_its_key():
    """The header is left out, whether the caller has limits of its own or not."""
    for levels in ((), (Level("requests", 9, 5, 1.0),)):
        head = Head(200, [("x-echo", "Bearer a-key"), ("x-other", "1")])
        fixed = passed_on(head, msgspec.structs.replace(FULL, levels=levels), b"a-key")
        assert fixed.pairs == (("x-other", "1"),)
