"""Do two answers say the same? When in doubt they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.bars.compare import LONGEST, Compared, Comparison

NEAR = (np.asarray([1.0, 0.0], np.float32), np.asarray([0.99, 0.141], np.float32))
FAR = (np.asarray([1.0, 0.0], np.float32), np.asarray([0.0, 1.0], np.float32))
BETWEEN = (np.asarray([1.0, 0.0], np.float32), np.asarray([0.8, 0.6], np.float32))
compare = Comparison()


@pytest.mark.parametrize(
    ("cached", "fresh"),
    [
        ("Paris.", "Paris."),
        ("Paris.", "paris"),
        ("**Paris** is the capital!", "Paris is\n the capital"),
        ("It costs 1,000 euros", "It costs 1000 euros"),
        ('{"a": 1, "b": [2, 3]}', '{"b": [2.0, 3], "a": 1}'),
    ],
)
def test_the_same_in_other_clothes(cached: str, fresh: str):
    """Case, layout, punctuation and the order of keys are no matter."""
    vectors = NEAR if "1000" in fresh else None
    assert compare(cached, fresh, vectors).said == "same"


@pytest.mark.parametrize(
    ("cached", "fresh", "by"),
    [
        ("It is 3.5 km", "It is 3.6 km", "numbers"),
        ("Since 1999", "Since long ago", "numbers"),
        ("-5 degrees", "5 degrees", "numbers"),
        ("1 2", "1 3", "numbers"),
        ('{"a": 1}', '{"a": 2}', "json"),
        ('{"a": 1}', '{"a": true}', "json"),
        ('{"a": 1}', "a is 1", "json"),
        ("x" * (LONGEST + 1), "y", "length"),
    ],
)
def test_different_however_alike(cached: str, fresh: str, by: str):
    """Numbers, values and what is too long to be compared decide before any vector does."""
    assert compare(cached, fresh, NEAR) == Compared("different", by)


def test_vectors_decide_on_the_rest():
    """Near is the same, far is different, and between them somebody has to be asked."""
    texts = "Turn it off first", "First switch it off"
    assert compare(*texts, NEAR) == Compared("same", "cosine")
    assert compare(*texts, FAR) == Compared("different", "cosine")
    assert compare(*texts, BETWEEN) == Compared("unsure", "cosine")
    assert compare(*texts) == Compared("unsure", "cosine")
    assert compare(*texts, (NEAR[0] * np.nan, NEAR[1])).said != "same"


def test_a_denial_is_never_overlooked():
    """Vectors do not see it, so they are not asked."""
    assert compare("You can return it", "You cannot return it", NEAR) == Compared("unsure", "denial")


def test_numbers_of_lists_are_no_numbers():
    """One answer may count its points, the other need not."""
    assert compare("1. Save\n2. Close", "- save it\n- close it", NEAR).said == "same"


@pytest.mark.parametrize(("cached", "fresh"), [("C", "C#"), ("Yes 👍", "Yes 👎"), ("a * b", "a b"), ("v.x", "vx")])
def test_signs_that_mean_something_stay(cached: str, fresh: str):
    """Names, formulae and pictures are no layout."""
    assert compare(cached, fresh).said == "unsure"


def test_texts_in_brackets_are_texts():
    """What begins like JSON and is none is compared as text."""
    assert compare("[sic] yes", "[sic] YES").said == "same"
    assert compare("[" * 5000 + "a", "[" * 5001 + "b", FAR).said == "different"


def test_bars_in_the_wrong_order_are_refused():
    """Between them must be room for doubt, or none."""
    with pytest.raises(ValueError, match="different <= same"):
        Comparison(same=0.5, different=0.6)


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_is_symmetric_and_never_fails(one: str, two: str):
    """Whatever was answered; and an answer is always the same as itself."""
    assert compare(one, two) == compare(two, one)
    assert compare(one, one).said == "same"
