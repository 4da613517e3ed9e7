"""Places of matches: the same as google-re2's own wrapper gives, whatever the text."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.pattern import NOWHERE, Pattern, Patterns, options_of

OPTIONS = options_of(8 << 20)
PATTERNS = (r"a+b?", r"(?i)[xy](\d*)", r"\bé\w*", r"(a|ab)(c|bcd)")
TEXTS = st.text("abcdxyXé1 \n", max_size=40).map(str.encode)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=TEXTS, start=st.integers(0, 10), length=st.integers(0, 40))
def test_places_are_those_of_the_wrapper(pattern, data, start, length):
    """All of them, the first, and the one at the beginning; within bounds too."""
    start = min(start, len(data))
    end = min(start + length, len(data))
    ours, theirs = Pattern(pattern, OPTIONS), re2.compile(pattern, OPTIONS)
    expected = [match.span() for match in theirs.finditer(data, start, end)]
    assert list(ours.all(data, start, end)) == expected
    assert ours.first(data, start, end) == next(iter(expected), NOWHERE)
    begins = theirs.match(data)
    assert ours.prefix(data) == (begins.end() if begins is not None else -1)


@given(TEXTS)
def test_a_group_may_be_asked_for(data):
    """Its place, where the whole is elsewhere."""
    ours, theirs = Pattern("a(b+)c", OPTIONS), re2.compile("a(b+)c", OPTIONS)
    assert list(ours.all(data, 0, len(data), 1)) == [match.span(1) for match in theirs.finditer(data)]


def test_a_pattern_that_is_none_is_refused():
    """With re2's own error."""
    with pytest.raises(re2.error):
        Pattern("(", OPTIONS)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(TEXTS)
def test_without_groups_matches_are_the_same(pattern, data):
    """Only that nobody can ask where a group is."""
    ours, theirs = Pattern(pattern, options_of(8 << 20, groups=False)), Pattern(pattern, OPTIONS)
    assert list(ours.all(data, 0, len(data))) == list(theirs.all(data, 0, len(data)))


@pytest.mark.parametrize("case", [True, False])
@given(TEXTS)
def test_many_at_once_are_those_of_the_wrapper(case, data):
    """Whichever of them occur; with capitals and small letters as two, and as one."""
    theirs = re2.Set.SearchSet(options_of(8 << 20, case))
    for pattern in PATTERNS:
        theirs.Add(pattern)
    theirs.Compile()
    found = Patterns(PATTERNS, options_of(8 << 20, case)).found(data)
    assert sorted(found) == sorted(theirs.Match(data) or ())
    single = [re2.compile(pattern, options_of(8 << 20, case)) for pattern in PATTERNS]
    assert sorted(found) == [place for place, one in enumerate(single) if one.search(data)]


def test_many_that_are_none_or_too_large_are_refused():
    """With re2's own error."""
    with pytest.raises(re2.error):
        Patterns(["a", "("], OPTIONS)
    with pytest.raises(re2.error):
        Patterns([f"word{number}" for number in range(2_000)], options_of(1 << 12))
