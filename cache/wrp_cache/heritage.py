"""Graphs from before, by the places that they were of: until their entries have claimed them. It reads no snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wrp_cache.partition import PartitionIndex
from wrp_cache.snapshot import Remains
from wrp_signals.facts import Vector

Where = tuple[str, bytes, str]
"""Tenant, partition and category."""

Place = Callable[[Where], str]
"""What snapshots call a place."""

_AT_ONCE = 32


class Heritage:
    """True while there is any. A graph waits until its place gets a first vector, and is its index from then on;
    entries of that place then claim their vectors instead of bringing them."""

    __slots__ = ("_open", "_place", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[str, Remains] = {}
        self._open: dict[Where, tuple[Remains, PartitionIndex]] = {}
        self._place: Place = lambda where: ""

    def __bool__(self) -> bool:
        return bool(self._waiting or self._open)

    def leave(self, name: str, remains: Remains, place: Place) -> None:
        """Have it at hand for the place of that name."""
        self._waiting[name] = remains
        self._place = place

    def open(self, where: Where, dim: int, index: PartitionIndex) -> int:
        """The place gets its first index: if a graph waits for it, that is it. The bytes that the index answers for
        from now on."""
        remains = self._waiting.get(self._place(where)) if self._waiting else None
        if remains is None or remains.dim != dim:
            return 0
        del self._waiting[self._place(where)]
        before = index.nbytes
        index.begin_with(remains.graph)
        self._open[where] = remains, index
        return index.nbytes - before

    def has(self, where: Where, name: bytes) -> bool:
        """Whether a vector waits for the entry of that name."""
        found = self._open.get(where)
        return found is not None and found[0].has(name)

    def claim(self, where: Where, name: bytes, label: int, vector: Vector) -> bool:
        """Find the entry of that name as `label` from now on, if the graph has this vector for it."""
        found = self._open.get(where)
        if found is None or found[1].index is not found[0].graph or found[1].pending:
            return False
        row = found[0].row(name, vector)
        if row is None:
            return False
        found[0].graph.claim(row, label)
        return True

    def close(self, where: Where) -> int:
        """The place is gone, and its index with it: what still waits there waits no more. The bytes that it took beside
        that index."""
        found = self._open.pop(where, None)
        return 0 if found is None else found[0].beside

    def settle(self, charge: Callable[[int], object]) -> Iterator[int]:
        """Nobody will claim what still waits: how many vectors that were, in small steps. `charge` hears what memory
        that gives back."""
        while self._waiting:
            _, remains = self._waiting.popitem()
            charge(-remains.nbytes)
            yield remains.waiting
        while self._open:
            _, (remains, _) = self._open.popitem()
            gone = 0
            for _ in remains.abandon():
                gone += 1
                if not gone % _AT_ONCE:
                    yield _AT_ONCE
            charge(-remains.beside)
            yield gone % _AT_ONCE
