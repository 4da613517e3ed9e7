"""Rendezvous hashing: every key has its own order of all servers. Who joins or leaves moves only its own keys."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from wrp_policies.types import Pool, Server

Words = npt.NDArray[np.uint64]

WORD = (1 << 64) - 1
MOST = 1024
"""Keys whose order is remembered."""


def seed_of(name: str, salt: str) -> int:
    """64 bits for a server; the same in every process, so that all routers agree."""
    text = f"{salt}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def key_of(text: str) -> int:
    """64 bits for a session, a tenant, a header."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


_HALF, _ONE, _TWO = np.uint64(33), np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def mixed(key: int, seeds: Words) -> Words:
    """A draw for each seed that is independent for each pair (the finaliser of MurmurHash3, after Appleby)."""
    x = seeds ^ np.uint64(key & WORD)
    x ^= x >> _HALF
    x *= _ONE
    x ^= x >> _HALF
    x *= _TWO
    x ^= x >> _HALF
    return x


class Rendezvous:
    """The order of servers by key (Thaler and Ravishankar 1998), one for each salt: draws that know nothing of each
    other. Orders are remembered for the keys asked last.

    Who is in a pool is looked at again when its `edition` or the number of its servers has changed.
    """

    __slots__ = ("_known", "_names", "_orders", "_salts", "_seeds")

    def __init__(self, *salts: str) -> None:
        self._salts = salts or ("",)
        self._known: tuple[str, int, int] = ("", 0, 0)
        self._names: list[str] = []
        self._seeds: Words = np.empty((0, 0), np.uint64)
        self._orders: dict[int, list[tuple[str, ...]]] = {}

    def order(self, key: int, pool: Pool) -> tuple[str, ...]:
        """All servers of the pool, up or not, those of this key first."""
        return self.orders(key, pool)[0]

    def first(self, key: int) -> str:
        """The first server of a key that was asked for lately; "" of any other."""
        orders = self._orders.get(key)
        return "" if orders is None else orders[0][0]

    def orders(self, key: int, pool: Pool) -> list[tuple[str, ...]]:
        """The same by each salt."""
        known = pool.name, pool.edition, len(pool.servers)
        if self._known != known:
            self._known, self._names = known, [server.name for server in pool.servers]
            self._seeds = np.array([[seed_of(name, salt) for name in self._names] for salt in self._salts], np.uint64)
            self._orders.clear()
        orders = self._orders.get(key)
        if orders is None:
            if len(self._orders) >= MOST:
                self._orders.clear()
            ranks, names = mixed(key, self._seeds).argsort()[:, ::-1].tolist(), self._names
            orders = self._orders[key] = [tuple(map(names.__getitem__, row)) for row in ranks]
        return orders


def first_of(order: tuple[str, ...], usable: dict[str, Server], without: str = "") -> Server | None:
    """The first one in order that is usable."""
    for name in order:
        if name != without and name in usable:
            return usable[name]
    return None
