"""The tables, as far as a machine can see that they are sound."""

from __future__ import annotations

from wrp_cache import lexicon
from wrp_cache.lexicon import KNOWN_NAMES, NEGATORS, RIVALS, STOPWORDS, TURNS, UNITS, inflected


def test_forms() -> None:
    """The endings that English gives a word."""
    assert {"stop", "stops", "stopped", "stopping"} <= inflected("stop")
    assert {"enable", "enables", "enabled", "enabling"} <= inflected("enable")
    assert {"deny", "denies", "denied"} <= inflected("deny")
    assert {"push", "pushes"} <= inflected("push")
    assert inflected("up") == {"up"}


def test_denials_are_no_stopwords() -> None:
    """What turns an answer round is never taken for frame."""
    assert NEGATORS.isdisjoint(STOPWORDS)


def test_every_class_has_rivals() -> None:
    """A class of one member could never veto."""
    classes: dict[int, set[int]] = {}
    for places in RIVALS.values():
        for number, member in places:
            classes.setdefault(number, set()).add(member)
    assert all(len(members) > 1 for members in classes.values())


def test_names_are_small_and_of_one_or_two_words() -> None:
    """Names are compared with lower-case words, and joined in pairs."""
    assert all(name == name.lower() and 1 <= len(name.split()) <= 2 for name in KNOWN_NAMES)
    assert KNOWN_NAMES["united states"] == KNOWN_NAMES["america"] != KNOWN_NAMES["france"]


def test_units_have_one_spelling_each() -> None:
    """Spellings lead to the same unit."""
    assert UNITS["kilometres"] == UNITS["km"] == "km"
    assert UNITS["seconds"] == "sec"


def test_prefixes_are_found_by_their_first_letters() -> None:
    """The look-up of a word's first two letters finds every prefix that it may begin with."""
    assert all(prefix.startswith(letters) for letters, pairs in TURNS.items() for prefix, _ in pairs)
    assert ("un", "") in TURNS["un"]
    assert ("in", "ex") in TURNS["in"]


def test_tables_are_not_empty() -> None:
    """An empty table would let everything pass."""
    assert min(len(table) for table in (lexicon.COUNTING, lexicon.FRAME, lexicon.PLAIN_UNITS, lexicon.NAMED)) > 20
