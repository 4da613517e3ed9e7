"""What a fake engine remembers of each request, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Ended = Literal["", "done", "client_gone", "fault"]


@dataclass(slots=True)
class Seen:
    """One request. Times are of the monotonic clock, in seconds; `ended` is "" while it lasts. `client_gone` says that
    the client closed its side before the answer was complete, at `ended_at`; `fault` that the engine broke it off."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    at: float
    conn_id: int
    ended: Ended = ""
    ended_at: float = 0.0
    bytes_sent: int = 0
    status: int = 0
    tokens: int = 0
    cached_tokens: int = 0

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)

    def end(self, how: Ended, at: float) -> None:
        self.ended, self.ended_at = how, at


@dataclass(slots=True)
class Counters:
    """Totals since the engine was made: requests read (`cancellations` of them left by the client), connections
    accepted, and those open now. Tokens are of answers that ended well."""

    requests: int = 0
    done: int = 0
    cancellations: int = 0
    faults: int = 0
    accepted: int = 0
    open: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generation_tokens: int = 0

    def count(self, seen: Seen, prompt_tokens: int) -> None:
        """Take in a request that is over."""
        if seen.ended == "client_gone":
            self.cancellations += 1
        elif seen.ended == "fault":
            self.faults += 1
        else:
            self.done += 1
            self.prompt_tokens += prompt_tokens
            self.cached_tokens += seen.cached_tokens
            self.generation_tokens += seen.tokens
