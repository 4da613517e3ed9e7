"""Keys that are prompts' beginnings."""

from __future__ import annotations

import msgspec
import pytest

from tests.policies.makers import facts, pool, prompt
from wrp_policies.balancing.prefixed import Prefixed, Window

TALKS = [facts(prefix=(1, *prompt(seed))) for seed in range(40)]


def of_sixteen(ratio: float = 2.0) -> Prefixed:
    """One that was asked about a pool of sixteen servers."""
    made = Prefixed(100, ratio)
    made.key(TALKS[0], pool("p", servers=16))
    return made


def test_a_beginning_is_the_key_until_it_is_common() -> None:
    """Then it is what follows it; how many blocks are common is said with it."""
    made, servers = of_sixteen(), pool("p", servers=16)
    assert {made.key(talk, servers) for talk in TALKS} == {(1, 0)}
    for talk in TALKS:
        made.placed(talk, "p0", 0.0)
    assert [made.key(talk, servers) for talk in TALKS] == [(talk.prefix[1], 1) for talk in TALKS]


@pytest.mark.parametrize(("ratio", "split"), [(2.0, True), (12.0, False)])
def test_how_common_is_a_matter_of_the_ratio(ratio: float, split: bool) -> None:
    """Half of the requests is eight times a sixteenth."""
    made = of_sixteen(ratio)
    for number, talk in enumerate(TALKS):
        made.placed(facts(prefix=prompt(1_000 + number)), "p0", 0.0)
        made.placed(talk, "p0", 0.0)
    assert (made.key(TALKS[0], pool("p", servers=16))[0] != 1) is split


def test_what_has_no_beginning_is_not_counted() -> None:
    """Nor is how a request went."""
    made = of_sixteen()
    made.placed(facts(), "p0", 0.0)
    assert made.window() == Window([], [], 16)


def test_taken_up_again() -> None:
    """By way of bytes: the copy goes on as the original does."""
    old, new, servers = of_sixteen(), Prefixed(100), pool("p", servers=16)
    for talk in TALKS:
        old.placed(talk, "p0", 0.0)
    new.take_up(msgspec.json.decode(msgspec.json.encode(old.window()), type=Window))
    for seed in range(40, 90):
        talk = facts(prefix=(1, *prompt(seed)))
        assert old.key(talk, servers) == new.key(talk, servers)
        old.placed(talk, "p0", 0.0)
        new.placed(talk, "p0", 0.0)
    assert old.window() == new.window()
