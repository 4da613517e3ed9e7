"""Names of people and places: guesses, with their reasons."""

import pytest

from wrp_signals.pii.names import WINDOW, find_names


def guessed(text):
    return {(span.type, text[span.start : span.end]) for span in find_names(text) if span.score >= 0.5}


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("My name is Katherine Acevedo.", "Katherine Acevedo"),
        ("Please ask Dr. Zzyzx about it", "Zzyzx"),
        ("Émile Dubois's address", "Émile Dubois"),
        ("talk to Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("The Katarzyna", "Katarzyna"),
        ("dear April Smith", "April Smith"),
    ],
)
def test_people_are_told_by_lists_titles_and_words_before(text, person):
    """First names, titles, particles; without the genitive."""
    assert ("PERSON", person) in guessed(text)


@pytest.mark.parametrize("text", ["The Will", "Katherine Hospital", "Please Note", "Mark", "", "A B C D E F G"])
def test_words_with_capitals_are_not_people(text):
    """Beginnings of sentences, institutions, words that are also names, when nothing else speaks for it."""
    assert not {kind for kind, _ in guessed(text)} & {"PERSON"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I live at 742 Evergreen Terrace, Springfield", "742 Evergreen Terrace, Springfield"),
        ("12 rue de la Paix, Paris", "12 rue de la Paix, Paris"),
        ("in der Hauptstraße 5", "Hauptstraße 5"),
        ("send to PO Box 123", "PO Box 123"),
    ],
)
def test_streets_are_told_by_their_kind(text, place):
    """Numbers and kinds of street in several languages."""
    assert ("STREET_ADDRESS", place) in guessed(text)


def test_countries_are_listed_and_places_guessed():
    """A list of countries; what follows "in" or "to" and is no name."""
    assert ("LOCATION", "New Zealand") in guessed("flights to New Zealand")
    assert ("LOCATION", "Qaanaaq") in guessed("the weather in Qaanaaq")


def test_the_window_is_kept():
    """What stands behind it is not read."""
    assert guessed("x" * WINDOW + " My name is Katherine Acevedo") == set()
