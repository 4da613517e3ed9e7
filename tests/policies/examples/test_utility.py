"""What an example promises, by what was judged."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.policies.examples.making import kept
from wrp_policies.examples.utility import BOLD, MOST, STRENGTH, Learned, Utility, judged_with


def promise(utility: Utility, category: str = "a", near: float = 0.9, **changes: object) -> float:
    """Of an example that was never judged."""
    return utility.of([(kept(**changes), near)], category)[0]


def test_likeness_is_a_guess() -> None:
    """Examples as like as those that helped promise more, in the same category most; where they did harm, less."""
    utility = Utility()
    fresh = promise(utility)
    for _ in range(30):
        utility.note("helped", 0.9, 0.3, 0.5)
        utility.note("harmed", 0.9, 0.3, -0.6)
    assert promise(utility, "helped") > promise(utility, "neither") > promise(utility, "harmed")
    assert promise(utility, "helped", standing=1.0) > promise(utility, "helped", standing=0.5)
    assert promise(utility, "helped", near=0.1) == pytest.approx(fresh) == pytest.approx(BOLD / STRENGTH)


def test_an_examples_own() -> None:
    """What was judged of it counts more and more, and the latest the most."""
    utility, one = Utility(), kept()
    for _ in range(40):
        judged_with([one], [0.0], 0.6)
    assert utility.of([(one, 0.2)], "a")[0] == pytest.approx(0.6, abs=0.08)
    for _ in range(120):
        judged_with([one], [0.0], -0.4)
    assert utility.of([(one, 0.2)], "a")[0] < -0.25


def test_the_bar_finds_where_examples_are_worth_nothing() -> None:
    """Where they promise 0.2 more than they keep, it settles about there; it stays within its bounds, and what is far
    from it does not move it."""
    utility, rng = Utility(), random.Random(1)
    for _ in range(4_000):
        promised = rng.uniform(-0.2, 0.6)
        utility.note("a", 0.9, promised, promised - 0.2 + rng.gauss(0.0, 0.4))
    assert utility.bar == pytest.approx(0.2, abs=0.1)
    before = utility.bar
    utility.note("a", 0.9, 5.0, 1.0)
    assert utility.bar == before
    for _ in range(500):
        utility.note("a", 0.9, utility.bar, -1.0)
    assert utility.bar == MOST


def test_state_comes_back() -> None:
    """All of it, by way of JSON; what is of another shape, or no number, is refused."""
    utility = Utility()
    for number in range(50):
        utility.note(f"c{number % 5}", number / 50, 0.1, number / 100 - 0.2)
    again, state = Utility(), msgspec.json.decode(msgspec.json.encode(utility.state()), type=Learned)
    again.restore(state)
    assert again.state() == utility.state()
    assert promise(again, "c1") == promise(utility, "c1")
    for broken in (
        msgspec.structs.replace(state, counts=state.counts[1:]),
        msgspec.structs.replace(state, gains=((1.0,), *state.gains[1:])),
        msgspec.structs.replace(state, bar=float("nan")),
    ):
        with pytest.raises(ValueError, match="finite numbers"):
            again.restore(broken)


def test_who_it_was() -> None:
    """Of two that went together the one gets what the other leaves: who did all of it is found out."""
    utility, rng = Utility(), random.Random(3)
    good, idle = kept("good"), kept("idle")
    for _ in range(300):
        pair = [good, idle] if rng.random() < 0.5 else [idle, good]
        gain = 0.6 * 0.5 ** pair.index(good) + rng.gauss(0.0, 0.2)
        judged_with(pair, utility.of([(one, 0.9) for one in pair], "a", 0.0), gain)
    promises = utility.of([(good, 0.9), (idle, 0.9)], "a", 0.0)
    assert 0.4 < promises[0] < 0.7
    assert promises[1] < 0.5 * promises[0]
