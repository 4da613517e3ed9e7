"""How often names are asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.balancing.popularity import Popularity


def seen(*names: str, window: int = 10) -> Popularity:
    made = Popularity(window)
    for name in names:
        made.note(name)
    return made


def test_shares_are_of_all_requests() -> None:
    """Those without a name among them; nobody has any before the first."""
    assert seen("a", "b", "", "a").share("a") == 0.5
    assert seen("a", "b", "", "a").share("c") == 0.0
    assert seen().share("a") == 0.0


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=40))
def test_only_the_window_counts(names: list[str]) -> None:
    """What was before it is as if it had never been, and takes no place."""
    made = seen(*names)
    assert made.seen() == names[-10:]
    assert all(made.share(name) == names[-10:].count(name) / max(1, len(names[-10:])) for name in "abc")


def test_who_is_asked_for_sooner() -> None:
    """As likely as their counts; a name that was never seen counts as one that was seen once."""
    made = seen("a", "a", "a", "b")
    assert made.sooner("a", "b") == 0.75
    assert made.sooner("b", "a") == made.sooner("new", "a") == 0.25
    assert made.sooner("new", "newer") == 0.5


def test_another_takes_it_up() -> None:
    """With a smaller window it keeps the latest; what it had seen itself is gone."""
    other = seen("x", "x", window=3)
    other.restore(seen("a", "b", "a", "a").seen())
    assert other.seen() == ["b", "a", "a"]
    assert other.share("x") == 0.0
