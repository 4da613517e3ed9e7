"""Line ends, NULs, emoji and kilobytes in what a caller names: no header breaks out of its line, no answer is empty."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from tests.hostile.conftest import GUARDED
from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, post

pytestmark = pytest.mark.fault("B7")

NASTY = {
    "CRLF": "a\r\nx-injected: 1",
    "two CRLFs": "a\r\n\r\nHTTP/1.1 200 OK\r\nx-injected: 1\r\n\r\n",
    "LF": "a\nx-injected: 1",
    "CR": "a\rx-injected: 1",
    "NUL": "a\x00b",
    "ESC": "a\x1b[31mb",
    "DEL": "a\x7fb",
    "line separator": "a\u2028b\u2029c",
    "next line": "a\x85b",
    "bidi override": "a\u202eb",
    "emoji": "🎉👩‍👩‍👧",
    "umlauts": "mädchen-größe",
    "no-break space": "a\xa0b",
    "10 kB": "m" * 10_000,
    "10 kB of emoji": "🎉" * 2_500,
    "spaces": "   ",
    "a tab": "a\tb",
    "a URL": "http://169.254.169.254/latest",
    "a path": "../../etc/passwd",
    "a template": "{{7*7}}${jndi:ldap://x}",
    "a format": "%s%n{0.__class__}",
    "a key": "sk-CANARY-model-name",
}


def asking(**fields: Any) -> bytes:
    """A chat request with these fields on top."""
    return orjson.dumps({**json.loads(ASK), **fields})


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY)
async def test_model_names(trial: Trial, name: str):
    """No such model: 400 or 404 on every API, in its dialect."""
    for path, rest in (
        ("/v1/chat/completions", {}),
        ("/v1/completions", {"prompt": "hi"}),
        ("/v1/embeddings", {"input": "hi"}),
        ("/v1/responses", {"input": "hi"}),
        ("/v1/messages", {"max_tokens": 9}),
    ):
        heard = await trial.tolerates(post(body=asking(model=name, **rest), target=path.encode()), path, most=0)
        assert heard.statuses in ([400], [404])
        assert "x-injected" not in heard.replies[0].headers


@pytest.mark.parametrize("changes", [{**GUARDED, "pool": {"model": "*"}}], indirect=True, ids=["any"])
@pytest.mark.parametrize(
    ("models", "name"), [([name], name) for name in NASTY.values()], indirect=["models"], ids=NASTY
)
async def test_model_names_that_are_passed_on(trial: Trial, name: str):
    """Where an engine takes any model, what comes back in headers stays on its line, or is left out."""
    heard = await trial.tolerates(post(body=asking(model=name)))
    assert heard.statuses == ([200] if name.isprintable() and len(name) <= 256 else [400])
    assert "x-injected" not in heard.replies[0].headers
    if heard.statuses == [200]:
        assert trial.engine.seen[-1].json()["model"] == name


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
async def test_names_inside_bodies(trial: Trial, value: str):
    """Sessions, users, metadata, tool names: the engine gets them as they were, and no header gets them at all."""
    bodies = [
        asking(metadata={"session_id": value, value: value}),
        asking(user=value, prompt_cache_key=value, session_id=value),
        asking(session_params={"session_id": value}, conversation={"id": value}),
        asking(tools=[{"type": "function", "function": {"name": value}}]),
        asking(messages=[{"role": value, "name": value, "content": value}]),
        asking(messages=[{"role": "user", "content": [{"type": value, value: value}]}]),
        asking(response_format={"type": value}, tool_choice=value, stop=[value], service_tier=value),
    ]
    for body in bodies:
        heard = await trial.tolerates(post(body=body))
        assert heard.statuses in ([200], [400])
        assert "x-injected" not in heard.replies[0].headers
        assert trial.engine.seen[-1].body == body
        assert "x-injected" not in trial.engine.seen[-1].headers


IDS = {
    "spaces": (b"a b", False),
    "a tab": (b"a\tb", False),
    "bytes": (b"\xff\xfe", False),
    "emoji": ("🎉".encode(), False),
    "129 characters": (b"a" * 129, False),
    "10 kB": (b"a" * 10_000, False),
    "empty": (b"", False),
    "128 characters": (b"a" * 128, True),
    "punctuation": (b"!#$%&'()*+,-./:;<=>?@[]^_`{|}~", True),
    "markup": (b"<script>alert(1)</script>", True),
}


@pytest.mark.parametrize(("sent", "kept"), IDS.values(), ids=IDS)
async def test_request_ids(trial: Trial, sent: bytes, kept: bool):
    """A name that is one line of visible ASCII comes back; anything else is replaced. Two of them are one of them."""
    for path, header in ((b"/v1/chat/completions", "x-request-id"), (b"/v1/messages", "request-id")):
        body = asking(max_tokens=9)
        heard = await trial.probe(post(b"x-request-id: " + sent, body=body, target=path))
        assert heard.statuses == [200]
        given = heard.replies[0].headers[header]
        assert given == sent.decode() if kept else given.startswith("req_")


async def test_injection_into_every_header_that_is_read(trial: Trial):
    """A line end inside a value begins another header of the request, and never one of an answer or of the engine's."""
    for name in (b"x-request-id", b"x-wrp-session", b"traceparent", b"anthropic-version", b"x-wrp-cache"):
        heard = await trial.probe(post(name + b": a\r\nset-cookie: x=y\r\nx-wrp-model: evil"))
        assert heard.statuses == [200]
        assert "set-cookie" not in heard.replies[0].headers
        assert heard.replies[0].headers["x-wrp-model"] == "fake"
        assert "x-wrp-model" not in trial.engine.seen[-1].headers
