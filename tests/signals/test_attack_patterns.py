"""The table of traits."""

import re2

from wrp_signals.attack_patterns import DISGUISES, FREE, MEASURES, NAMES, PRIORS, TRAITS
from wrp_signals.attack_words import ROLES, lexicon
from wrp_signals.spec import LENGTH
from wrp_signals.words import words_of


def test_every_trait_has_a_name_a_prior_and_something_that_matches():
    """Names are different and short enough for evidence."""
    assert len(set(NAMES)) == len(NAMES) == len(PRIORS) == len(TRAITS) + len(DISGUISES) + len(MEASURES)
    assert all(len(name) <= LENGTH for name in NAMES)
    assert all(trait.roles or trait.phrases or trait.markers for trait in TRAITS)
    assert set(NAMES) > FREE
    assert all(prior >= 0 for name, prior in zip(NAMES, PRIORS, strict=True) if name not in FREE)


def test_patterns_compile_and_name_roles_that_exist():
    """Letters in them are roles."""
    for trait in TRAITS:
        for pattern in (*trait.roles, *trait.markers):
            re2.compile(pattern)
        assert {letter for pattern in trait.roles for letter in pattern if letter.isalpha()} <= set(ROLES)


def test_phrases_are_words_as_texts_give_them():
    """Joined by single spaces; a phrase that words_of would never give could not match."""
    known = lexicon()
    for phrase in [phrase for trait in TRAITS for phrase in trait.phrases.split("|") if phrase]:
        assert " ".join(words_of(phrase, 1_000)) == phrase
    assert known["ignore"] == "V"
