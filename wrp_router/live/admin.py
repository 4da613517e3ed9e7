"""The cache's desk on the admin listener: its books, and orders to purge, export and import. It answers no page of a
browser, and writes no text of a prompt into any log."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from time import monotonic, perf_counter

import msgspec

from wrp_cache import Bar, Cache, StoreFailed, name_of
from wrp_cache.stores import Archive
from wrp_cache.transfer import Foreign, Heading, Imported, import_, line
from wrp_cache.types import Entry, Kept
from wrp_router.errors import BadRequest, RouterError, TooLarge
from wrp_router.wire.paths import Purpose
from wrp_router.wire.strict import members

from .body import pieces_of, read_body
from .callers import check
from .downstream import SLOWEST, SMALL, unless_unread
from .keeping import Forget, nothing_else
from .pacing import Pace
from .siblings import ALONE, Siblings, beside
from .visit import Desk, Errand

log = logging.getLogger(__name__)

JSON, LINES = "application/json", "application/x-ndjson"

SLICE = 0.001
"""Seconds of work after which requests have a turn."""

ORDER = 64 * 1024
"""Bytes of an order to purge."""

AROUND = 1024 * 1024
"""Bytes that a line may have beside its answer: the question, a vector."""


class StoreAway(RouterError):
    """The store does not answer; what was asked of it may be asked again."""

    status, code = 503, "store_failed"


class PerWorker(RouterError):
    """Each worker has answers of its own, so what one of them exports is not all, and nobody else has what it
    imports."""

    status, code = 501, "per_worker"


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to purge: a tenant's entries, a partition's (in base64, as an export has it), one's in the other; or all."""

    tenant: str | None = None
    partition: bytes | None = None
    all: bool = False


class CacheDesk:
    """The handlers, by purpose."""

    def __init__(
        self,
        cache: Cache,
        archive: Archive | None,
        bars: Mapping[str, Bar],
        heading: Callable[[], Heading],
        *,
        keyed: bool,
        pace: Pace,
        longest: int,
        forget: Forget = nothing_else,
        siblings: Siblings = ALONE,
    ) -> None:
        """`keyed`: whether callers have keys. `pace`: of bodies; of an import, the silence between two pieces alone.
        `longest`: bytes of an answer that is kept. `forget`: purges what is kept beside the cache."""
        self._forget = forget
        self._cache, self._archive, self._bars, self._heading = cache, archive, bars, heading
        self._keyed, self._pace, self._longest = keyed, pace, longest * 4 // 3 + AROUND
        self._purges: set[asyncio.Task[object]] = set()
        self._siblings = siblings
        siblings.answer("cache", self._books)
        siblings.answer("purge", self._asked_to_purge)

    def desks(self) -> dict[Purpose, Desk]:
        """Where each is asked for."""
        return {
            "cache": self.stats,
            "cache_purge": self.purge,
            "cache_export": self.export,
            "cache_import": self.import_,
        }

    async def stats(self, errand: Errand) -> None:
        """The books, the bars, how the store is, and what an import must be made of."""
        check(errand.preamble, keyed=self._keyed, orders=False)
        await _told(errand, msgspec.Raw(await beside(self._siblings, "cache", await self._books(b""))))

    async def _books(self, asked: bytes) -> bytes:
        heading = self._heading()
        told = {
            "cache": self._cache.stats(),
            "bars": self._bars,
            "store": self._archive.stats() if self._archive is not None else None,
            "export": {"embedder": heading.embedder, "keyed": heading.keyed},
        }
        return msgspec.json.encode(told)

    async def purge(self, errand: Errand) -> None:
        """Forget what the order names, here and in all siblings, and say how many entries that were. It is carried out
        whoever leaves."""
        check(errand.preamble, keyed=self._keyed)
        order = order_of(await read_body(errand.request, ORDER, self._pace))
        task = asyncio.create_task(self._purged_by_all(order))
        self._purges.add(task)
        task.add_done_callback(self._purges.discard)
        try:
            counts, missing = await asyncio.shield(task)
        except StoreFailed:
            raise StoreAway("It is not served here any more, but the store could not be told: purge again.") from None
        if missing:
            raise StoreAway("Not all workers could be told, and some may still serve it: purge again.")
        # of a store that all share, each has forgotten the same
        purged = max([one for one, _ in counts]) if self._archive is not None else sum([one for one, _ in counts])
        examples = sum([one for _, one in counts])
        log.info("purged %d cached answers, %d examples", purged, examples)
        await _told(errand, {"purged": purged, "examples": examples} if examples else {"purged": purged})

    async def _purged_by_all(self, order: Order) -> tuple[list[tuple[int, int]], int]:
        """Entries and examples of each, and how many could not be told; siblings are, even where the store is away."""
        asking = asyncio.create_task(self._siblings.ask("purge", msgspec.json.encode(order)))
        try:
            own = await self._purged(order)
        finally:
            answers = await asking
        return [own, *[_COUNTS.decode(one.payload) for one in answers.replies]], answers.missing

    async def _purged(self, order: Order) -> tuple[int, int]:
        examples = self._forget(order.tenant, order.partition)
        return await _all(self._cache.purging(order.tenant, order.partition, now=monotonic())), examples

    async def _asked_to_purge(self, order: bytes) -> bytes:
        return msgspec.json.encode(await self._purged(order_of(order)))

    def _whole_here(self) -> None:
        """Raises PerWorker."""
        if self._siblings.several and self._archive is None:
            raise PerWorker("Each worker has its own answers in memory: keep them in Redis to export or import them.")

    async def export(self, errand: Errand) -> None:
        """All that may be served, in lines. An export that breaks off has no proper end. Raises StoreAway,
        PerWorker."""
        check(errand.preamble, keyed=self._keyed)
        self._whole_here()
        heading, client = self._heading(), errand.client
        await client.start(200, [("content-type", LINES), *errand.headers])
        waiting = bytearray(msgspec.json.encode(heading) + b"\n")
        count = 0
        async for text in self._lines(heading):
            waiting += text
            count += 1
            if len(waiting) >= SMALL:
                await unless_unread(client, client.write(bytes(waiting)), client.unread + len(waiting) / SLOWEST)
                waiting.clear()
        await unless_unread(client, client.end(bytes(waiting)), client.unread + len(waiting) / SLOWEST)
        log.info("exported %d cached answers", count)

    async def _lines(self, heading: Heading) -> AsyncIterator[bytes]:
        slices = Slices()
        for kept in self._cache.walk(monotonic()):
            await slices.give()
            entry = await self._whole(kept) if kept is not None else None
            if kept is not None and entry is not None:
                try:
                    yield line(entry, kept.vector if heading.embedder else None, monotonic())
                except UnicodeEncodeError:
                    continue  # half a character in a question: JSON cannot say it

    async def _whole(self, kept: Kept) -> Entry | None:
        if not kept.away or self._archive is None:
            return kept.entry
        try:
            return await self._archive.fetch(name_of(kept.entry.tenant, kept.entry.key))
        except StoreFailed as failed:
            raise StoreAway(f"The store does not answer ({failed}).") from None

    async def import_(self, errand: Errand) -> None:
        """Keep what the lines of an export say; how many were kept, refused, and broken. What was kept before an error
        stays. Raises BadRequest for an export that would be of no use here, PerWorker."""
        check(errand.preamble, keyed=self._keyed)
        self._whole_here()
        feed, slices = deque[bytes](), Slices()
        steps = import_(self._cache, _fed(feed), self._heading(), monotonic())
        begun, told = False, Imported(0, 0, 0, ())
        try:
            async for text in lines_of(pieces_of(errand.request, self._pace.idle), self._longest):
                feed.append(text)
                if begun or len(feed) > 1:  # the heading waits for the first entry
                    begun, told = True, next(steps)
                    await slices.give()
            for last in steps:
                told = last
        except Foreign as foreign:
            raise BadRequest(f"This export is of no use here: {foreign}.", code="foreign_export") from None
        log.info("imported %d cached answers; %d refused, %d broken", told.kept, told.refused, told.broken)
        await _told(errand, told)


