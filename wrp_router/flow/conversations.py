"""Where conversations had their last answer from: pool and server, no word of what was said. Bounded in number, age."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from wrp_signals.facts import RequestView


class Seen(msgspec.Struct, frozen=True, gc=False):
    """Who gave the last answer, and when (seconds on the driver's clock)."""

    pool: str
    server: str
    at: float


class Conversations:
    """The latest `most`, none older than `keep` seconds. A name is its tenant's: another's may be the same."""

    def __init__(self, most: int = 100_000, keep: float = 3600.0) -> None:
        self._most, self._keep = most, keep
        self._seen: OrderedDict[tuple[str, str, str], Seen] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def last(self, view: RequestView, now: float) -> Seen | None:
        """Where its conversation was."""
        return self._find(view.tenant, "session", view.session, now)

    def keeper(self, view: RequestView, now: float) -> Seen | None:
        """Who keeps what it goes on from."""
        return self._find(view.tenant, "state", view.state, now)

    def note(self, view: RequestView, response: str, seen: Seen) -> None:
        """It had an answer there, which the provider keeps under the name `response`, if it does."""
        for kind, name in (("session", view.session), ("state", view.state), ("state", response)):
            if name:
                self._seen[view.tenant, kind, name] = seen
                self._seen.move_to_end((view.tenant, kind, name))
        while self._seen and (len(self._seen) > self._most or self._oldest().at < seen.at - self._keep):
            self._seen.popitem(last=False)

    def _oldest(self) -> Seen:
        return next(iter(self._seen.values()))

    def _find(self, tenant: str, kind: str, name: str, now: float) -> Seen | None:
        seen = self._seen.get((tenant, kind, name)) if name else None
        return seen if seen is not None and seen.at >= now - self._keep else None
