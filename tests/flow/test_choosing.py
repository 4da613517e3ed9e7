"""What a choice of model is told of what was asked."""

from __future__ import annotations

from tests.flow.makers import NORTH, arrived, ask, delivered, play, rooms, row_of, way
from wrp_router.fakes.playbook import expect
from wrp_router.flow import Embed, Relay, Send
from wrp_signals.facts import packed
from wrp_signals.surface import surface

LOOKING = way("all", tiers=("surface", "static", "model"))


def test_vectors_reach_the_policy_and_the_row() -> None:
    """Those of the tiers that it looks at, in what is left of the routing budget; one that is late is left out."""
    book = play(ask(), rooms(("true", LOOKING)))
    book << expect(Embed, tier="static", patience=0.005) >> NORTH << expect(Embed, tier="model") >> None
    book << Send >> arrived() << Relay >> delivered()
    assert row_of(book).facts.vectors == {
        "surface": packed(surface("What is up?")),
        "static": packed(NORTH),
    }


def test_nobody_looks() -> None:
    """Then nothing is embedded."""
    book = play(ask(), rooms()) << Send >> arrived() << Relay >> delivered()
    assert row_of(book).facts.vectors == {}
