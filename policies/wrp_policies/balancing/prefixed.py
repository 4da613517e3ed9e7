"""What policies share whose keys are prompts' beginnings, the longer the more common they are. It chooses nothing."""

from __future__ import annotations

import msgspec

from wrp_policies.types import Outcome, Plan, Pool
from wrp_signals.facts import Facts

from .hotness import Hotness


class Window(msgspec.Struct, frozen=True):
    """What was learned of how the latest requests begin, in a pool of so many servers."""

    seen: list[tuple[int, ...]]
    hot: list[int]
    servers: int = 1


class Prefixed:
    """Keeps which beginnings are too common to be one key."""

    __slots__ = ("_hotness", "_servers")

    def __init__(self, window: int, ratio: float = 2.0) -> None:
        self._hotness = Hotness(window, ratio)
        self._servers = 1

    def key(self, facts: Facts, pool: Pool) -> tuple[int, int]:
        """What stands for a prompt that has a beginning, and how many of its blocks many others begin with."""
        self._servers = len(pool.servers)
        return self._hotness.split(facts.prefix)

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """The window moves on."""
        if facts.prefix:
            self._hotness.note(facts.prefix, self._servers)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Nothing follows from how it went."""

    def window(self) -> Window:
        """What was learned."""
        return Window(self._hotness.seen(), self._hotness.hot(), self._servers)

    def take_up(self, window: Window) -> None:
        """What `window` gave."""
        self._servers = window.servers
        self._hotness.restore(window.seen, window.hot)
