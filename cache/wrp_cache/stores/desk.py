"""What an archive has at hand: documents lately used, and documents that wait to be written. It writes nothing."""

from __future__ import annotations

from collections import deque

from wrp_cache.types import Entry

from . import StoreFailed

_SMALL = 256
"""Bytes that are counted for a document beside its body."""


class Desk:
    """Documents by name. Those lately used are kept within `hot` bytes, the longest unused goes first; those that wait
    are kept until they are written, and no more are taken than `backlog` bytes of them. Not thread-safe."""

    __slots__ = ("_backlog", "_hot", "_hot_bytes", "_most", "_order", "_waiting", "_waiting_bytes", "taken", "written")

    def __init__(self, hot: int, backlog: int) -> None:
        self._most, self._backlog = hot, backlog
        self._hot: dict[bytes, Entry] = {}
        self._hot_bytes = self._waiting_bytes = 0
        self._waiting: dict[bytes, tuple[int, Entry | None]] = {}
        self._order: deque[tuple[int, bytes, int]] = deque()
        self.taken = self.written = 0

    def __len__(self) -> int:
        return len(self._hot)

    @property
    def nbytes(self) -> int:
        """What the documents lately used take."""
        return self._hot_bytes

    @property
    def waiting(self) -> int:
        """Changes that are not written yet."""
        return len(self._order)

    def get(self, name: bytes) -> Entry | None:
        """The document, if it is at hand."""
        entry = self._hot.pop(name, None)
        if entry is not None:
            self._hot[name] = entry  # now the one used last
            return entry
        waiting = self._waiting.get(name)
        return None if waiting is None else waiting[1]

    def gone(self, name: bytes) -> bool:
        """Whether it waits to be erased."""
        waiting = self._waiting.get(name)
        return waiting is not None and waiting[1] is None

    def keep(self, name: bytes, entry: Entry) -> None:
        """Have it at hand for a while."""
        self.forget(name)
        weight = _weight(entry)
        if weight > self._most:
            return
        self._hot[name] = entry
        self._hot_bytes += weight
        while self._hot_bytes > self._most:
            oldest = next(iter(self._hot))
            self._hot_bytes -= _weight(self._hot.pop(oldest))

    def forget(self, name: bytes) -> None:
        """Have it at hand no more, unless it waits."""
        entry = self._hot.pop(name, None)
        if entry is not None:
            self._hot_bytes -= _weight(entry)

    def take(self, name: bytes, entry: Entry | None) -> int:
        """Let a document wait to be written (None: to be erased): the number of this change. Raises StoreFailed where
        too much waits already."""
        weight = _SMALL if entry is None else _weight(entry)
        if self._waiting_bytes + weight > self._backlog:
            raise StoreFailed("too much waits to be written")
        self.taken += 1
        self._waiting[name] = (self.taken, entry)
        self._order.append((self.taken, name, weight))
        self._waiting_bytes += weight
        return self.taken

    def wrote(self, number: int) -> None:
        """All changes up to this one wait no more."""
        self.written = max(self.written, number)
        while self._order and self._order[0][0] <= number:
            each, name, weight = self._order.popleft()
            self._waiting_bytes -= weight
            waiting = self._waiting.get(name)
            if waiting is not None and waiting[0] == each:
                del self._waiting[name]

    def purge(self, tenant: str | None, partition: bytes | None) -> int:
        """Have nothing of these at hand, and erase what waits of them: the number of this change."""
        self.taken += 1
        for name in self.bury(tenant, partition):
            self._waiting[name] = (self.taken, None)
            self._order.append((self.taken, name, 0))
        return self.taken

    def bury(self, tenant: str | None, partition: bytes | None) -> list[bytes]:
        """Have nothing of these at hand: the names of those that wait, which are `gone` now."""
        for name in [name for name, entry in self._hot.items() if _of(entry, tenant, partition)]:
            self.forget(name)
        waiting = self._waiting
        found = [name for name, (_, entry) in waiting.items() if entry is not None and _of(entry, tenant, partition)]
        for name in found:
            waiting[name] = (waiting[name][0], None)
        return found

    def holds(self, name: bytes) -> bool:
        """Whether `get` would find it."""
        return name in self._hot or self._waiting.get(name, (0, None))[1] is not None


class Purged:
    """Whom purges concerned, as long as somebody `reading` may come upon what is older than they are. `times` counts
    those that happened since."""

    __slots__ = ("_before", "_now", "reading", "times")

    def __init__(self) -> None:
        self._now: set[tuple[str | None, bytes | None]] = set()
        self._before: set[tuple[str | None, bytes | None]] = set()
        self.reading = True
        self.times = 0

    def add(self, tenant: str | None, partition: bytes | None) -> None:
        """One that happens now."""
        self.times += 1
        if self.reading:
            self._now.add((tenant, partition))

    def recall(self, tenant: str | None, partition: bytes | None) -> None:
        """One that was read of: it concerns what is read after it, which is older."""
        self._before.add((tenant, partition))

    def covers(self, tenant: str, partition: bytes) -> bool:
        """Whether an entry that is read now is purged."""
        whoms = self._now, self._before
        return any(whoms) and any(
            whom in each
            for each in whoms
            for whom in ((tenant, partition), (tenant, None), (None, partition), (None, None))
        )

    def again(self) -> None:
        """All is read from the newest on."""
        self._before.clear()

    def done(self) -> None:
        """Nobody reads what is old any more."""
        self.reading = False
        self._now.clear()
        self._before.clear()


def _of(entry: Entry, tenant: str | None, partition: bytes | None) -> bool:
    return tenant in (None, entry.tenant) and partition in (None, entry.partition)


def _weight(entry: Entry) -> int:
    return _SMALL + len(entry.body) + 4 * len(entry.asked)
