"""An answer to a question that means the same: found, looked at again where a model is to do so, and fetched."""

from __future__ import annotations

from wrp_cache import Refused
from wrp_cache.types import Hit, Veto
from wrp_signals.facts import Vector

from .asks import Ask
from .commands import Flow, Review
from .fetching import whole
from .rooms import Rooms, Way
from .story import Story


def nearest(ask: Ask, rooms: Rooms, story: Story, way: Way, vector: Vector) -> Flow[Hit | None]:
    """The hit that may be served, or None. A hit that is to be checked goes into the story, and its request upstream,
    unless the caller wants a cached answer or none."""
    hit = _found(ask, rooms, story, way, vector)
    if hit is not None and rooms.reviewed:
        hit = yield from _reviewed(ask, rooms, story, hit)
    if hit is not None and hit.probe and not ask.control.only_if_cached:
        story.probe, hit = hit, None
    return (yield from whole(rooms, hit)) if hit is not None and hit.away else hit


def _found(ask: Ask, rooms: Rooms, story: Story, way: Way, vector: Vector) -> Hit | None:
    assert rooms.cache is not None
    assert ask.partition is not None
    partition, category = ask.partition + way.name.encode(), story.facts.category()
    relief = rooms.easing(way, ask.arrived) if rooms.easing is not None else 0.0
    found = rooms.cache.nearest(
        partition, ask.view.tenant, vector, ask.view.asked(), category, ask.arrived, relief, ask.control.max_age
    )
    if isinstance(found, Refused):
        story.vetoes = found.vetoes
        return None
    return found


def _reviewed(ask: Ask, rooms: Rooms, story: Story, hit: Hit) -> Flow[Hit | None]:
    """The same hit, if nothing is found against it. Equal questions need no second look."""
    assert rooms.cache is not None
    asked, stored = ask.view.asked(), hit.entry.asked
    if asked == stored:
        return hit
    evidence: str | None = yield Review(asked, stored, hit.similarity, rooms.limits.embedding)
    if evidence is None:
        return hit
    rooms.cache.vetoed(hit)
    story.vetoes = (*story.vetoes, Veto(stored, hit.similarity, evidence))
    return None
