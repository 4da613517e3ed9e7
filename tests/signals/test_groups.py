"""A name belongs to the group that names it most exactly."""

import pytest

from wrp_signals import BadPattern
from wrp_signals.groups import Grouping

GROUPS = {"gold": ("acme", "team-a*", "acme*"), "silver": ("team-*", "acme"), "rest": ("*",)}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("acme", ("gold", "acme")),
        ("acme-two", ("gold", "acme*")),
        ("team-abc", ("gold", "team-a*")),
        ("team-b", ("silver", "team-*")),
        ("team-", ("silver", "team-*")),
        ("nobody", ("rest", "*")),
        ("", ("rest", "*")),
    ],
)
def test_exact_names_then_the_longest_beginning(name, found):
    """And among equals what stands first."""
    assert Grouping(GROUPS).group_of(name) == found


def test_without_a_match_there_is_no_group():
    """Case counts unless folded."""
    assert Grouping({"a": ("x", "y*")}).group_of("X") is None
    assert Grouping({"a": ("X", "Y*")}, fold=True).group_of("yes") == ("a", "y*")


@pytest.mark.parametrize("member", ["*x", "a*b", "**"])
def test_a_star_stands_at_the_end_only(member):
    """Anything else would be a pattern, which these are not."""
    with pytest.raises(BadPattern, match="star"):
        Grouping({"a": (member,)})
