"""Other processes that serve the same port, as this one sees them: what can be asked of all of them, and told to them.
Who has none asks nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple, Protocol

import msgspec

Kind = Literal["tally", "servers", "cache", "purge", "feedback", "load"]


class Said(NamedTuple):
    """What the one with that number replied."""

    number: int
    payload: bytes


class Answers(NamedTuple):
    """Of all that could be had; so many are `missing`."""

    replies: tuple[Said, ...] = ()
    missing: int = 0


Answer = Callable[[bytes], Awaitable[bytes]]
"""Answers what a sibling asks. Where it raises, this one is missing."""

Hear = Callable[[int, bytes], object]
"""Hears what the sibling at that place says: no two have the same, also not where one takes over from another."""


class Siblings(Protocol):
    """`several`: whether there may be any. `number`: which one this is."""

    @property
    def several(self) -> bool: ...

    @property
    def number(self) -> int: ...

    async def ask(self, kind: Kind, payload: bytes = b"") -> Answers:
        """What all others reply to that, in time."""

    def answer(self, kind: Kind, answer: Answer) -> None:
        """From now on this answers what others ask of that kind."""

    def tell(self, kind: Kind, payload: bytes) -> None:
        """To all others, who may miss it."""

    def hear(self, kind: Kind, hear: Hear) -> None:
        """From now on this hears what others tell of that kind."""


class Alone:
    """Nobody else is there."""

    several, number = False, 0

    async def ask(self, kind: Kind, payload: bytes = b"") -> Answers:
        return Answers()

    def answer(self, kind: Kind, answer: Answer) -> None:
        """Nobody will ask."""

    def tell(self, kind: Kind, payload: bytes) -> None:
        """Nobody hears it."""

    def hear(self, kind: Kind, hear: Hear) -> None:
        """Nobody will tell."""


ALONE = Alone()


async def beside(siblings: Siblings, kind: Kind, own: bytes) -> bytes:
    """A JSON object as it is here; where there are several processes, with what each of them says under `workers`."""
    if not siblings.several:
        return own
    answers = await siblings.ask(kind)
    said = sorted([Said(siblings.number, own), *answers.replies], key=lambda one: one.number)
    workers = [{"worker": one.number, **msgspec.json.decode(one.payload)} for one in said]
    return msgspec.json.encode({**msgspec.json.decode(own), "workers": workers, "missing": answers.missing})
