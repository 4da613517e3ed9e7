"""Purges that outlive the news of them."""

from __future__ import annotations

from math import inf

import msgspec
import pytest

from tests.cache.makers import entry
from tests.cache.stores.kit import SECRET
from wrp_cache.stores.fences import Fences
from wrp_cache.stores.orders import Put
from wrp_cache.stores.seal import Header, Sealer, header_of

PREFIX = b"wrp:default:"


class Link:
    """A server in memory."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.lives: list[int] = []

    async def put(self, documents, stream, news, most) -> None:
        assert not news
        self.kept.update({key: value for key, value, _ in documents})
        self.lives += [life for _, _, life in documents]

    async def look(self, keys: list[bytes]) -> list[bytes | None]:
        return [self.kept.get(key) for key in keys]


def fences(link: Link, secret: bytes = SECRET) -> Fences:
    return Fences(link, Sealer(secret, PREFIX), PREFIX)


def header(written: float, tenant: str = "a", partition: bytes = b"p") -> Header:
    return header_of(entry(tenant=tenant, partition=partition), written)


@pytest.mark.parametrize(
    ("whom", "covered"),
    [
        (("a", b"p"), {("a", b"p")}),
        (("a", None), {("a", b"p"), ("a", b"q")}),
        ((None, b"p"), {("a", b"p"), ("b", b"p")}),
        ((None, None), {("a", b"p"), ("a", b"q"), ("b", b"p")}),
    ],
)
async def test_whom_a_purge_concerned(whom, covered):
    """And nobody else; what came after it is as good as ever."""
    made = fences(Link())
    await made.put(*whom, 1e9)
    everybody = [("a", b"p"), ("a", b"q"), ("b", b"p")]
    assert {each for each in everybody if await made.cover(header(1e9 - 5.0, *each))} == covered
    assert not any([await made.cover(header(1e9 + 5.0, *each)) for each in everybody])


async def test_the_last_one_counts():
    """It stands in the place of the one before, for longer than any answer is good."""
    link = Link()
    for now in (1e9, 1e9 + 100.0):
        await fences(link).put("a", None, now)
    assert await fences(link).cover(header(1e9 + 50.0))
    assert len(link.kept) == 1
    assert min(link.lives) >= 10 * 365 * 86_400_000


def put(begun: float, tenant: bytes = b"a", partition: bytes = b"p") -> Put:
    return Put(1, b"name", b"header", b"", b"body", tenant, partition, inf, begun)


async def test_what_was_being_made_when_others_purged():
    """May not stay; its own purges a router has looked at before. Two clocks may differ by a second."""
    link = Link()
    mine, theirs = fences(link), fences(link)
    await theirs.put("a", None, 1e9)
    await mine.put("b", None, 1e9)
    puts = [put(1e9 - 5.0), put(1e9 + 0.5), put(1e9 + 1.5), put(1e9 - 5.0, b"b"), put(1e9 - 5.0, b"c")]
    assert await mine.outlawed(puts) == puts[:2]
    await theirs.put("b", None, 1e9 + 1.0)
    assert await mine.outlawed(puts) == [*puts[:2], puts[3]]
    assert await mine.outlawed([]) == []


@pytest.mark.parametrize("damage", [lambda value: b"", lambda value: value[:-1] + b"x", lambda value: b"\x92\x01\x02"])
async def test_what_cannot_be_believed_stands_for_ever(damage):
    """Rubbish, another's seal, or another's place: nobody takes a purge away by writing over it."""
    link = Link()
    await fences(link).put("a", None, 1e9)
    ((key, value),) = link.kept.items()
    link.kept[key] = damage(value)
    assert await fences(link).cover(header(2e9))
    link.kept[key] = value
    assert not await fences(link).cover(header(2e9))
    assert await fences(link, b"another secret").cover(header(2e9))
    await fences(link).put("b", None, 1e9)
    link.kept[key] = next(other for at, other in link.kept.items() if at != key)
    assert await fences(link).cover(header(2e9))
    assert msgspec.msgpack.decode(value) != msgspec.msgpack.decode(link.kept[key])
