"""Signals for conditions: one at a time, only while the answer still depends on it, the cheapest first."""

from __future__ import annotations

from collections.abc import Iterable

from wrp_policies.when import Env
from wrp_signals.facts import Reading

from .asks import Ask
from .commands import Flow, Read
from .rooms import Rooms
from .story import Story


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
