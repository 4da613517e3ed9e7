"""Asking other models before one answers: within which time, whose room is waited for then, and what engines are sent.
It does not know what is asked, and no request fails by it.

No server is held meanwhile, and no place in a line: whoever waits for others' answers waits for the one to answer only
when he knows who that is.
"""

from __future__ import annotations

import msgspec

from wrp_policies.consulting.types import Consulting, Material
from wrp_policies.types import Plan, Pool
from wrp_router.wire.additions import view_with
from wrp_signals.facts import Facts, RequestView
from wrp_signals.prefix import of_model, prefix_hashes

from .asks import Ask
from .commands import LOOK, Entered, Flow
from .inquiring import asking
from .rooms import Rooms, Way
from .story import NOBODY, Shown, Story

SHARE = 0.5
"""Of what is left to the deadline: the rest is for the answer."""


def consult(ask: Ask, rooms: Rooms, story: Story, way: Way, consulting: Consulting) -> Flow[tuple[str, ...]]:
    """Has asked what the policy wants to know, and says for whose room to wait."""
    begin(ask.view, rooms, story, way)
    story.plan = Plan((), "others are asked first", way.planner.kind)
    look: Entered = yield LOOK
    left = min(consulting.seconds, SHARE * (ask.deadline - look.now))

    def late(facts: Facts, pool: Pool) -> str:
        return consulting.too_slow(facts, pool, left)

    work = consulting.consult(story.facts, ask.view, look.pools or (), rooms.rng)
    material = yield from asking(ask, rooms, story, way, work, look.now + left, late)
    story.material = material
    return (material.pool,) if material.pool else way.pools


def begin(view: RequestView, rooms: Rooms, story: Story, way: Way) -> None:
    """How the prompt begins, where servers are chosen by that, unless it is known."""
    if way.prefix and not story.facts.prefix:
        story.begins(_hashes(view, rooms, way))


def _hashes(view: RequestView, rooms: Rooms, way: Way) -> tuple[int, ...]:
    hashes = prefix_hashes(view, seed=rooms.prefix_seed)
    return of_model(hashes, view.model) if way.as_asked else hashes


def show(ask: Ask, rooms: Rooms, story: Story, way: Way) -> None:
    """From here on engines are sent what was found, too: so long it is then, and so it begins."""
    text = story.material.text if story.material is not None else ""
    if text:
        view = view_with(ask.view, text)
        prefix = _hashes(view, rooms, way) if way.prefix else ()
        facts = msgspec.structs.replace(story.facts, prefix=prefix, prompt_tokens=rooms.calibration.tokens(view))
        story.shown = Shown(text, view, facts)


def explained(plan: Plan, material: Material) -> Plan:
    """Says what came of asking."""
    return msgspec.structs.replace(plan, why=f"{material.why}{plan.why.removeprefix(plan.policy)}")


def hide(story: Story) -> bool:
    """Whether there is something that engines need not be sent: then they are not, and the plan says so. An engine may
    refuse what is longer than it is taken for."""
    plan = story.plan
    if story.shown is None or plan is None:
        return False
    story.shown, story.avoided = None, NOBODY  # who refused that may take this
    story.plan = msgspec.structs.replace(plan, why=f"{plan.why}; refused so, and sent as it came")
    return True
