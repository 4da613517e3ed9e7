"""Places of matches: the same as google-re2's own wrapper gives, whatever the text."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.pattern import NOWHERE, Pattern

OPTIONS = re2.Options()
OPTIONS.log_errors = False
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
