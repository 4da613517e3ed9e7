"""Past answers before a prompt: which requests are given them, what is sent then, and which answers are kept to be
given. Their texts go into the request that is sent, and nowhere else."""

from __future__ import annotations

from math import inf

import msgspec

from wrp_cache.examples import Example
from wrp_policies.examples.types import Given, Sent
from wrp_policies.types import Outcome
from wrp_router.wire.answers import text_of_answer
from wrp_router.wire.extras import Extra, view_with
from wrp_signals.facts import Facts

from .amending import amend
from .asks import Ask
from .commands import Delivered
from .rooms import Rooms, Way
from .story import Story


def find_shelf(ask: Ask, way: Way, story: Story) -> None:
    """Whether this request may be given examples, and its answer become one. Only what the cache may keep at all does
    (`key`); who wants no old answer, or none older than he says, is given none either."""
    if way.shelves is None or ask.key is None:
        return
    shelf = story.shelf = way.shelves.shelf(ask.view)
    if shelf and not ask.control.no_cache and ask.control.max_age == inf:
        story.facts = msgspec.structs.replace(story.facts, shelf=shelf)


def sending(rooms: Rooms, story: Story, way: Way) -> Sent:
    """Tells planners of the request as it would be sent."""

    def sent(facts: Facts, given: Given) -> Facts:
        assert way.shelves is not None
        return amend(rooms, story, way, Extra(way.shelves.texts.find(facts.tenant, given.ids)), given)

    return sent


def remember(ask: Ask, rooms: Rooms, story: Story, way: Way, done: Delivered, outcome: Outcome) -> None:
    """Keep an answer that the cache may keep as an example, if it is the teacher's own. Only the whole text of one
    counts, to the first question of a conversation: others do not stand for themselves."""
    shelves = way.shelves
    if shelves is None or not story.shelf or outcome.pool != shelves.policy.teacher or done.body is None:
        return
    answer, question = text_of_answer(ask.view.operation, done.body, done.content_type), ask.view.asked()
    if not answer or not answer.strip() or not question.strip():
        return
    example = Example(question, answer, (ask.partition or b"") + way.name.encode())
    bare = msgspec.structs.replace(ask.view, messages=(), size=0)
    tokens = rooms.calibration.tokens(view_with(bare, Extra((example,))))
    facts = msgspec.structs.replace(story.facts, shelf=story.shelf)
    shelves.keep(facts, example, tokens, ask.arrived + done.last)
