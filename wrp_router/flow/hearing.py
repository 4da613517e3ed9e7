"""What a conversation says of its last answer, and the answer that may be judged next. All of it once the client has
its last byte: nobody waits for it."""

from __future__ import annotations

from wrp_policies.learning.verdicts import REACTIONS, quality_of
from wrp_router.record import Feedback
from wrp_signals.facts import Reading, RequestView

from .commands import Ask, ClientGone, Flow, Note, Read
from .decisions import Decided, Decisions
from .rooms import Rooms
from .story import Story

PATIENCE = 0.25
"""Seconds for a signal that nobody waits for."""

FAILED = ("error", "exception", "traceback", "fatal", "invalid", '{"error"', "[error", "failed")
"""How a tool's answer begins that did not work."""

LOOKED = 64
"""Characters of it that are looked at."""


def hear(ask: Ask, rooms: Rooms, story: Story) -> Flow[None]:
    """Judges the session's last answer by what this turn says of it; then this turn's answer may be judged."""
    decisions = rooms.decisions
    if decisions is None:
        return
    if ask.view.session:
        try:
            yield from _react(ask, story, decisions)
        except ClientGone:
            return  # it has its answer
    if story.answered and story.way is not None and story.plan is not None:
        at = ask.arrived + story.delivered.last
        decisions.keep(Decided(story.facts, story.route, at, story.way.planner, story.plan, story.outcomes[-1]))


def _react(ask: Ask, story: Story, decisions: Decisions) -> Flow[None]:
    before = decisions.latest(ask.view.session, ask.view.tenant, ask.arrived)
    if before is None or "next_turn" in before.heard:
        return
    reaction = "tool_error" if tool_failed(ask.view) else (yield from _read(ask, story, decisions.signal))
    if reaction in REACTIONS:
        quality = quality_of(reaction)
        before.judge("next_turn", quality)
        yield Note(
            Feedback(ask.time, before.facts.id, quality, "next_turn", reaction, before.route, before.outcome.pool)
        )


def _read(ask: Ask, story: Story, name: str) -> Flow[str]:
    """What the signal says; empty where there is none, or it did not make it."""
    reading = story.readings.get(name)
    if reading is None and name and name not in story.absent:
        readings: dict[str, Reading] = yield Read(ask.view, (name,), PATIENCE)
        reading = readings.get(name)
    return str(reading.value) if reading is not None else ""


def tool_failed(view: RequestView) -> bool:
    """Whether the last message is a tool's, and says that what the model called did not work."""
    last = view.messages[-1] if view.messages else None
    if last is None or last.role not in ("tool", "function"):
        return False
    return last.text[:LOOKED].lstrip().lower().startswith(FAILED)
