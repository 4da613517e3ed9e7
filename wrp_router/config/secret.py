"""A value that is used and never shown."""

from __future__ import annotations

import hmac

MASK = "***"


class Secret:
    """Holds text that no `print`, log, traceback, f-string or encoder shows; `reveal()` is the only way to it."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        return self.__text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.__text.encode(), other.__text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__text))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
