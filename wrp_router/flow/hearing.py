"""What a conversation says of its last answer, and the answer that may be judged next. All of it once the client has
its last byte: nobody waits for it."""

from __future__ import annotations

from wrp_policies.cascading.types import Wanted
from wrp_policies.cascading.verifiers import Schema
from wrp_policies.learning.verdicts import REACTIONS, quality_of
from wrp_router.record import Feedback
from wrp_router.wire.held import answer_in
from wrp_signals.facts import RequestView

from .asks import Ask
from .commands import FORM, ClientGone, Flow, Note
from .decisions import Decided
from .reading import UNHURRIED, read
from .rooms import Rooms, Way
from .sparing import spared
from .story import Story

FAILED = ("error", "exception", "traceback", "fatal", "invalid", '{"error"', "[error", "failed")
"""How a tool's answer begins that did not work."""

SHAPE = Schema()

LOOKED = 64
"""Characters of it that are looked at."""


def begin(rooms: Rooms, story: Story, way: Way, pool: str) -> None:
    """The answer begins: from now on it may be judged, and the one before it is the session's last no more."""
    decisions = rooms.decisions
    if decisions is None or story.plan is None:
        return
    view = story.ask.view
    story.before = decisions.latest(view.session, view.tenant, story.started)
    story.decided = Decided(story.facts, story.route, story.started, way.planner, story.plan, pool)
    decisions.keep(story.decided)


def hear(ask: Ask, rooms: Rooms, story: Story) -> Flow[None]:
    """Settles the answer that was given, and judges the session's one before it by what this turn says."""
    decisions, decided = rooms.decisions, story.decided
    if decisions is None:
        return
    before = story.before
    if decided is None:  # an answer from the cache
        before = decisions.latest(ask.view.session, ask.view.tenant, ask.arrived)
    elif story.served is not None:
        decided.settle(story.served)
        yield from _look_at_form(ask, story, decided)
    else:
        decisions.drop(decided)
    if before is not None and "next_turn" not in before.heard and not spared(rooms, story):
        try:
            yield from _react(ask, story, before, decisions.signal)
        except ClientGone:
            return  # it has its answer


def lose(rooms: Rooms, story: Story) -> None:
    """The client left before it had the whole answer."""
    if rooms.decisions is not None and story.decided is not None and not story.answered:
        rooms.decisions.drop(story.decided)


def by_form(rooms: Rooms, story: Story) -> bool:
    """Whether the answer to come will be judged by its form, and has to be kept until then."""
    view, decisions = story.ask.view, rooms.decisions
    return decisions is not None and decisions.form and (view.response_format != "text" or bool(view.tools))


def _look_at_form(ask: Ask, story: Story, decided: Decided) -> Flow[None]:
    """Where it was kept for that. An answer that calls no tool, though it might have, has no form to be judged by."""
    done = story.delivered
    if not story.formed or done.body is None:
        return
    wanted: Wanted = yield FORM
    answer = answer_in(ask.view.operation, done.body, done.content_type.startswith("text/event-stream"))
    if answer is None or not (answer.calls or wanted.json or wanted.schema is not None):
        return
    score = SHAPE.judge(story.facts, wanted, answer).score
    if score is not None:
        word = "formed" if score else "misformed"
        decided.judge("form", quality_of(word))
        facts = decided.facts
        yield Note(Feedback(ask.time, facts.id, quality_of(word), "form", word, decided.route, decided.pool))


def _react(ask: Ask, story: Story, before: Decided, signal: str) -> Flow[None]:
    reaction = "tool_error" if tool_failed(ask.view) else (yield from _said(ask, story, signal))
    if reaction in REACTIONS:
        quality = quality_of(reaction)
        before.judge("next_turn", quality)
        yield Note(Feedback(ask.time, before.facts.id, quality, "next_turn", reaction, before.route, before.pool))


def _said(ask: Ask, story: Story, name: str) -> Flow[str]:
    """What the signal says; empty where there is none, or it did not make it."""
    if name and not story.asked(name):
        yield from read(ask, story, name, UNHURRIED)
    reading = story.readings.get(name)
    return str(reading.value) if reading is not None else ""


def tool_failed(view: RequestView) -> bool:
    """Whether the last message is a tool's, and says that what the model called did not work."""
    last = view.messages[-1] if view.messages else None
    if last is None or last.role not in ("tool", "function"):
        return False
    return last.text[:LOOKED].lstrip().lower().startswith(FAILED)
