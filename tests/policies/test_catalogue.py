"""Names and beginnings of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.catalogue import Catalogue, catalogue_of

KEYS = st.text("ab-", min_size=1, max_size=4).flatmap(lambda name: st.sampled_from([name, name + "*"]))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("sql", 1),
        ("sql-", 2),
        ("sql-lora", 2),
        ("sql-eu-7", 3),
        ("sq", None),
        ("SQL", None),
        ("law", 4),
        ("laws", None),
    ],
)
def test_the_longest_beginning_counts(name: str, found: int | None) -> None:
    """A name that is written out stands before all beginnings; case matters."""
    assert Catalogue({"sql": 1, "sql-*": 2, "sql-eu*": 3, "law": 4}).find(name) == found


def test_what_is_no_name_is_not_there() -> None:
    """A container is asked for anything."""
    assert 7 not in catalogue_of(("a*",))


@given(st.dictionaries(KEYS, st.integers(), max_size=8), st.text("ab-", max_size=6))
def test_as_by_looking_at_each(entries: dict[str, int], name: str) -> None:
    """One look-up finds what looking through all of them would."""
    fits = [key for key in entries if key == name or (key.endswith("*") and name.startswith(key[:-1]))]
    best = max(fits, key=lambda key: (key == name, len(key)), default=None)
    assert Catalogue(entries).find(name) == (None if best is None else entries[best])


@pytest.mark.parametrize(
    ("key", "covered"), [("law", True), ("sql-a", True), ("sql-a*", True), ("sql*", False), ("laws*", False)]
)
def test_what_covers_a_beginning(key: str, covered: bool) -> None:
    """Only one that is no longer: all names it takes are here then."""
    assert catalogue_of(("sql-*", "law")).covers(key) is covered


def test_equal_by_what_is_in_them() -> None:
    """Two of the same names are one; how many there are, and what for, can be asked."""
    one, two = Catalogue({"a": 1, "b*": 2}), Catalogue({"b*": 2, "a": 1})
    assert one == two
    assert hash(one) == hash(two)
    assert one != Catalogue({"a": 1})
    assert one != {"a": 1}
    assert (len(one), one.values()) == (2, [1, 2])
