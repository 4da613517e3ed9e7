"""What all routers know of one route, as one value on a server that each of them changes in its turn. It sends nothing.

The value is a page: a total, and of each writer which of its pieces are in it. So a piece that was sent twice, or of
which nobody knows whether it arrived, gets in once; a router that starts needs nothing but the page, whoever is dead by
then; and a page takes no more room than what one router knows. A page that was lost, or is older than the one that was
there before (a server that came back without its memory), is written again from what a router last saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from wrp_policies.sharing import Sharing

RECENT = 4
"""Pieces that are in the total and are kept here too, should the server lose them with what came after another's."""

KEPT = 600.0
"""Seconds that such a piece is kept."""

MOST_CARRIED = 16
"""Pieces from before that wait for a server."""

NEVER = (0, 0.0)

MOST_WRITERS, GONE = 512, 7 * 86_400.0
"""Writers that a page knows, and the seconds after which one that wrote nothing is let go: long after KEPT."""


class Page(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`mark` is its own, `number` one more than that of the page before. By writer: the number of its last piece that
    is in the total, and when that was written, in seconds since 1970."""

    mark: bytes
    number: int
    writers: dict[bytes, tuple[int, float]]
    total: bytes


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a writer told, its number, and when it was made, in seconds since 1970."""

    writer: bytes
    number: int
    told: bytes
    made: float


class Carried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a router hands to the next one in its place: the form of the numbers, and pieces of which it does not know
    that they got into the total."""

    common: str
    pieces: tuple[Piece, ...]


class Turn(NamedTuple):
    """What became of a page: the page now, and whether it is to be written."""

    page: Page
    write: bool


class Ledger:
    """One route's, in one router. `take` before each turn; `turned` may run on another thread; `accept` after it."""

    __slots__ = ("_number", "_pieces", "_writer", "known", "sharing")

    def __init__(self, sharing: Sharing, writer: bytes, now: float, carried: Carried | None = None) -> None:
        """`sharing` has learned all that it had learned before, what is `carried` from then included. Of that, pieces
        are let go that are too old to find out whether they got into the total, or of another form."""
        self.sharing = sharing
        self._writer, self._number = writer, 0
        total = sharing.begun()
        found = carried.pieces if carried is not None and carried.common == sharing.common else ()
        self._pieces = [one for one in found if now - one.made < GONE / 2.0 and self._fits(total, one)]
        writers = {one.writer: (one.number, now) for one in self._pieces}
        self.known = Page(b"", 0, writers, total)

    def take(self, now: float) -> bool:
        """Makes a piece of what is to be told, unless one still waits to get into the total. False: then it goes later,
        as one with what is learned until then."""
        arrived = [one for one in self._pieces if self._arrived(one) and now - one.made < KEPT]
        waiting = [one for one in self._pieces if not self._arrived(one)]
        behind = any([one.writer == self._writer for one in waiting])
        if not behind:
            told = self.sharing.told()
            if told:
                self._number += 1
                waiting.append(Piece(self._writer, self._number, told, now))
        self._pieces = arrived[-RECENT:] + waiting
        return not behind

    def turned(self, there: Page | None, mark: bytes, now: float) -> Turn:
        """The page that is there (None: none that can be believed), or the one that was there last if that is newer,
        with what is missing of this router. Raises msgspec.DecodeError or ValueError for a total that is none."""
        page = there if there is not None and there.number >= self.known.number else self.known
        missing = [one for one in self._pieces if one.number > page.writers.get(one.writer, NEVER)[0]]
        if page is there and not missing:
            return Turn(page, write=False)
        total = self.sharing.merged(page.total, [one.told for one in missing])
        writers = {**page.writers, **{one.writer: (one.number, now) for one in missing}}
        return Turn(Page(mark, page.number + 1, _lately(writers, now), total), write=True)

    def accept(self, page: Page) -> None:
        """This is what is there now."""
        self.known = page

    def carried(self, now: float) -> Carried | None:
        """For the next router in the place of this: what is not known to be in the total, and what was learned since.
        None where there is nothing."""
        pieces = [one for one in self._pieces if not self._arrived(one)][-MOST_CARRIED:]
        untold = self.sharing.told(take=False)
        if untold:
            pieces.append(Piece(self._writer, self._number + 1, untold, now))
        return Carried(self.sharing.common, tuple(pieces)) if pieces else None

    def _fits(self, total: bytes, piece: Piece) -> bool:
        try:
            self.sharing.merged(total, [piece.told])
        except (msgspec.DecodeError, ValueError):
            return False
        return True

    def _arrived(self, piece: Piece) -> bool:
        return self.known.number > 0 and piece.number <= self.known.writers.get(piece.writer, NEVER)[0]


def _lately(writers: dict[bytes, tuple[int, float]], now: float) -> dict[bytes, tuple[int, float]]:
    """Those who wrote lately, the latest ones where they are too many."""
    found: Sequence[tuple[bytes, tuple[int, float]]] = [one for one in writers.items() if now - one[1][1] < GONE]
    if len(found) > MOST_WRITERS:
        found = sorted(found, key=lambda one: one[1][1])[-MOST_WRITERS:]
    return dict(found)
