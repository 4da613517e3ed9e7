"""What tenants may use and have used: terms, books, and how use is counted. Pure: `now` is an argument."""

from .accounts import Accounts, Terms
from .books import Books
from .words import COUNTED, NOTHING, OTHERS, Ceiling, Charge, Kind, Level, Quota, Refused, Reserved

__all__ = [
    "COUNTED",
    "NOTHING",
    "OTHERS",
    "Accounts",
    "Books",
    "Ceiling",
    "Charge",
    "Kind",
    "Level",
    "Quota",
    "Refused",
    "Reserved",
    "Terms",
]
