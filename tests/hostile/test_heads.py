"""Request lines and headers that are broken, endless, doubled, or not HTTP at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.conftest import GUARDED
from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, CANARY, post
from wrp_router.config.caching import CacheConfig

KEY = b"authorization: Bearer " + CANARY.encode()


def versioned(version: bytes) -> bytes:
    """A request that says it is of this version."""
    return post().replace(b"HTTP/1.1", version, 1)


def hosted(*lines: bytes) -> bytes:
    """A request with these lines for its host."""
    return post().replace(b"host: router\r\n", b"".join(line + b"\r\n" for line in lines), 1)


BROKEN = {
    "a folded header": post(b"x: a\r\n b"),
    "a folded first header": post().replace(b"\r\n", b"\r\n x: y\r\n", 1),
    "lines that end in LF": post().replace(b"\r\n", b"\n"),
    "one line that ends in LF": post(b"x: a\ny: b"),
    "one line that ends in CR": post(b"x: a\ry: b"),
    "NUL in a value": post(b"x: a\x00b"),
    "NUL in a name": post(b"x\x00: a"),
    "NUL in the key": post().replace(KEY, KEY + b"\x00"),
    "a control character in a value": post(b"x: a\x01b"),
    "DEL in a value": post(b"x: a\x7fb"),
    "no colon": post(b"nothing"),
    "no name": post(b": a"),
    "a space in a name": post(b"x y: a"),
    "a name that is no ASCII": post("x-ä: a".encode()),
    "a name in brackets": post(b"x(y): a"),
    "no host": hosted(),
    "two hosts": hosted(b"host: router", b"host: evil"),
    "the same host twice": hosted(b"host: router", b"host: router"),
    "a host of two words": hosted(b"host: a b"),
    "a host with a path": hosted(b"host: a/b?c"),
    "a host with a fragment": hosted(b"host: a#"),
    "a host with a user": hosted(b"host: router@evil"),
    "a host in half a bracket": hosted(b"host: [::1"),
    "a host with a port that is none": hosted(b"host: router:http"),
    "a host that is no ASCII": hosted("host: röuter".encode()),
    "a host in bytes": hosted(b"host: \xff\xfe"),
    "two content types": post(b"content-type: text/plain"),
    "a tab instead of a space": post(first=b"POST\t/v1/chat/completions\tHTTP/1.1"),
    "a space in the target": post(first=b"POST /v1/chat completions HTTP/1.1"),
    "NUL in the target": post(first=b"POST /v1/chat\x00/completions HTTP/1.1"),
    "a target that is no ASCII": post(first="POST /v1/chät/completions HTTP/1.1".encode()),
    "a target in bytes": post(first=b"POST /v1/\xff/completions HTTP/1.1"),
    "no target": post(first=b"POST HTTP/1.1"),
    "a method in small letters": post(first=b"post /v1/chat/completions HTTP/1.1"),
    "a method that nobody knows": post(first=b"FETCH /v1/chat/completions HTTP/1.1"),
    "a method that is no ASCII": post(first=b"P\xd6ST /v1/chat/completions HTTP/1.1"),
    "HTTP/0.9": b"GET /v1/models\r\n\r\n",
    "HTTP/1": versioned(b"HTTP/1"),
    "HTTP/1.2": versioned(b"HTTP/1.2"),
    "HTTP/1.10": versioned(b"HTTP/1.10"),
    "HTTP/2.0": versioned(b"HTTP/2.0"),
    "HTTP/3.0": versioned(b"HTTP/3.0"),
    "HTTP/9.9": versioned(b"HTTP/9.9"),
    "http in small letters": versioned(b"http/1.1"),
    "no HTTP": versioned(b"SIP/2.0"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "a TLS hello": bytes.fromhex("16030100c6010000c203034b1f") + b"\x00" * 100,
    "a SOCKS hello": b"\x05\x01\x00" * 20,
    "every byte": bytes(range(256)),
    "NULs": b"\x00" * 100,
    "a request, then garbage": post() + b"\x00\x01garbage",
    "an answer": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
}


@pytest.mark.fault("B5")
@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
async def test_broken_heads(trial: Trial, raw: bytes):
    """400 in JSON, whatever it was, and nothing for the engine."""
    await trial.refuses(raw, 400)


TOO_LARGE = {
    "129 headers": post(*[b"x-%d: y" % at for at in range(129)]),
    "1000 headers": post(*[b"x-%d: y" % at for at in range(1000)]),
    "a header over 16 KiB": post(b"x: " + b"a" * 17_000),
    "a header of a megabyte": post(b"x: " + b"a" * 1_000_000),
    "a header without end": post(b"x: " + b"a" * 1_000_000).partition(b"content-length")[0],
    "a long name": post(b"x" * 20_000 + b": a"),
    "a long target": post(first=b"POST /v1/" + b"a" * 9000 + b" HTTP/1.1"),
    "a long query": post(first=b"POST /v1/chat/completions?" + b"a" * 9000 + b" HTTP/1.1"),
    "33 KiB of headers": post(*[b"x-%d: " % at + b"a" * 8192 for at in range(4)]),
    "the same header again and again": post(*[b"x: " + b"a" * 1000] * 40),
    "a key of 20 kB": post(b"x-api-key: " + b"k" * 20_000),
}


@pytest.mark.fault("B5")
@pytest.mark.parametrize("raw", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_too_many_or_too_long(trial: Trial, raw: bytes):
    """431 in JSON."""
    await trial.refuses(raw, 431)


async def test_as_many_and_as_long_as_may_be(trial: Trial):
    """They pass, and reach the engine as they were."""
    for raw in (post(b"x-long: " + b"a" * 16_000), post(*[b"x-%d: y" % at for at in range(120)])):
        assert (await trial.probe(raw)).statuses == [200]
    assert trial.engine.seen[0].headers["x-long"] == "a" * 16_000
    assert trial.engine.seen[1].headers["x-119"] == "y"


LEGAL = {
    "two spaces in the request line": post(first=b"POST  /v1/chat/completions HTTP/1.1"),
    "no host in HTTP/1.0": versioned(b"HTTP/1.0").replace(b"host: router\r\n", b""),
    "an empty host": hosted(b"host:"),
    "a host with a port": hosted(b"HOST: [::1]:8080"),
    "an empty header": post(b"x:", b"y: \t "),
    "a header in UTF-8": post("x: äöü€".encode()),
    "a header in Latin-1": post(b"x: \xe4\xff\x80"),
    "no content type": post().replace(b"content-type: application/json\r\n", b""),
    "another content type": post().replace(b"application/json", b"text/xml"),
    "an upgrade": post(b"connection: Upgrade", b"upgrade: websocket"),
    "an upgrade to HTTP/2": post(b"connection: Upgrade, HTTP2-Settings", b"upgrade: h2c", b"http2-settings: AAMAAABk"),
    "an expectation that nobody knows": post(b"expect: 200-maybe"),
    "a range": post(b"range: bytes=0-1"),
    "another method by header": post(b"x-http-method-override: DELETE"),
    "connection lists the key": post(b"connection: authorization, content-length, host"),
    "a query": post(first=b"POST /v1/chat/completions?model=evil&api_base=http://evil HTTP/1.1"),
}


@pytest.mark.fault("B5", "B8")
@pytest.mark.parametrize("raw", LEGAL.values(), ids=LEGAL)
async def test_odd_but_legal_heads(trial: Trial, raw: bytes):
    """The engine answers. It sees one request with one length, for its own host, and nothing of what is ours."""
    assert (await trial.probe(raw)).statuses == [200]
    (seen,) = trial.engine.seen
    assert (seen.path, seen.body, seen.headers["host"]) == (
        "/v1/chat/completions",
        ASK,
        f"127.0.0.1:{trial.engine.port}",
    )
    assert not {"upgrade", "connection", "expect", "te", "http2-settings", "authorization"} & set(seen.headers)


UNKNOWN = {
    "none": post().replace(KEY + b"\r\n", b""),
    "empty": post().replace(KEY, b"authorization:"),
    "blank": post().replace(KEY, b"authorization: Bearer "),
    "basic": post().replace(KEY, b"authorization: Basic Y2FuYXJ5OmNhbmFyeQ=="),
    "the key alone": post().replace(KEY, b"authorization: " + CANARY.encode()),
    "half of it": post().replace(KEY, KEY[:-4]),
    "more than it": post().replace(KEY, KEY + b"x"),
    "with bytes at its end": post().replace(KEY, KEY + b"\xff\xfe"),
    "in UTF-8": post().replace(KEY, KEY + "ä€🎉".encode()),
    "in capitals": post().replace(CANARY.encode(), CANARY.upper().encode()),
    "5 kB": post().replace(KEY, KEY + b"k" * 5000),
    "two of them": post(KEY),
    "two that differ": post(b"authorization: Bearer sk-other"),
    "an empty one beside it": post(b"authorization:"),
    "another in x-api-key": post(b"x-api-key: sk-other"),
    "two in x-api-key": post(b"x-api-key: " + CANARY.encode(), b"x-api-key: " + CANARY.encode()),
    "in an SQL statement": post().replace(CANARY.encode(), b"' OR 1=1 --"),
    "with a comma": post().replace(KEY, KEY + b", Bearer sk-other"),
}


@pytest.mark.fault("S2")
@pytest.mark.parametrize("raw", UNKNOWN.values(), ids=UNKNOWN)
async def test_keys_that_are_none(trial: Trial, raw: bytes):
    """401, always with the same words for the same mistake, before anything else is looked at."""
    reply = await trial.refuses(raw, 401)
    assert b"sk-" not in reply.body


KNOWN = {
    "bearer in capitals": post().replace(b"Bearer", b"BEARER"),
    "with spaces": post().replace(KEY, KEY.replace(b"Bearer ", b"Bearer   ") + b"  "),
    "in x-api-key": post().replace(KEY, b"x-api-key: " + CANARY.encode()),
    "in both": post(b"x-api-key: " + CANARY.encode()),
}


@pytest.mark.fault("S2")
@pytest.mark.parametrize("raw", KNOWN.values(), ids=KNOWN)
async def test_other_ways_to_say_the_key(trial: Trial, raw: bytes):
    """They are the same key; the engine sees none of them."""
    assert (await trial.probe(raw)).statuses == [200]


SEEN: dict[str, Any] = {**GUARDED, "headers": ("x-odd", "authorization")}


@pytest.mark.parametrize("changes", [{}, SEEN, {**SEEN, "cache": CacheConfig(semantic=False)}], indirect=True)
@pytest.mark.parametrize("value", [b"\xff\xfe", "ä€🎉".encode(), b"\xed\xa0\x80", b"a" * 9000, b"\x80" * 200], ids=repr)
async def test_values_that_are_no_text(trial: Trial, value: bytes):
    """Everywhere that a header is read, whatever its bytes; what is passed on is passed on as it came."""
    names = [b"x-odd", b"x-request-id", b"x-wrp-session", b"x-session-id", b"session_id", b"traceparent", b"tracestate"]
    names += [b"x-wrp-deadline-ms", b"x-wrp-cache", b"anthropic-version", b"user-agent", b"cookie"]
    names += [b"openai-beta", b"openai-organization", b"openai-project"]
    for name in names:
        assert (await trial.probe(post(name + b": " + value))).statuses == [200]
    reply = await trial.refuses(post(b"x-wrp-priority: " + value), 400)
    assert value not in reply.body
    assert trial.engine.seen[0].headers["x-odd"].encode("latin-1") == value
