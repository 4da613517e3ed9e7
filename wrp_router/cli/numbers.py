"""Numbers as arguments: each raises ArgumentTypeError that says what it wants instead."""

from __future__ import annotations

import argparse
import math


def share(text: str) -> float:
    """A number between 0 and 1, both excluded."""
    value = _number(text)
    if not 0.0 < value < 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return value


def count(text: str) -> int:
    """1, 2, 3 and so on."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def workers(text: str) -> int:
    """1 to 256."""
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def folds(text: str) -> int:
    """2, 3, 4 and so on."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 2 or more")
    return int(text)


def whole(text: str) -> int:
    """0, 1, 2 and so on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def seconds(text: str) -> float:
    """0 or more; `inf` is a number of seconds, too."""
    value = _number(text.removesuffix("s"))
    if not value >= 0.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def rates(text: str) -> list[float]:
    """Requests a second, several by commas."""
    values = [_number(one) for one in text.split(",")]
    if not all(0.0 < value < 1e6 for value in values):
        raise argparse.ArgumentTypeError(f"{text!r} is not like 4 or 4,5.5,7")
    return values


def amount(text: str) -> float:
    """0 or more, and finite."""
    value = _number(text)
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return value


def change(text: str) -> float:
    """`0.05`, `5%` or `-20%`: above -1."""
    value = _number(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
    if not -1.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a change such as 0.05, 5%% or -20%%")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
