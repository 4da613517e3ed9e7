"""How many of the last thirty seconds' requests failed, and whose they were, in bounded memory. It draws no
conclusion."""

from __future__ import annotations

from collections.abc import Iterable

SPAN = 30.0
"""Seconds that are looked back on."""

SLOTS = 10
SLOT = SPAN / SLOTS
"""Seconds of one of them."""

NEVER = -SLOTS
"""A slot number that is out of the span at any time."""

CALLERS = 32
"""Callers that are told apart in a slot; all others count as one more."""

NOBODY, OTHERS = "", "*"
"""What nobody's request was at fault for, and all callers that are not told apart: no tenant has such a name."""

Counts = dict[str, list[int]]
"""By caller: requests, and how many of them failed."""


class FailureWindow:
    """Counts in ten slots of three seconds; a slot that comes round again starts at zero."""

    __slots__ = ("_callers", "_slot_of")

    def __init__(self) -> None:
        self._slot_of = [NEVER] * SLOTS
        self._callers: list[Counts] = [{} for _ in range(SLOTS)]

    def note(self, failed: bool, now: float, caller: str = NOBODY) -> None:
        slot = int(now * (SLOTS / SPAN))
        i = slot % SLOTS
        counts = self._callers[i]
        if self._slot_of[i] != slot:
            self._slot_of[i] = slot
            counts.clear()
        count = counts.get(caller)
        if count is None:
            count = counts.setdefault(caller if len(counts) < CALLERS else OTHERS, [0, 0])
        count[0] += 1
        count[1] += failed

    def count(self, now: float) -> tuple[int, int]:
        """(failed, total) within the span, to the nearest slot."""
        return _added([count for counts in self._live(now) for count in counts.values()])

    def worst(self, now: float) -> str:
        """The caller of whom most failures are; NOBODY where no caller's are any."""
        failures: dict[str, int] = {}
        for counts in self._live(now):
            for name, (_, failed) in counts.items():
                if failed and name != NOBODY:
                    failures[name] = failures.get(name, 0) + failed
        return max(failures, key=failures.__getitem__, default=NOBODY)

    def of_others(self, now: float, caller: str) -> tuple[int, int]:
        """(failed, total) without the requests of that caller. Where a slot does not tell it apart it may be one of
        the crowd, which then is left out with it."""
        return _added(
            [
                count
                for counts in self._live(now)
                for name, count in counts.items()
                if name != caller and not (name == OTHERS and caller not in counts)
            ]
        )

    def clear(self) -> None:
        for i in range(SLOTS):
            self._slot_of[i] = NEVER

    def _live(self, now: float) -> list[Counts]:
        oldest = int(now * (SLOTS / SPAN)) - SLOTS
        return [self._callers[i] for i in range(SLOTS) if self._slot_of[i] > oldest]


def _added(counts: Iterable[list[int]]) -> tuple[int, int]:
    failed = total = 0
    for one in counts:
        total += one[0]
        failed += one[1]
    return failed, total
