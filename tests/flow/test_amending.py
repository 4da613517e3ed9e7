"""Requests as engines get them."""

from __future__ import annotations

from tests.flow.makers import ask, rooms, way
from wrp_policies.examples.types import Given
from wrp_router.flow.amending import amend, begin
from wrp_router.flow.story import Story
from wrp_router.wire.extras import Extra
from wrp_signals.prefix import prefix_hashes

LONG = "What is up? " * 60
GIVEN = Given("small", ("dec_0",), 7, 0.1, 0.9)


def test_how_it_begins() -> None:
    """Only where servers are chosen by that; what is known is not worked out again."""
    story = Story(ask(LONG))
    begin(rooms(), story, way("all"))
    assert story.facts.prefix == ()
    begin(rooms(), story, way("all", prefix=True))
    assert story.facts.prefix == prefix_hashes(story.ask.view) != ()
    story.begins((1, 2))
    begin(rooms(), story, way("all", prefix=True))
    assert story.facts.prefix == (1, 2)


def test_what_goes_beside_it() -> None:
    """For attempts with these examples, or with none: longer, and beginning as it will; the request stays as it was."""
    story, world = Story(ask(LONG)), rooms()
    more, less = Extra(addition=LONG), Extra(addition="?")
    longer = amend(world, story, way("all", prefix=True), more, GIVEN)
    assert longer.prompt_tokens > story.facts.prompt_tokens
    assert longer.prefix[0] == prefix_hashes(story.ask.view)[0]
    amend(world, story, way("all"), less)
    assert (story.beside(GIVEN), story.beside()) == (more, less)
    assert (story.sent(GIVEN), story.sent().prefix) == (longer, ())
    assert story.facts.prompt_tokens == 7
