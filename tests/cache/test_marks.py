"""What is read from a text."""

from __future__ import annotations

import pytest

from wrp_cache.marks import Pair, read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's up, Doc?", ["what", "up", "doc"]),
        ("I don’t, can't, won't and ain't", ["i", "do", "not", "can", "not", "will", "not", "and", "is", "not"]),
        ("twenty-five well-known e.g. U.S. a.m.", ["twenty", "five", "well", "known", "eg", "usa", "am"]),
        ("The US and us", ["the", "usa", "and", "us"]),
        ("5km for $5.20 or 5% on the 5th", ["5", "km", "for", "5.20", "usd", "or", "5", "percent", "on", "the", "5"]),
        ("at -5 or 3-5, 2000₹", ["at", "-5", "or", "3", "5", "2000", "inr"]),
        ("Node.js, C++ and C# (both)", ["node", "c++", "and", "c#", "both"]),
        ("Does A follow from a B?", ["does", "A", "follow", "from", "a", "b"]),
        ("What Is A Good Book", ["what", "is", "a", "good", "book"]),
        ("New York and new shoes", ["new york", "and", "new", "shoes"]),
        ("\uff28\uff49 n\u200bot \u2460", ["hi", "not", "1"]),
        ("中文 test", ["中", "文", "test"]),
        ("don't", ["do", "not"]),
        ("O'Neill's", ["o", "neill", "s"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    """Contractions and compounds are taken apart, names put together, invisible signs dropped."""
    assert read(text).words == words


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("call sort_ascending() in np.linalg", {"sort_ascending()", "np.linalg"}),
        ("run git commit --amend -r", {"--amend", "-r"}),
        ("open ./build and /etc/passwd or ~/x", {"./build", "/etc/passwd", "~/x"}),
        ("see https://a.b/c or mail a@b.com", {"https://a.b/c", "a@b.com"}),
        ("std::sort in a\\b", {"std::sort", "a\\b"}),
        ("It ended.Next came e.g. Ph.D. 3.11 and/or well-known", {"Ph.D"}),
    ],
)
def test_codes(text: str, codes: set[str]) -> None:
    """Identifiers, flags, paths and addresses are kept as written; prose is not mistaken for them."""
    assert read(text).codes == codes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who is Alice? Bob knows", {"alice"}),
        ("who wrote JavaScript in Oslo's bars", {"javascript", "oslo"}),
        ("How To Cook Rice", set()),
        ("IS THIS LOUD", set()),
        ("I think I am", {"i"}),
        ("is it in (Rome)", {"rome"}),
    ],
)
def test_names(text: str, names: set[str]) -> None:
    """A capital within a sentence marks a name, unless most words have one."""
    assert read(text).names == names


def test_matter_and_signs() -> None:
    """The frame, denials and numbers are not what a question is about."""
    marks = read("How do I not reset 2 passwords?")
    assert marks.matter == ["reset", "passwords"]
    assert marks.counted
    assert not marks.plain
    assert read("Is it so, really?").plain
    assert not read("Is it one of them?").plain or read("Is it one of them?").counted


def test_pair() -> None:
    """What each has that the other lacks, and what both have."""
    pair = Pair(read("open the door"), read("close the door"))
    assert (pair.mine, pair.theirs, pair.common) == ({"open"}, {"close"}, {"the", "door"})


def test_a_text_that_begins_with_a_name() -> None:
    """There is nothing before it that it could be joined to."""
    assert read("France beats united kingdom in rugby").words == ["france", "beats", "united kingdom", "in", "rugby"]
