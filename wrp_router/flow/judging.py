"""Would the neighbour's answer have been right? Asked of a sample of hits, after the client has its fresh answer."""

from __future__ import annotations

import msgspec

from wrp_cache.bars.compare import Comparison
from wrp_cache.types import Entry, Hit
from wrp_router.wire.answers import text_of_answer
from wrp_signals.facts import Message, RequestView, Vector

from .asks import Ask
from .commands import PART, ClientGone, Delivered, Embed, Flow
from .fetching import whole
from .inquiring import asking
from .reading import UNHURRIED
from .rooms import Comparing, Rooms
from .sparing import spared
from .story import Story

COMPARED = Comparison()


def judge(ask: Ask, rooms: Rooms, story: Story, probe: Hit, done: Delivered) -> Flow[None]:
    """Compare what the cache would have said with what the engine said, and tell the cache. What cannot be compared
    counts as wrong: a hit that is doubted costs a call, one that is trusted wrongly tells a falsehood."""
    assert rooms.cache is not None
    try:
        hit = (yield from whole(rooms, probe)) if probe.away else probe
        if hit is None:
            return  # there is nothing to compare with
        right = yield from _right(ask, rooms, story, hit.entry, done)
    except ClientGone:
        return  # it has its answer; nothing is learned from it
    rooms.cache.judged(probe, right, ask.arrived + done.last)


def _right(ask: Ask, rooms: Rooms, story: Story, entry: Entry, done: Delivered) -> Flow[bool]:
    operation = ask.view.operation
    cached = text_of_answer(operation, entry.body, entry.content_type)
    fresh = text_of_answer(operation, done.body or b"", done.content_type)
    if cached is None or fresh is None:
        return False
    found = COMPARED(cached, fresh)
    if found.said == "unsure" and found.by == "cosine" and rooms.semantic:
        vectors = yield from _vectors(ask.view, cached, fresh)
        found = COMPARED(cached, fresh, vectors)
    if found.said == "unsure" and rooms.comparing is not None:
        return (yield from _asked(ask, rooms, story, rooms.comparing, cached, fresh))
    return found.said == "same"


def _asked(ask: Ask, rooms: Rooms, story: Story, comparing: Comparing, cached: str, fresh: str) -> Flow[bool]:
    """By a model, when the client no longer waits: the next request on its connection may come meanwhile. What it
    costs is this request's. No verdict counts as a no."""
    if spared(rooms, story) or not (yield PART):
        return False
    work = comparing.comparer.compare(ask.id, ask.view.asked(), cached, fresh)
    said = yield from asking(ask, rooms, story, comparing.way, work, ask.deadline)
    return said is True


def _vectors(view: RequestView, *texts: str) -> Flow[tuple[Vector, Vector] | None]:
    """What two texts mean; None where the embedder did not make it."""
    found: list[Vector] = []
    for text in texts:
        vector: Vector | None = yield Embed(msgspec.structs.replace(view, messages=(Message("user", text),)), UNHURRIED)
        if vector is None:
            return None
        found.append(vector)
    return found[0], found[1]
