"""How often Python looks for garbage in cycles. In a process that serves for weeks, or simulates for hours, hardly
ever."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG, MIDDLE, OLD = 10_000, 20, 20
"""New objects between two looks at the new ones; and after how many of these looks at what survived one, and at all. By
default the first is 700, which a few requests come to, though they leave no cycles behind: a tenth of all time."""


def look_seldom() -> None:
    """To be called when all is in place: what is here now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


@contextmanager
def seldom() -> Iterator[None]:
    """The same, for as long as this lasts."""
    before = gc.get_threshold()
    look_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
