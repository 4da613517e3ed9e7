"""How near words are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.cache.weighings import MadeUp, words
from wrp_cache.marks import Pair, read
from wrp_cache.nearness import NEARNESS, WordTable, nearness

TABLE = words()
WORDS = ["reset", "restore", "password", "unknown", "old", "door", "house", "window"]
PLAIN = st.lists(st.sampled_from(WORDS), max_size=7)


def named(a: str, b: str) -> dict[str, float]:
    told = nearness(Pair(read(a), read(b)), TABLE)
    return dict(zip(NEARNESS, told, strict=True))


def test_the_same_matter():
    """All is matched, nothing weighs alone."""
    told = named("reset the password", "the password reset please")
    assert told["near_least"] > 0.999
    assert told["far_all"] < 1e-3
    assert told["weight_shared"] == 1.0
    assert told["weight_more_alone"] == told["alone_cosine"] == 0.0


def test_a_word_more():
    """Weighs on one side."""
    told = named("reset password", "reset password window")
    assert told["weight_fewer_alone"] == 0.0 < told["weight_more_alone"]
    assert told["near_least"] < told["near_most"]
    assert told["matter_distance"] > 0


def test_nothing_to_compare():
    """Texts without matter have nothing that is near."""
    assert set(named("what is it?", "reset password").values()) == {0.0}


def test_unknown_words():
    """Weigh nothing and match nothing."""
    told = named("unknown", "unknown door")
    assert all(map(lambda value: value == value, told.values()))
    assert told["weight_common"] == 0.0


@given(PLAIN.map(" ".join), PLAIN.map(" ".join))
def test_it_is_symmetric(a: str, b: str):
    """Whose question was stored changes nothing (to rounding)."""
    there, back = named(a, b), named(b, a)
    assert all(abs(there[name] - back[name]) < 1e-3 for name in NEARNESS)


def test_memory_is_bounded():
    """The words at hand are forgotten when there are too many, and read again."""
    table = WordTable(MadeUp())
    first = table.word("first")
    for number in range(9_000):
        table.word(f"w{number}")
    assert len(table._kept) <= 8_192
    assert (table.word("first")[0] == first[0]).all()
