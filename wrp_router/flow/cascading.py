"""What becomes of an answer that has to pass a bar: given, set aside for a better one, or given after all.

The bar is the plan's, the verifier the selection policy's; nothing here knows what makes an answer good.
"""

from __future__ import annotations

import msgspec

from wrp_policies.cascading.types import Hold
from wrp_policies.types import REJECTED, Attempt, Outcome, Pool, Verifying

from .asks import Ask, Label
from .commands import LOOK, SET_ASIDE, Arrived, Delivered, Entered, Failed, Flow, Relay
from .rooms import Way
from .story import Story


def hold_for(way: Way) -> Hold | None:
    """How the answer to an attempt with a bar is held back."""
    cascade = way.planner.cascade
    return cascade.hold if cascade is not None else None


def verified(ask: Ask, story: Story, way: Way, attempt: Attempt, arrived: Arrived) -> Flow[Failed | None]:
    """None where the answer may be given to the client. Otherwise it was set aside: how its attempt ended, which was
    paid for like any other."""
    cascade, held = way.planner.cascade, arrived.held
    assert cascade is not None
    assert held is not None
    verdict = story.verdict = cascade.verify(story.facts, held)
    accepted = cascade.doubt(held) == "accept" if verdict.score is None else verdict.score >= attempt.accept_at
    if accepted:
        story.cascade = "accepted" if verdict.score is not None else "unverified"
        return None
    if (yield from _too_late(ask, story, cascade, attempt)):
        story.cascade = "aborted"
        return None
    story.aside = story.label(attempt, story.model) if held.whole else None
    story.rejected = (*story.rejected, attempt.pool)
    story.cascade = "escalated"
    ended: Outcome = yield SET_ASIDE
    outcome = story.learn(way, msgspec.structs.replace(ended, reason=REJECTED))
    story.verdict = None
    return Failed(outcome)


def _too_late(ask: Ask, story: Story, cascade: Verifying, attempt: Attempt) -> Flow[bool]:
    """Whether the next pool's first token would come too late; then the plan says so."""
    plan = story.plan
    assert plan is not None
    done = {*story.rejected, attempt.pool}
    name = next((one.pool for one in plan.attempts if one.pool not in done), "")
    look: Entered = yield LOOK
    pool = _named(name, look)
    if pool is None:
        return False  # it is up to the next attempt to find out
    why = cascade.too_late(story.facts, pool, look.now - ask.arrived, ask.deadline - look.now)
    if why:
        story.plan = msgspec.structs.replace(plan, why=f"{plan.why}; not escalated: {why}")
    return bool(why)


def _named(name: str, look: Entered) -> Pool | None:
    return next((pool for pool in look.pools or () if pool.name == name), None)


def returned(story: Story, label: Label) -> Flow[None]:
    """The next pool could not answer: the answer that was set aside, under its label, is better than an error, and the
    row says so."""
    story.cascade, story.shed = "returned", ""
    done: Delivered = yield Relay(msgspec.structs.replace(label, attempts=len(story.outcomes)), False, aside=True)
    story.delivered = done
