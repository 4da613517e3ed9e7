"""Signals for conditions: one at a time, only while the answer still depends on it, the cheapest first."""

from __future__ import annotations

from collections.abc import Iterable

from wrp_policies.when import Env
from wrp_signals.facts import Reading, Vector
from wrp_signals.signal import Tier

from .asks import Ask
from .commands import NOW, Embed, Flow, Read
from .rooms import Rooms
from .story import Story

UNHURRIED = 0.25
"""Seconds for a signal or an embedding that nobody waits for."""


def env_of(ask: Ask, story: Story) -> Env:
    """What conditions are asked about. It sees what is read later, too."""
    return Env(story.facts, story.readings, ask.time, story.absent)


def cheapest(rooms: Rooms, names: Iterable[str]) -> str:
    """The one to read next."""
    return min(names, key=lambda name: (rooms.costs[name], name))


def read(ask: Ask, story: Story, name: str, patience: float) -> Flow[None]:
    """The signal is read within `patience` seconds, or unknown for this request from now on."""
    readings: dict[str, Reading] = yield Read(ask.view, (name,), patience)
    if name in readings:
        story.readings[name] = readings[name]
    else:
        story.absent.add(name)


def within_budget(ask: Ask, rooms: Rooms, story: Story, name: str) -> Flow[None]:
    """The same within what is left of the time for routing, which is time spent on signals alone: a body that came
    slowly, a busy event loop or a cache that was asked first must not make a request one of which nothing is known."""
    since: float = yield NOW
    yield from read(ask, story, name, rooms.limits.routing - story.spent)
    story.spent += (yield NOW) - since


def embedded(ask: Ask, rooms: Rooms, story: Story, tier: Tier) -> Flow[Vector | None]:
    """What was asked, as the embedder of that tier has it; as above."""
    since: float = yield NOW
    vector: Vector | None = yield Embed(ask.view, rooms.limits.routing - story.spent, tier)
    story.spent += (yield NOW) - since
    return vector
