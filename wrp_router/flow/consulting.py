"""Asking other models before one answers: within which time, whose room is waited for then, and what engines are sent.
It does not know what is asked, and no request fails by it.

No server is held meanwhile, and no place in a line: whoever waits for others' answers waits for the one to answer only
when he knows who that is.
"""

from __future__ import annotations

import msgspec

from wrp_policies.consulting.types import Consulting, Material
from wrp_policies.types import Plan, Pool
from wrp_router.wire.extras import Extra
from wrp_signals.facts import Facts

from .amending import amend, begin
from .asks import Ask
from .commands import LOOK, Entered, Flow
from .inquiring import asking
from .rooms import Rooms, Way
from .story import AS_IT_CAME, NOBODY, Story

SHARE = 0.5
"""Of what is left until the answer has to begin: the rest is for the answer."""


def consult(ask: Ask, rooms: Rooms, story: Story, way: Way, consulting: Consulting) -> Flow[tuple[str, ...]]:
    """Has asked what the policy wants to know, and says for whose room to wait."""
    begin(rooms, story, way)
    story.plan = Plan((), "others are asked first", way.planner.kind)
    look: Entered = yield LOOK
    left = min(consulting.seconds, SHARE * (ask.until - look.now))

    def late(facts: Facts, pool: Pool) -> str:
        return consulting.too_slow(facts, pool, left)

    work = consulting.consult(story.facts, ask.view, look.pools or (), rooms.rng)
    material = yield from asking(ask, rooms, story, way, work, look.now + left, late)
    story.material = material
    return (material.pool,) if material.pool else way.pools


def show(rooms: Rooms, story: Story, way: Way) -> None:
    """From here on engines are sent what was found, too."""
    if story.material is not None and story.material.text:
        amend(rooms, story, way, Extra(addition=story.material.text))


def explained(plan: Plan, material: Material) -> Plan:
    """Says what came of asking."""
    return msgspec.structs.replace(plan, why=f"{material.why}{plan.why.removeprefix(plan.policy)}")


def hide(story: Story) -> bool:
    """Whether there is something that engines need not be sent: then they are not, and the plan says so. An engine may
    refuse what is longer than it is taken for."""
    plan = story.plan
    if not story.beside().addition or plan is None:
        return False
    story.amended, story.avoided = AS_IT_CAME, NOBODY  # who refused that may take this
    story.plan = msgspec.structs.replace(plan, why=f"{plan.why}; refused so, and sent as it came")
    return True
