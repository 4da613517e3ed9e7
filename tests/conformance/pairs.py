"""The same call twice: to an engine directly, and through the gateway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

ERROR_FIELDS = {"message", "type", "param", "code"}


class Pair(NamedTuple, Generic[T]):
    """Of whatever: what belongs to the engine itself, and what belongs to the gateway."""

    direct: T
    routed: T

    async def both(self, call: Callable[[T], Awaitable[Any]]) -> Pair[Any]:
        """What the call comes to on both ways."""
        return Pair(await call(self.direct), await call(self.routed))
