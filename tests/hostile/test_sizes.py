"""Bodies of a hundred megabytes, bombs, and codings: refused before they cost anything."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from tests.hostile.trial import Trial, assert_error
from tests.hostile.wire import ASK, Line, post

MEGABYTE = b" " * 1024 * 1024
HUNDRED = 100 * len(MEGABYTE)
PATHS = pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/embeddings"])


async def refused(trial: Trial, line: Line, status: int, path: str) -> None:
    """One error, the end of the connection, and nothing for the engine."""
    heard = await line.converse()
    assert (heard.statuses, heard.closed) == ([status], True)
    assert_error(heard.replies[0], path)
    assert heard.replies[0].headers["connection"] == "close"
    assert not trial.asked


@pytest.mark.fault("B2")
@PATHS
async def test_a_hundred_megabytes_by_length(trial: Trial, path: str):
    """413 in the dialect's shape; the client may send on to the end and still reads it."""
    line = await trial.dial()
    await line.send(post(b"content-length: %d" % HUNDRED, body=b"", target=path.encode(), length=False))
    for _ in range(100):
        await line.send(MEGABYTE)
    await refused(trial, line, 413, path)


@pytest.mark.fault("B2")
async def test_a_hundred_megabytes_that_never_come(trial: Trial):
    """413 at once: a promise is enough."""

    async def holds(path: str) -> None:
        line = await trial.dial()
        await line.send(post(b"content-length: %d" % HUNDRED, body=b"", target=path.encode(), length=False))
        await refused(trial, line, 413, path)

    await asyncio.gather(*map(holds, ("/v1/chat/completions", "/v1/messages", "/v1/embeddings")))


@pytest.mark.fault("B2")
@PATHS
async def test_a_hundred_megabytes_in_chunks(trial: Trial, path: str):
    """413 as soon as it is too much."""
    line = await trial.dial()
    await line.send(post(b"transfer-encoding: chunked", body=b"", target=path.encode(), length=False))
    for _ in range(100):
        await line.send(b"100000\r\n" + MEGABYTE + b"\r\n")
    await line.send(b"0\r\n\r\n")
    await refused(trial, line, 413, path)


@pytest.mark.fault("B2")
async def test_a_hundred_megabytes_in_one_chunk(trial: Trial):
    """The size of a chunk is a promise of the client's, too: what counts is what came."""
    line = await trial.dial()
    await line.send(post(b"transfer-encoding: chunked", body=b"fffffffffffff\r\n", length=False))
    for _ in range(100):
        await line.send(MEGABYTE)
    await refused(trial, line, 413, "/v1/chat/completions")


@pytest.mark.fault("B2")
async def test_a_hundred_megabytes_where_nobody_asked(trial: Trial):
    """A path that takes no body, a path that is none, a caller without a key: the answer does not wait for it."""

    async def holds(first: bytes, status: int) -> None:
        raw = post(b"content-length: %d" % HUNDRED, body=b"", first=first + b" HTTP/1.1", length=False)
        line = await trial.dial()
        await line.send(raw.replace(b"Bearer ", b"Bearer x", 1) if status == 401 else raw)
        heard = await line.converse()
        assert (heard.statuses, heard.closed) == ([status], True)

    cases = ((b"GET /v1/models", 200), (b"POST /nowhere", 404), (b"POST /v1/chat/completions", 401))
    await asyncio.gather(*[holds(first, status) for first, status in cases])
    assert not trial.asked


BOMB = gzip.compress(MEGABYTE * 64)
CODINGS = {
    "gzip": (b"gzip", gzip.compress(ASK)),
    "GZIP": (b"GZIP", gzip.compress(ASK)),
    "x-gzip": (b"x-gzip", gzip.compress(ASK)),
    "a gzip bomb": (b"gzip", BOMB),
    "a gzip bomb in a gzip bomb": (b"gzip, gzip", gzip.compress(BOMB)),
    "gzip that is none": (b"gzip", ASK),
    "gzip cut short": (b"gzip", gzip.compress(ASK)[:-9]),
    "a deflate bomb": (b"deflate", zlib.compress(MEGABYTE * 64)),
    "raw deflate": (b"deflate", zlib.compress(ASK)[2:-4]),
    "br": (b"br", b"\x0b\x02\x80" + ASK),
    "zstd": (b"zstd", b"\x28\xb5\x2f\xfd" + ASK),
    "compress": (b"compress", ASK),
    "aws-chunked": (b"aws-chunked", ASK),
    "something": (b"foo", ASK),
    "a list": (b"identity, gzip", gzip.compress(ASK)),
    "nothing": (b"", ASK),
    "bytes": (b"\xff\xfe", ASK),
}


@pytest.mark.fault("B3")
@pytest.mark.parametrize(("coding", "body"), CODINGS.values(), ids=CODINGS)
async def test_codings(trial: Trial, coding: bytes, body: bytes):
    """415: nothing is inflated here, so that nothing can explode."""
    for path in ("/v1/chat/completions", "/v1/messages"):
        await trial.refuses(post(b"content-encoding: " + coding, body=body, target=path.encode()), 415, path)


@pytest.mark.fault("B3")
async def test_the_coding_that_is_none(trial: Trial):
    """`identity` is read; a gzipped body without a coding is no JSON."""
    assert (await trial.probe(post(b"content-encoding: Identity "))).statuses == [200]
    assert "content-encoding" not in trial.engine.seen[-1].headers
    await trial.refuses(post(body=gzip.compress(ASK)), 400)
