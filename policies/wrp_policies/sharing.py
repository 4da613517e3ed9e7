"""What a selection promises of which several processes may know what each of them learned. It sends nothing itself.

All processes together have one total. Each tells what it did since it last told: by how much it made what was known
before count less (a discount, a pool that has changed), and what it added. Who applies that to the total has what one
policy would know that had lived through what each process told, one piece after the other. Without discounts that is
the plain sum, whatever the order. With a discount `d`, a piece of n observations makes all before it count d^n, whoever
made them: the total's memory is as long, in observations, as that of a single process, and so shorter in time the more
traffic all have together. Within a piece its own process alone discounts; if a piece is longer than the memory, the
last one to tell is nearly all that is known, so exchange often where the discount is strong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable


class Sharing(Protocol):
    """What is learned together. `told`, `begun` and the steps that `heard` answers with belong to the thread that
    requests are planned on; `merged` and `heard` may run on another one meanwhile, and take as long as they like.

    `common` says of which form the numbers are, and along which axes: processes share where it is the same.
    """

    @property
    def common(self) -> str: ...

    def begun(self) -> bytes:
        """All that is known as of now, as a total. From then on what is learned here is kept for `told`."""

    def told(self, take: bool = True) -> bytes:
        """What was done here since it was last taken, empty if nothing: whoever takes it sees to it that it gets into
        the total, once."""

    def merged(self, total: bytes, told: Sequence[bytes]) -> bytes:
        """The total with these, in this order. Raises msgspec.DecodeError or ValueError where bytes are not what they
        should be."""

    def heard(self, total: bytes) -> Iterator[None]:
        """Reads a total in which is all that was taken here. The first step makes that known here, beside what was
        learned since; between steps, which are short, requests may have a turn. Raises as `merged` does, itself."""


NOBODY: Mapping[str, Sharing] = {}


@runtime_checkable
class Shares(Protocol):
    """A Selection of which some parts, by name, may be learned together with other processes."""

    @property
    def shared(self) -> Mapping[str, Sharing]: ...
