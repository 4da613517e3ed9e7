"""Who of those that wait for an overloaded server is better off before another (DualMap, arXiv:2602.06502).

It looks at one server's line and says who should go where; it moves nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Movable(msgspec.Struct, frozen=True, gc=False):
    """One who waits: seconds that its prompt takes `here`, and `there`, before the server called `other`."""

    other: str
    here: float
    there: float


def better_off(queue: Sequence[Movable], wait: float, waits: dict[str, float], slo: float) -> list[int]:
    """The positions in `queue` of those who should go to their other server, in the order of what that gains: for them,
    and for those who stay.

    `wait` is how many seconds the whole line takes here, `waits` how many the others' take; what moves is added there.
    Nobody goes where a first token would take `slo` seconds or more, and nobody more once the line here takes no longer
    than that: so whoever goes has a shorter line there, its own prompt included.
    """
    gains = [(one.here - one.there - waits[one.other], place) for place, one in enumerate(queue)]
    moved = []
    for _, place in sorted(gains, reverse=True):
        if wait <= slo:
            break
        one = queue[place]
        there = waits[one.other] + one.there
        if there < slo:
            moved.append(place)
            waits[one.other] = there
            wait -= one.here
    return moved
