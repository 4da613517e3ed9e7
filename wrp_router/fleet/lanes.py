"""Who waits in one class, by tenant: one of each in turn, so that whoever sends a flood waits behind himself."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """A lane for each tenant that waits, first come, first served in it; turns go round the lanes (deficit round robin
    with a quantum of one request: what a request will take is not known before it had its answer). A tenant that comes
    anew stands at the end of the round: it waits for as many turns as there are tenants, at most, whatever they sent
    before it. All operations are O(1), but O(tenants) for looking for the longest lane and for what comes before a
    newcomer, which is asked only where the line stands."""

    __slots__ = ("_lanes", "_size")

    def __init__(self) -> None:
        # an OrderedDict, because deleting from a dict's ends makes the next look at them walk over the gap
        self._lanes: OrderedDict[str, OrderedDict[T, None]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, one: T, tenant: str) -> None:
        """At the end of its tenant's lane."""
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = OrderedDict()
        lane[one] = None
        self._size += 1

    def remove(self, one: T, tenant: str) -> None:
        """It gave up, or has its turn elsewhere: the round stays as it is. Raises KeyError where it does not wait."""
        lane = self._lanes[tenant]
        del lane[one]
        self._size -= 1
        if not lane:
            del self._lanes[tenant]

    def served(self, tenant: str) -> None:
        """One of the tenant's had its turn: the others are next. Harmless where it has no lane any more."""
        if tenant in self._lanes:
            self._lanes.move_to_end(tenant)

    def first(self) -> T | None:
        """Whose turn is next."""
        for lane in self._lanes.values():
            return next(iter(lane))
        return None

    def waiting(self, tenant: str) -> int:
        """How many of this tenant wait."""
        return len(self._lanes.get(tenant, ()))

    def before(self, tenant: str) -> int:
        """How many turns come, at most, before that of the tenant's next request: of each other tenant no more than it
        has there, nor than of itself."""
        own = self.waiting(tenant)
        return own + sum([min(len(lane), own + 1) for name, lane in self._lanes.items() if name != tenant])

    def youngest(self) -> T:
        """Of the tenant of which the most wait, who came last. Raises ValueError where nobody waits."""
        return next(reversed(self._longest()))

    def crowding(self, tenant: str) -> T | None:
        """Who would have to leave for one of the tenant to get his share: the youngest of the longest lane, if that is
        longer than the tenant's would be then."""
        if not self._size:
            return None
        longest = self._longest()
        return next(reversed(longest)) if len(longest) > self.waiting(tenant) + 1 else None

    def _longest(self) -> OrderedDict[T, None]:
        return max(self._lanes.values(), key=lambda lane: len(lane))
