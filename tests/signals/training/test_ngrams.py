"""Words are drawn as often as the statistics saw them, and end where words ended."""

import random
from collections import Counter

import pytest

from tests.signals.training.packed_words import statistics, wheel
from wrp_signals.errors import SignalError
from wrp_signals.training.ngrams import END, Words, counts_of, followers, short_words, wheel_in

pytest.importorskip("brotli")


WORDS = ["to"] * 30 + ["the"] * 20 + ["a"] * 10 + ["there"] * 25 + ["ochre"] * 15


def test_counts_survive_packing(tmp_path):
    """Shares of the shorter run become counts again, up to one factor."""
    found = counts_of(wheel(tmp_path, en=WORDS), "en")
    true = statistics(WORDS)
    factor = found[0]["t"] / true[0]["t"]
    for runs, wanted in zip(found, true, strict=True):
        assert runs.keys() == wanted.keys()
        assert all(runs[run] == pytest.approx(factor * count) for run, count in wanted.items())


def test_a_language_may_have_single_letters_only(tmp_path):
    """As Chinese has; of a language that is not there all is empty."""
    path = wheel(tmp_path, zh=["的", "國"])
    assert [len(runs) for runs in counts_of(path, "zh")] == [2, 0, 0, 0, 0]
    assert counts_of(path, "xx") == [{}, {}, {}, {}, {}]


def test_short_words_are_told_from_parts_of_longer_ones():
    """By inclusion and exclusion, exactly."""
    assert short_words(statistics(WORDS)) == {"to": 30.0, "the": 20.0, "a": 10.0}


def test_letters_follow_until_a_word_ends():
    """A run that never went on ends the word."""
    follow = followers(statistics(["there", "therm", "ther"]))
    assert follow["ther"] == ("em" + END, [1, 2, 3.0])
    assert follow["here"] == (END, [1.0])


def test_drawn_words_are_as_frequent_as_they_were():
    """Short words exactly, long ones letter by letter."""
    words = Words(statistics(WORDS))
    rng = random.Random(5)
    drawn = Counter(words.draw(rng) for _ in range(10_000))
    assert drawn.keys() == set(WORDS)
    assert all(abs(drawn[word] / 10_000 - count / len(WORDS)) < 0.02 for word, count in Counter(WORDS).items())


def test_endless_words_are_cut():
    """Where every run goes on for ever."""
    counts = statistics(["abcd" * 400])
    assert len(Words(counts).draw(random.Random(1))) <= 30


def test_a_missing_wheel_says_how_to_get_it(tmp_path):
    """The package and the version."""
    with pytest.raises(SignalError, match=r"pip download .*lingua-language-detector==1\.3\.5"):
        wheel_in(tmp_path)
    path = wheel(tmp_path, en=WORDS)
    assert wheel_in(tmp_path) == path
