"""A turn that should be answered where the one before it was: by the model that called the tools whose answers it
brings, or by the one server that keeps what was said. It holds nobody who is free to go."""

from __future__ import annotations

from wrp_policies.types import Attempt, Outcome, Plan, Pools
from wrp_signals.facts import RequestView

from .conversations import Seen
from .rooms import Rooms, Way
from .story import Story


def recall(rooms: Rooms, story: Story, way: Way) -> None:
    """Where its conversation was, and why it should stay there, become facts."""
    view = story.ask.view
    seen = rooms.conversations.last(view, story.started) if way.stay and view.session else None
    if seen is not None:
        story.goes_on(seen.pool, "tools" if brings_results(view) else "")


def brings_results(view: RequestView) -> bool:
    """Whether a tool has answered since the model spoke last; its user may have said something beside it."""
    for message in reversed(view.messages):
        if message.role != "user":
            return message.role == "tool"
    return False


def kept_plan(rooms: Rooms, story: Story, way: Way, pools: Pools) -> Plan | None:
    """The plan for a request that goes on from what a server keeps: that one, or none, as any other would say that
    there is nothing of that name. None where it is free to go."""
    view = story.ask.view
    seen = rooms.conversations.keeper(view, story.started) if view.state else None
    pool = next((pool for pool in pools if pool.name == seen.pool), None) if seen is not None else None
    if seen is None or pool is None:
        return None
    story.goes_on(seen.pool, "state")
    up = [one for one in pool.servers if one.name == seen.server and one.up]
    attempts = tuple([Attempt(pool.name, one.name) for one in up])
    why = f"stays with {pool.name}/{seen.server}, which keeps what was said"
    return Plan(attempts, why if up else f"{why} and is down", way.planner.kind)


def note_where(rooms: Rooms, view: RequestView, way: Way, outcome: Outcome, now: float) -> None:
    """Where it had its answer from, if anybody will ask."""
    if way.stay or view.state or outcome.response:
        rooms.conversations.note(view, outcome.response, Seen(outcome.pool, outcome.server, now))