class Slices:
    """Gives everybody else a turn after each slice of time."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = perf_counter()

    async def give(self) -> None:
        if perf_counter() - self._since > SLICE:
            await asyncio.sleep(0)
            self._since = perf_counter()


def order_of(raw: bytes) -> Order:
    """Raises BadRequest for one that does not say what to purge, or says it twice."""
    try:
        order = msgspec.json.decode(raw, type=Order)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The order cannot be read: {error}.", code="invalid_value") from None
    members(raw)
    named = order.tenant is not None or order.partition is not None
    if named == order.all:
        raise BadRequest('Name a "tenant" or a "partition", or say {"all": true}.', code="invalid_value")
    return order


async def lines_of(pieces: AsyncIterator[bytes], longest: int) -> AsyncIterator[bytes]:
    """Lines without their ends, the last with or without one. Raises TooLarge for one of more than `longest` bytes."""
    rest = bytearray()
    async for piece in pieces:
        known = len(rest)
        rest += piece
        start, end = 0, rest.find(b"\n", known)
        while end >= 0:
            yield bytes(rest[start:end])
            start, end = end + 1, rest.find(b"\n", end + 1)
        del rest[:start]
        if len(rest) > longest:
            raise TooLarge(f"A line is over {longest} bytes.")
    if rest:
        yield bytes(rest)


def _fed(feed: deque[bytes]) -> Iterator[bytes]:
    while feed:
        yield feed.popleft()


async def _all(steps: Iterator[int]) -> int:
    """Each step is short; requests have a turn after each."""
    purged = 0
    for gone in steps:
        purged += gone
        await asyncio.sleep(0)
    return purged


async def _told(errand: Errand, told: object) -> None:
    await errand.client.respond(200, [("content-type", JSON), *errand.headers], msgspec.json.encode(told))


_COUNTS = msgspec.json.Decoder(tuple[int, int])
