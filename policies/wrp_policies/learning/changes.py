"""Tells when a pool has become better or worse than it was. What to do about that is for others to say."""

from __future__ import annotations

from collections.abc import Sequence

SLACK = 0.15
"""How far off answers may be on average, up or down, without anything having changed."""

ALARM = 10.0
"""The sum of what is beyond that which is no accident any more: answers that were always right and are now wrong are
seen after twelve judgements, a fall by 0.4 after some forty; where nothing changes and answers are coins, it is wrong
once in half a million."""

SETTLED = 40
"""Judgements of a pool before its expectations are worth comparing with."""


class Changes:
    """Two-sided cumulative sums (Page 1954) of what each arm's quality was beyond what was expected of it."""

    __slots__ = ("_sums",)

    def __init__(self, arms: int) -> None:
        self._sums = [[0.0, 0.0] for _ in range(arms)]

    def note(self, arm: int, surprise: float) -> bool:
        """An answer was better than expected by so much; whether that makes it certain that something changed. Then the
        sums begin anew."""
        up, down = self._sums[arm]
        up, down = max(0.0, up + surprise - SLACK), max(0.0, down - surprise - SLACK)
        alarm = max(up, down) > ALARM
        self._sums[arm] = [0.0, 0.0] if alarm else [up, down]
        return alarm

    def state(self) -> list[tuple[float, float]]:
        """Both sums of every arm."""
        return [(up, down) for up, down in self._sums]

    def restore(self, sums: Sequence[tuple[float, float]]) -> None:
        """Takes up what `state` gave, for as many arms as there are."""
        self._sums = [[up, down] for up, down in sums]
