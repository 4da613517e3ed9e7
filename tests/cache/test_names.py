"""The table of names."""

from __future__ import annotations

from collections import Counter

from wrp_cache.names import NAMES


def test_no_name_stands_twice_in_a_class() -> None:
    """A name that were two members of one class would be its own rival."""
    for paragraph in NAMES.split("\n\n"):
        counts = Counter(paragraph.replace("|", " ").split())
        assert counts.most_common(1)[0][1] == 1, counts.most_common(1)


def test_every_class_has_members() -> None:
    """At least two, none empty."""
    for paragraph in NAMES.split("\n\n"):
        members = [member.strip() for member in paragraph.split("|")]
        assert len(members) > 1
        assert all(members)
