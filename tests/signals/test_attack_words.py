"""The lexicon of roles."""

from wrp_signals.attack_words import BACKWARDS, NOTHING, ROLES, ROTATED, UNSPACED, lexicon, plain, unspaced
from wrp_signals.words import words_of


def test_every_word_is_one_that_a_text_can_have():
    """As words_of gives it; with and without accents; the role is one letter."""
    known = lexicon()
    for role, words in ROLES.items():
        assert len(role) == 1
        assert role not in (NOTHING, BACKWARDS, ROTATED)
        for word in words.split():
            assert words_of(word, 100) == [word]
            assert word in known
            assert plain(word) in known


def test_key_words_are_known_backwards_and_rotated():
    """As disguised, not with their own role; short ones are not."""
    known = lexicon()
    assert known["ignore"] == "V"
    assert known["erongi"] == BACKWARDS
    assert known["vafgehpgvbaf"] == ROTATED
    assert "suoht" not in known


def test_words_of_scripts_without_spaces_come_longest_first():
    """So that none hides inside another."""
    pairs = unspaced()
    assert [len(word) for word, _ in pairs] == sorted((len(word) for word, _ in pairs), reverse=True)
    assert {role for _, role in pairs} == set(UNSPACED)
    assert lexicon()["忽略"] == "V"
