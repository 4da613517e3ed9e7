"""What a cache wants done while nobody asks: indexes finished, pictures of graphs taken and restored. It waits for
nobody, opens nothing and serves nothing."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping

from wrp_cache.heritage import Place, Where
from wrp_cache.hnsw import HnswIndex
from wrp_cache.holdings import Holdings
from wrp_cache.native import Turn
from wrp_cache.partition import PROMOTE_AT, PartitionIndex
from wrp_cache.shelf import Home
from wrp_cache.snapshot import NAME, Picture, Remains

STEP = 2
"""Vectors that a step copies: a millisecond at most."""

_NAMES = 256


class Sitting:
    """A graph that holds still while its picture is taken: of the place `where`, after so many `changes`. `take` may be
    called on another thread; all else belongs to the cache's. `end` must be called when `take` has returned, and not
    before."""

    __slots__ = ("_dim", "_gone", "_graph", "_index", "_labels", "_rows", "changes", "where")

    def __init__(self, held: Holdings, home: Home, index: PartitionIndex, graph: HnswIndex) -> None:
        self.where, self.changes, self._dim = home.key, home.changes, home.dim
        self._rows, self._index, self._graph = held.rows, index, graph
        self._labels = array("I")
        self._gone: frozenset[int] = frozenset()

    def take(self, turn: Turn) -> Picture:
        """The picture. `turn` is called again and again, so that other threads have one."""
        graph, rows, names = self._graph, array("I"), bytearray()
        for row in range(graph.span):
            label = graph.at(row)
            if label is not None:
                rows.append(row)
                self._labels.append(label)
                name = self._rows.name(label)
                names += name if len(name) == NAME else nobody(row)
            if not row % _NAMES:
                turn()
        return Picture(self._dim, graph.span, graph.shape, graph.peak, graph.wear, names, rows, graph.saved(turn))

    def end(self) -> None:
        """The graph may change again."""
        self._gone = self._index.release()

    def corrected(self, picture: Picture) -> Picture:
        """After the end: without the names of those that went while it was taken, which may be others' by then."""
        for at, label in enumerate(self._labels if self._gone else ()):
            if label in self._gone:
                picture.names[at * NAME : at * NAME + NAME] = nobody(picture.rows[at])
        return picture


def nobody(row: int) -> bytes:
    """A name that no document has."""
    return row.to_bytes(NAME, "big")


class Upkeep:
    """`tend` and `sittings` at any time. After a start: `recall`, then the archive tells what it has, then `settle`."""

    __slots__ = ("_held", "purges")

    def __init__(self, held: Holdings) -> None:
        """`purges` counts the orders to forget that there were."""
        self._held = held
        self.purges = 0

    @property
    def spare(self) -> int:
        """Bytes of the cache's that are not taken."""
        return self._held.spare

    def tend(self) -> bool:
        """A step with an index under construction, of a millisecond or so: whether there was one, and room for it."""
        return self._held.tend(STEP)

    def recall(self, remains: Mapping[str, Remains], place: Place) -> list[str]:
        """Have these graphs at hand for the entries that will be learnt, as long as there is room: the places of those
        for which there is none."""
        beyond = []
        for name, each in remains.items():
            if each.nbytes <= self._held.spare:
                self._held.charge(each.nbytes)
                self._held.heritage.leave(name, each, place)
            else:
                beyond.append(name)
        return beyond

    def quick(self, name: bytes, where: Where) -> bool:
        """Whether the vector of an entry can be taken in within microseconds: it is in a graph from before, or there
        are few in that place."""
        if self._held.heritage and self._held.heritage.has(where, name):
            return True
        home = self._held.home(where)
        if home is None or home.index is None:
            return True
        index = home.index
        return isinstance(index, PartitionIndex) and index.kind == "flat" and len(index) < PROMOTE_AT // 2

    def settle(self) -> Iterator[int]:
        """All has been told, and nobody will claim what still waits: how many vectors that were, in small steps."""
        return self._held.heritage.settle(self._held.charge)

    def sittings(self, wanted: Callable[[Home], bool]) -> Iterator[Sitting | None]:
        """A sitting for every graph, out of all that there are, that is `wanted`, held still until that ends; None now
        and then, when others should have a turn."""
        for some in self._held.homes():
            for home in some:
                index = home.index
                if isinstance(index, PartitionIndex) and "hnsw" in index.kind and wanted(home):
                    graph = index.hold()
                    if graph is not None:
                        yield Sitting(self._held, home, index, graph)
            yield None
