"""Asking engines what they serve."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.discovery import ANSWER_LIMIT, Unlisted, models_of


async def test_a_fake_engine():
    """All of its models, in its order."""
    async with FakeEngine(["b/llama", "a", "c"]) as engine:
        assert await models_of(engine.url) == ["b/llama", "a", "c"]


async def heard(url: str, patience: float = 5.0) -> list[str] | None:
    """None where it could not be asked, or did not say."""
    try:
        return await models_of(url, patience)
    except Unlisted:
        return None


def listing(body: bytes) -> bytes:
    """An answer with this body."""
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


LISTINGS = {
    "none": (listing(b'{"object":"list","data":[]}'), []),
    "with more to each": (listing(b'{"data":[{"id":"a","max_model_len":9},{"id":"b"}]}'), ["a", "b"]),
    "no JSON": (listing(b"<html>"), None),
    "no UTF-8": (listing(b'{"data":[{"id":"\xff"}]}'), None),
    "no list": (listing(b'{"data":"a"}'), None),
    "no ids": (listing(b'{"data":[{"id":1}]}'), None),
    "an error": (listing(b'{"error":{"message":"no"}}'), None),
    "100000 levels of something else": (
        listing(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"data":[]}'),
        None,
    ),
    "100000 levels": (listing(b"[" * 100_000), None),
    "no HTTP": (b"hello\r\n\r\n", None),
    "too much": (listing(b'{"data":[{"id":"' + b"a" * 2 * ANSWER_LIMIT + b'"}]}'), None),
    "cut short": (listing(b'{"data":[]}')[:-3], None),
}


@pytest.mark.parametrize(("reply", "models"), LISTINGS.values(), ids=LISTINGS)
async def test_listings(reply: bytes, models: list[str] | None):
    """What cannot be read is not known; the address may have a path."""
    async with scripted(replying(reply, close=True)) as server:
        assert await heard(server.url + "/base/") == models
        assert server.requests[0].startswith(b"GET /base/v1/models HTTP/1.1\r\nhost: 127.0.0.1:")


async def test_nobody_and_nothing():
    """Refused, or silent."""

    async def silent(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with scripted(silent) as server:
        url = server.url
        assert await heard(url, patience=0.05) is None
    assert await heard(url) is None


async def test_why_there_is_no_list():
    """A key that is missing, an address that is none, an answer of another kind: whoever starts a router reads it."""
    async with FakeEngine(["a"], api_key="k") as engine:
        with pytest.raises(Unlisted, match=r"^it answered 401$"):
            await models_of(engine.url)
    with pytest.raises(Unlisted, match=r"^connect: Connection refused$"):
        await models_of(engine.url)
    async with scripted(replying(listing(b"<html>"), close=True)) as server:
        with pytest.raises(Unlisted, match="no list of models"):
            await models_of(server.url)
