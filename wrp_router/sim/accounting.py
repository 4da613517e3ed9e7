"""Accounts on virtual time: the books that one live router keeps."""

from __future__ import annotations

from wrp_router.accounts import Books, Refused, Reserved
from wrp_router.flow import Reserve, Rooms, Settle


def books_of(rooms: Rooms) -> Books:
    """Those of all tenants whose use is limited."""
    accounts = rooms.accounts
    return Books({name: terms.quota for name, terms in accounts.terms.items()} if accounts is not None else {})


def reserve(books: Books, command: Reserve, now: float) -> Reserved | Refused:
    return books.reserve(command.account, command.id, command.most, now)


def settle(books: Books, command: Settle, now: float) -> None:
    books.settle(command.account, command.id, command.took, now)
