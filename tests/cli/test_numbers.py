"""Numbers as arguments."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import pytest

from wrp_router.cli.numbers import amount, change, count, folds, rates, seconds, share


@pytest.mark.parametrize(
    ("what", "text", "value"),
    [
        (share, "0.95", 0.95),
        (share, "1e-9", 1e-9),
        (count, "1", 1),
        (count, "0012", 12),
        (seconds, "0", 0.0),
        (seconds, "2.5", 2.5),
        (seconds, "2.5s", 2.5),
        (seconds, "inf", math.inf),
        (amount, "0.5", 0.5),
        (change, "5%", 0.05),
        (change, "-0.25", -0.25),
        (folds, "2", 2),
        (rates, "4", [4.0]),
        (rates, "4,5.5,7", [4.0, 5.5, 7.0]),
        (rates, " 4 , 5 ", [4.0, 5.0]),
    ],
)
def test_what_is_taken(what: Callable[[str], object], text: str, value: object):
    """As it is meant."""
    assert what(text) == value


@pytest.mark.parametrize(
    ("what", "text", "said"),
    [
        *[(share, text, "is not between 0 and 1") for text in ("0", "1", "-0.5", "nan", "inf", "", "half")],
        *[(count, text, "is not a number of 1 or more") for text in ("0", "-1", "1.5", "", "x", "²", "1e3", " 1")],
        *[(folds, text, "is not a number of 2 or more") for text in ("1", "0", "2.0", "")],
        *[(change, text, "is not a change such as 0.05") for text in ("-1", "-100%", "inf", "nan", "much", "%")],
        *[(amount, text, "is not a number of 0 or more") for text in ("-1", "inf", "nan", "much")],
        *[(seconds, text, "is not a number of seconds") for text in ("-1", "nan", "", "s", "x", "5m")],
        *[
            (rates, text, "is not like 4 or 4,5.5,7")
            for text in ("", "0", "4,", ",4", "4;5", "-1", "nan", "inf", "1e6")
        ],
    ],
)
def test_what_is_not(what: Callable[[str], object], text: str, said: str):
    """Each says what it wants instead, and names what it got."""
    with pytest.raises(argparse.ArgumentTypeError, match=said) as raised:
        what(text)
    assert repr(text) in str(raised.value)
