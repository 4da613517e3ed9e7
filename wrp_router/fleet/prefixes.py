"""Which server holds which prefix, as far as we know from what we sent there. Bounded memory, no text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, repeat

NOBODY: Mapping[str, int] = {}
_MOST_NAMES = 1024

FEWEST = 64.0
SHRINKS, GROWS = 0.97, 1.002
"""What a prefix that was gone before its time does to the believed size of a server's cache, and one that was there;
it settles where one belief in sixteen is wrong, and never below the fewest blocks."""


class Prefixes:
    """The prefix caches of one pool's servers, each modelled as the blocks used last.

    A block is named by a hash of the prompt up to its end, so that equal names are equal prompts. `ruler[n]` is how
    many tokens the first n blocks are: they may grow with the depth. Each server is believed to keep `capacity` blocks
    of the first one's size until its own reports of cached tokens say otherwise. Takes about 230 bytes for each block
    on a server.
    """

    __slots__ = (
        "_bits", "_capacity", "_free", "_kept", "_most", "_names", "_servers", "_sizes", "_taken", "_where", "ruler",
    )  # fmt: skip

    def __init__(self, ruler: Sequence[int], capacity: int) -> None:
        self.ruler = ruler
        self._sizes = () if isinstance(ruler, range) else _sizes(ruler)
        self._most = capacity
        self._servers: list[str] = []
        self._free: list[int] = []
        self._bits: dict[str, int] = {}
        self._kept: list[OrderedDict[int, int]] = []  # by server: blocks and their sizes
        self._taken: list[int] = []
        self._capacity: list[float] = []
        self._where: dict[int, int] = {}  # block -> the servers that hold it, one bit each
        self._names: dict[int, tuple[str, ...]] = {}

    def __len__(self) -> int:
        """Blocks on servers: what memory goes with."""
        return sum([len(kept) for kept in self._kept])

    def tokens(self, prefix: Sequence[int]) -> Mapping[str, int]:
        """How many tokens of it each server holds; those that hold nothing are left out."""
        where = self._where
        here = where.get(prefix[0], 0) if prefix else 0
        if not here:
            return NOBODY
        held: dict[str, int] = {}
        ruler, depth = self.ruler, 1
        for block in prefix[1:]:
            deeper = where.get(block, 0)
            if deeper != here and (deeper := deeper & here) != here:
                held.update(dict.fromkeys(self._named(here & ~deeper), ruler[depth]))
                if not deeper:
                    return held
                here = deeper
            depth += 1
        held.update(dict.fromkeys(self._named(here), ruler[depth]))
        return held

    def span(self, blocks: int) -> int:
        """How many tokens so many leading blocks are."""
        return self.ruler[blocks]

    def held(self, server: str, prefix: Sequence[int]) -> int:
        """How many tokens of it this server holds."""
        where, bit, depth = self._where, self._bits.get(server, 0), 0
        for block in prefix:
            if not where.get(block, 0) & bit:
                break
            depth += 1
        return self.ruler[depth]

    def note(self, server: str, prefix: Sequence[int]) -> int:
        """The server is given a prompt that begins so: it will have it, and has used it last. Says how many of these
        blocks it had; where every prefix starts where a prompt does, these are the leading ones."""
        bit = self._bits.get(server)
        if bit is None:
            bit = self._join(server)
        index = bit.bit_length() - 1
        kept, where, count = self._kept[index], self._where, len(prefix)
        before, size = len(kept), self._taken[index]
        sizes = reversed(self._sizes[:count]) if self._sizes else repeat(1)
        for block, blocks in zip(reversed(prefix), sizes, strict=False):
            if block in kept:  # heads are used last, thus forgotten last: a tail is worth nothing without its head
                kept.move_to_end(block)
            else:
                kept[block] = blocks
                size += blocks
                where[block] = where.get(block, 0) | bit
        self._taken[index] = size
        had = count - (len(kept) - before)
        self._shorten(index, bit, self._capacity[index])
        return had

    def observed(self, server: str, believed: int, cached: int) -> None:
        """The engine says how many tokens of a prompt it had, of which we `believed` some number."""
        bit = self._bits.get(server)
        if bit is None or not believed:
            return
        index = bit.bit_length() - 1
        if cached < believed // 2:
            self._capacity[index] = max(FEWEST, self._capacity[index] * SHRINKS)
            self._shorten(index, bit, self._capacity[index])
        else:
            self._capacity[index] = min(float(self._most), self._capacity[index] * GROWS)

    def forget(self, server: str) -> None:
        """It was restarted: nothing is left."""
        bit = self._bits.get(server)
        if bit is not None:
            self._shorten(bit.bit_length() - 1, bit, 0)

    def keep(self, servers: Iterable[str]) -> None:
        """Only these are left in the pool; the places of the others go to those who come."""
        left = set(servers)
        gone = [server for server in self._bits if server not in left]
        for server in gone:
            self.forget(server)
            self._free.append(self._bits.pop(server).bit_length() - 1)
        if gone:
            self._names.clear()

    def _join(self, server: str) -> int:
        if self._free:
            index = self._free.pop()
            self._servers[index], self._capacity[index] = server, float(self._most)
        else:
            index = len(self._servers)
            self._servers.append(server)
            self._kept.append(OrderedDict())
            self._taken.append(0)
            self._capacity.append(float(self._most))
        bit = self._bits[server] = 1 << index
        return bit

    def _shorten(self, index: int, bit: int, most: float) -> None:
        kept, where, size = self._kept[index], self._where, self._taken[index]
        while size > most:
            block, blocks = kept.popitem(last=False)
            size -= blocks
            left = where[block] ^ bit
            if left:
                where[block] = left
            else:
                del where[block]
        self._taken[index] = size

    def _named(self, bits: int) -> tuple[str, ...]:
        names = self._names.get(bits)
        if names is None:
            if len(self._names) >= _MOST_NAMES:
                self._names.clear()
            names = self._names[bits] = tuple([name for i, name in enumerate(self._servers) if bits >> i & 1])
        return names


def _sizes(ruler: Sequence[int]) -> tuple[int, ...]:
    """Of each block, in blocks of the first one's size."""
    return tuple([(end - begin) // ruler[1] for begin, end in pairwise(ruler)])
