"""A request as engines get it, where something goes beside it: how it begins then, and how long it is. What is chosen,
charged and waited for by these is chosen by what is sent."""

from __future__ import annotations

import msgspec

from wrp_policies.examples.types import Given
from wrp_router.wire.extras import Extra, view_with
from wrp_signals.facts import Facts, RequestView
from wrp_signals.prefix import of_model, prefix_hashes

from .asks import Amended
from .rooms import Rooms, Way
from .story import Story


def begin(rooms: Rooms, story: Story, way: Way) -> None:
    """How the prompt begins, where servers are chosen by that, unless it is known."""
    if way.prefix and not story.facts.prefix:
        story.begins(_hashes(story.ask.view, rooms, way))


def amend(rooms: Rooms, story: Story, way: Way, extra: Extra, given: Given | None = None) -> Facts:
    """From here on attempts with these examples, or without any, send that too: what is known of the request then."""
    view = view_with(story.ask.view, extra)
    prefix = _hashes(view, rooms, way) if way.prefix else ()
    tokens = rooms.calibration.tokens(view)
    facts = msgspec.structs.replace(story.facts, prefix=prefix, prompt_tokens=tokens, vectors={})
    story.amended = {**story.amended, given: Amended(extra, view, facts)}
    return facts


def _hashes(view: RequestView, rooms: Rooms, way: Way) -> tuple[int, ...]:
    hashes = prefix_hashes(view, seed=rooms.prefix_seed)
    return of_model(hashes, view.model) if way.as_asked else hashes
