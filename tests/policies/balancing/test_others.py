"""What is guessed of other routers: how old our knowledge is, what they sent since, what they may have warmed."""

from __future__ import annotations

import math

import pytest

from wrp_policies.balancing.others import HOMES, LONGEST, MOST, NOBODY, Known, Others
from wrp_policies.types import Server


def servers(*heard: float, own: int = 1, running: int = 3) -> list[Server]:
    """Heard of at such times, each with so many requests of ours and of others."""
    return [Server(f"s{i}", in_flight=own, running=running, heard=at) for i, at in enumerate(heard)]


def paced(gap: float, count: int = 50) -> Others:
    """It placed so many requests, one every `gap` seconds, the last one at 0."""
    others = Others()
    for number in range(count):
        others.placed((number - count + 1) * gap)
    return others


def test_without_others_there_is_nothing_to_guess() -> None:
    """One router alone knows all."""
    assert Others().known(servers(-5.0, -5.0, running=0), 0.0) is NOBODY


def test_what_they_may_have_sent_grows_with_time() -> None:
    """Their share of it; nothing to servers of which nothing was ever heard, or that were heard of this instant."""
    known = Others().known(servers(-4.0, 0.0, math.inf), 0.0)
    assert known.share == pytest.approx(0.75)
    assert known.unheard == pytest.approx([3.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("gap", "age", "stale"),
    [
        (1.0, 0.0, 0.0),
        (1.0, 0.1, 0.3),  # three of theirs for each of ours
        (0.1, 0.1, 1.0),
        (10.0, 1.0, 0.3),
        (0.0, 0.1, 1.0),  # nobody knows how fast they come
    ],
)
def test_knowledge_is_old_when_they_will_have_placed_one(gap: float, age: float, stale: float) -> None:
    """At their pace, since it was heard."""
    assert paced(gap).known(servers(-age, -age), 0.0).stale == pytest.approx(stale)


def test_pauses_and_clocks_that_go_back_say_nothing_of_the_pace() -> None:
    """It stays as it was."""
    others = paced(1.0)
    before = others.state().gap
    others.placed(LONGEST + 1.0)
    others.placed(3.0)
    assert others.state().gap == before
    others.placed(5.0)
    assert others.state().gap > before


def test_as_long_as_no_engine_says_it_follows_from_their_share() -> None:
    """However much went home."""
    others, known = Others(), Known(0.5, (1.0,), 0.0)
    assert others.presumed(known) == pytest.approx([0.6 * home for home in HOMES])
    for _ in range(100):
        others.went(True, 0.0)
    assert others.presumed(known) == pytest.approx([0.6 * home for home in HOMES])
    assert others.presumed(Known(1.0, (1.0,), 0.0))[0] == MOST
    assert sorted(HOMES, reverse=True) == list(HOMES)


def taught(share: float, home: int = 10) -> Others:
    """Of ten prompts so many went home, where so much of them was found."""
    others = Others()
    others.went(True, 1.0)
    for number in range(1000):
        others.went(number % 10 < home, share if number % 10 < home else 1.0)
    return others


def test_what_is_found_is_what_is_presumed() -> None:
    """While we know what is where; and the more beyond it, the older that is."""
    others = taught(0.2)
    assert others.presumed(Known(0.75, (), 0.0)) == pytest.approx([0.2, 0.1, 0.05], rel=0.01)
    assert others.presumed(Known(0.75, (), 0.5))[0] == pytest.approx(0.55, rel=0.01)
    assert others.presumed(Known(0.75, (), 1.0))[0] == pytest.approx(0.9)
    assert taught(2.0).presumed(Known(0.75, (), 1.0))[0] == pytest.approx(MOST)


def test_nobody_warms_anything() -> None:
    """Whatever engines were found to have when there were others."""
    assert taught(0.9).presumed(NOBODY) == [0.0, 0.0, 0.0]


def test_what_is_spread_would_be_found_if_it_went_home() -> None:
    """Half of the prompts go home, and half of what is there is found: all of it would be."""
    assert taught(0.3, home=5).presumed(Known(0.75, (), 0.0))[0] == pytest.approx(0.6, rel=0.1)


@pytest.mark.parametrize("share", [math.nan, -1.0, math.inf])
def test_impossible_shares_poison_nothing(share: float) -> None:
    """What an engine says that cannot be is bounded."""
    others = taught(0.3)
    for _ in range(10):
        others.went(True, share)
    assert 0.0 < others.presumed(Known(0.75, (), 0.0))[0] <= MOST


def test_what_was_learned_survives() -> None:
    """Given back as it was taken."""
    again = Others()
    again.restore(taught(0.2).state())
    assert again.state() == taught(0.2).state()
    assert again.presumed(Known(0.75, (), 0.0)) == taught(0.2).presumed(Known(0.75, (), 0.0))
