"""How many bytes of large bodies are here at once, in all and of a tenant. What is too much is refused as it comes."""

from __future__ import annotations

from wrp_router.errors import Overloaded

SMALL = 64 * 1024
"""Bytes up to which a body is not counted, and never refused for others' sake: nearly all requests are smaller. So
many of them as there are connections take less than a gigabyte."""

SHARES = 2
"""One tenant may have one in so many of all bytes, so that none can keep the others out."""

PART = 4
"""All of them together may have one in so many of the bytes that the process may have: read as JSON each takes several
times its own."""


class TooMuchAtOnce(Overloaded):
    """Others' large bodies, or this tenant's, take all the memory that there is for them."""

    code = "too_many_bytes"


def room(configured: int, memory: float) -> int:
    """Bytes for large bodies in a process that may have so much memory (inf: any), 0: any number."""
    return max(1, int(min(configured, memory / PART))) if configured else 0


class Bodies:
    """`here` are bytes of bodies over SMALL that are being read or answered, `refused` those that there was no room
    for. A body's bytes are counted as they come, so that no promise of many keeps anybody out."""

    __slots__ = ("_held", "here", "refused")

    def __init__(self) -> None:
        self._held: dict[str, int] = {}
        self.here = self.refused = 0

    def take(self, tenant: str, count: int, most: int, body: int) -> None:
        """So many bytes more are here, of `most` in all (0: any); one `body` as large as is allowed has room whatever
        the share. Raises TooMuchAtOnce."""
        held = self._held.get(tenant, 0) + count
        if most and (self.here + count > max(most, body) or held > max(most // SHARES, body)):
            self.refused += 1
            raise TooMuchAtOnce("Too many large requests are here at once; smaller ones are read.", retry_after=1.0)
        self.here += count
        self._held[tenant] = held

    def leave(self, tenant: str, count: int) -> None:
        """A request has ended, so many bytes of whose body were counted."""
        self.here -= count
        held = self._held.pop(tenant, 0) - count
        if held:
            self._held[tenant] = held
