"""What the writer of an archive is told to do, in the order of `number`."""

from __future__ import annotations

from math import inf
from typing import NamedTuple


class Put(NamedTuple):
    """Write an entry. `vector`: float16, or b""; `until`: seconds since 1970, when it may go; `begun`: when its request
    began."""

    number: int
    name: bytes
    header: bytes
    vector: bytes
    body: bytes
    tenant: bytes
    partition: bytes
    until: float
    begun: float = inf


class Drop(NamedTuple):
    """Erase the entry of this name."""

    number: int
    name: bytes


class Strike(NamedTuple):
    """Erase a row that cannot be believed, and of which not even the name can be."""

    number: int
    row: int


class Purge(NamedTuple):
    """Erase all entries of a tenant, of a partition, of one in the other, or all."""

    number: int
    tenant: str | None
    partition: bytes | None


Order = Put | Drop | Strike | Purge
