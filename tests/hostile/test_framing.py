"""Where a request ends must have one answer, or none: whoever smuggles a second request past us finds no engine."""

from __future__ import annotations

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, chunked, get, post

pytestmark = pytest.mark.fault("B5")

SMUGGLED = get(b"/v1/models") + post()
LENGTH = b"content-length: %d" % len(ASK)
CHUNKED = b"transfer-encoding: chunked"


def sent(*lines: bytes, body: bytes = ASK) -> bytes:
    """A request that says its length only in `lines`."""
    return post(*lines, body=body, length=False)


def chunks(body: bytes) -> bytes:
    """A chunked request with this for a body."""
    return sent(CHUNKED, body=body)


LENGTHS = {
    "length and chunks": sent(b"content-length: 6", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "chunks and length": sent(CHUNKED, b"content-length: 6", body=chunked(ASK) + SMUGGLED),
    "the same length twice": sent(LENGTH, LENGTH),
    "two lengths": sent(LENGTH, b"content-length: 0"),
    "two lengths, the short one first": sent(b"content-length: 0", LENGTH),
    "a list of lengths": sent(b"content-length: 60, 60"),
    "a signed length": sent(b"content-length: +60"),
    "a negative length": sent(b"content-length: -1"),
    "an underscored length": sent(b"content-length: 6_0"),
    "a fractional length": sent(b"content-length: 60.0"),
    "a hexadecimal length": sent(b"content-length: 0x3c"),
    "a length in two words": sent(b"content-length: 6 0"),
    "a length in Arabic digits": sent("content-length: ٦٠".encode()),
    "an empty length": sent(b"content-length: "),
    "a length beyond 64 bits": sent(b"content-length: " + b"9" * 30),
    "a quoted length": sent(b'content-length: "60"'),
    "space before the colon": sent(b"content-length : 60"),
    "a tab before the colon": sent(b"content-length\t: 60"),
    "a folded length": sent(b"content-length: 6\r\n 0"),
}
CODINGS = {
    "a coding that nobody knows": sent(b"transfer-encoding: xchunked", body=chunked(ASK)),
    "chunked, and then gzip": sent(b"transfer-encoding: chunked, gzip", body=chunked(ASK)),
    "gzip, and then chunked": sent(b"transfer-encoding: gzip, chunked", body=chunked(ASK)),
    "identity": sent(b"transfer-encoding: identity", body=ASK + SMUGGLED),
    "identity, and then chunked": sent(b"transfer-encoding: identity, chunked", body=chunked(ASK)),
    "chunked twice": sent(b"transfer-encoding: chunked, chunked", body=chunked(ASK)),
    "two codings": sent(CHUNKED, CHUNKED, body=chunked(ASK)),
    "chunked, and then identity": sent(CHUNKED, b"transfer-encoding: identity", body=chunked(ASK)),
    "a vertical tab before it": sent(b"transfer-encoding: \x0bchunked", body=chunked(ASK)),
    "quoted": sent(b'transfer-encoding: "chunked"', body=chunked(ASK)),
    "with a parameter": sent(b"transfer-encoding: chunked;q=1", body=chunked(ASK)),
    "with a comma": sent(b"transfer-encoding: chunked,", body=chunked(ASK)),
    "a folded coding": sent(b"transfer-encoding:\r\n chunked", body=chunked(ASK)),
    "a fake end of the name": sent(b"transfer-encoding\x00: chunked", body=chunked(ASK)),
    "chunks in HTTP/1.0": chunks(chunked(ASK)).replace(b"HTTP/1.1", b"HTTP/1.0"),
    "chunks in a kept HTTP/1.0": sent(CHUNKED, b"connection: keep-alive", body=chunked(ASK) + SMUGGLED).replace(
        b"HTTP/1.1", b"HTTP/1.0", 1
    ),
}
SIZE = b"%x" % len(ASK)
CHUNKS = {
    "a size with 0x": chunks(b"0x" + SIZE + b"\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "lines that end in LF": chunks(SIZE + b"\n" + ASK + b"\n0\n\n"),
    "a negative size": chunks(b"-1\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "a signed size": chunks(b"+" + SIZE + b"\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "a size beyond 64 bits": chunks(b"f" * 17 + b"\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "an empty size": chunks(b"\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "a size with a space": chunks(SIZE + b" \r\n" + ASK + b"\r\n0\r\n\r\n"),
    "an underscored size": chunks(b"3_c\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "an extension with LF": chunks(SIZE + b";a\nb\r\n" + ASK + b"\r\n0\r\n\r\n"),
    "a chunk that is too long": chunks(SIZE + b"\r\n" + ASK + b"XX\r\n0\r\n\r\n"),
    "a chunk without its end": chunks(SIZE + b"\r\n" + ASK + b"0\r\n\r\n"),
    "a second chunk that is none": chunks(b"2\r\n" + ASK[:2] + b"\r\nzz\r\n"),
    "a trailer that is none": chunks(chunked(ASK)[:-2] + b"trailer\r\n\r\n"),
    "a trailer without end": chunks(chunked(ASK)[:-2] + b"x: " + b"a" * 100_000),
    "a thousand trailers": chunks(chunked(ASK)[:-2] + b"x: y\r\n" * 1000 + b"\r\n"),
}
REFUSED = {**LENGTHS, **CODINGS, **CHUNKS}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
async def test_doubtful_framing(trial: Trial, raw: bytes):
    """400 or 431, the end of the connection, and nothing for the engine: what follows was never read as a request."""
    heard = await trial.probe(raw, most=0)
    assert heard.statuses in ([400], [431])
    assert heard.closed


ACCEPTED = {
    "in capitals": sent(b"TRANSFER-ENCODING: CHUNKED", body=chunked(ASK)),
    "in single bytes": chunks(chunked(*[bytes([byte]) for byte in ASK])),
    "with extensions": chunks(SIZE + b';name="value"\r\n' + ASK + b"\r\n0;last\r\n\r\n"),
    "with leading zeros": chunks(b"0000" + SIZE + b"\r\n" + ASK + b"\r\n000\r\n\r\n"),
    "with trailers": chunks(chunked(ASK)[:-2] + b"authorization: Bearer other\r\nx-late: 1\r\n\r\n"),
    "a name that resembles it": sent(b"transfer_encoding: chunked", LENGTH),
    "a length in zeros": sent(b"content-length: 000%d" % len(ASK)),
    "empty lines before it": b"\r\n\r\n" + post(),
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=ACCEPTED)
async def test_odd_but_clear_framing(trial: Trial, raw: bytes):
    """The engine gets the body once, framed by its length; no trailer becomes a header."""
    assert (await trial.probe(raw)).statuses == [200]
    (seen,) = trial.engine.seen
    assert seen.body == ASK
    assert seen.headers["content-length"] == str(len(ASK))
    assert not {"transfer-encoding", "transfer_encoding", "x-late", "authorization"} & set(seen.headers)


async def test_a_body_on_a_get(trial: Trial):
    """It belongs to the request, and is no next one."""
    heard = await trial.probe(post(body=SMUGGLED, first=b"GET /v1/models HTTP/1.1"), most=0)
    assert heard.statuses == [200]


async def test_chunks_that_break_later(trial: Trial):
    """The reader of a body hears at once that no more of it will come; it does not wait for its timeout."""
    line = await trial.dial()
    await line.send(chunks(b"2\r\n" + ASK[:2] + b"\r\n"))
    await trial.reading()
    await line.send(b"zz\r\n" + SMUGGLED)
    heard = await line.converse()
    assert heard.statuses == [400]
    assert (heard.closed, trial.asked) == (True, 0)
