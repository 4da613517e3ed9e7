"""How deep a prompt's beginning must be looked at to spread it: an adaptive prefix key (DualMap, arXiv:2602.06502)."""

from __future__ import annotations

from collections import deque

DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Blocks by which keys grow: fine where prompts differ, coarse where long system prompts are shared."""


class Hotness:
    """Shares of prefixes among the last `window` requests.

    A key is the prompt's shortest beginning that is not hot. A beginning becomes hot when more than `hot` times its
    fair share, `hot`/servers, of the requests have it, and ceases to be when its share falls below half of that: then
    its key splits into those of its continuations, or they merge again. With two candidates for each key, no key then
    brings more than the share of one server to either of them.
    """

    __slots__ = ("_counts", "_hot", "_least", "_seen", "_window", "ratio")

    def __init__(self, window: int = 1000, ratio: float = 2.0, least: int = 20) -> None:
        self.ratio = ratio
        self._window = window
        self._least = least
        self._seen: deque[tuple[int, ...]] = deque()
        self._counts: dict[int, int] = {}
        self._hot: set[int] = set()

    def __len__(self) -> int:
        """Prefixes that are counted."""
        return len(self._counts)

    def key(self, prefix: tuple[int, ...]) -> int:
        """The hash of the beginning that stands for the prompt."""
        return self.split(prefix)[0]

    def split(self, prefix: tuple[int, ...]) -> tuple[int, int]:
        """That hash, and how many blocks of it are hot: what many other prompts begin with."""
        common, hot = 0, self._hot
        for depth in DEPTHS:
            if depth > len(prefix):
                break
            key = prefix[depth - 1]
            if key not in hot:
                return key, common
            common = depth
        return (prefix[-1] if prefix else 0), common

    def note(self, prefix: tuple[int, ...], servers: int) -> None:
        """A request with this beginning was placed, in a pool of so many servers."""
        walked, hot, length = [], self._hot, len(prefix)
        for depth in DEPTHS:
            if depth > length:
                break
            block = prefix[depth - 1]
            walked.append(block)
            if block not in hot:
                break
        self._seen.append(tuple(walked))
        counts, total = self._counts, len(self._seen)
        bar = self.ratio * total
        for block in walked:
            counts[block] = count = counts.get(block, 0) + 1
            if total >= self._least:
                self._judge(block, count * servers, bar)
        if total > self._window:
            self._forget(self._seen.popleft(), servers, bar)

    def _forget(self, walked: tuple[int, ...], servers: int, bar: float) -> None:
        counts = self._counts
        for block in walked:
            counts[block] = count = counts[block] - 1
            if count:
                self._judge(block, count * servers, bar)
            else:
                del counts[block]
                self._hot.discard(block)

    def _judge(self, block: int, shares: int, bar: float) -> None:
        """`shares` are the requests that have it, times servers: hot above the `bar`, and not below half of it."""
        if shares > bar:
            self._hot.add(block)
        elif shares * 2 < bar:
            self._hot.discard(block)

    def seen(self) -> list[tuple[int, ...]]:
        """The window, oldest first, as `note` counted it."""
        return list(self._seen)

    def restore(self, seen: list[tuple[int, ...]], hot: list[int]) -> None:
        """Takes up what `seen` and `hot` gave."""
        self._seen = deque(seen[-self._window :])
        self._counts = {}
        for walked in self._seen:
            for block in walked:
                self._counts[block] = self._counts.get(block, 0) + 1
        self._hot = {block for block in hot if block in self._counts}

    def hot(self) -> list[int]:
        """The hot beginnings."""
        return sorted(self._hot)
