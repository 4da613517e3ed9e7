"""How far one stream has come: what was said, how it ended, what it used. It refuses to look at bytes; the readers of
the dialects tell it what they saw.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from .faults import Fault
from .usage import one_reason, tokens_of

REPORTED = "the engine reported an error"
"""What is said of an error where its own words are not."""


class Kind(Enum):
    """What an event means to whoever relays it."""

    HELD = "held"
    """Nothing substantive: role-only and empty deltas, comments, pings, announcements."""
    SUBSTANCE = "substance"
    """Part of the answer, or something unknown that may be."""
    ENDED = "ended"
    """The terminal marker, after all that has to come before it."""
    BROKEN = "broken"
    """The engine says that it failed, ends too early, or goes on after its end. Every later event is broken too."""


Around = tuple[bytes, bytes, int, int, int]
"""What stands before and after an ordinary delta's text; where the text starts (from the front) and ends (from the
back); the length of both together."""

PATIENCE = 8
"""So many ordinary deltas in a row unlike the one before, and their surroundings are not compared any more."""


class Progress:
    """The state of one stream of `choices` answers.

    `deltas` counts pieces of content, `events` all events; `error` is what the engine said when it failed, and `fault`
    all of that where it said it outright; `model`
    is the one that says it answers, `response` the name under which the Responses API keeps it; `finished` are the
    finish reasons by choice, in the words of chat completions.
    """

    __slots__ = (
        "around",
        "broken",
        "choices",
        "committed",
        "deltas",
        "done_marker",
        "ended",
        "error",
        "estimated",
        "events",
        "fault",
        "finished",
        "learned_at",
        "model",
        "patience",
        "quotes",
        "response",
        "tool_calls",
        "usage",
    )

    def __init__(self, choices: int, done_marker: bool) -> None:
        self.choices = choices
        self.done_marker = done_marker
        self.events = 0
        self.deltas = 0
        self.committed = self.ended = self.broken = self.tool_calls = False
        self.model = self.response = ""
        self.error: str | None = None
        self.fault: Fault | None = None
        self.quotes = False
        self.finished: dict[int, str] = {}
        self.usage: dict[str, Any] = {}
        self.estimated = True
        self.around: Around | None = None
        self.learned_at = 0
        self.patience = PATIENCE

    @property
    def complete(self) -> bool:
        """Whether the stream, were it to end now, is whole."""
        if self.broken:
            return False
        return self.ended or (not self.done_marker and self.all_finished)

    @property
    def all_finished(self) -> bool:
        return len(self.finished) >= self.choices

    @property
    def finish_reason(self) -> str:
        """How the choices that finished did so: `stop` only if all of them; "" before any has."""
        return one_reason(self.finished.values())

    @property
    def tokens_in(self) -> int:
        """Prompt tokens, cached ones included; 0 where the engine did not say."""
        return tokens_of(self.usage).prompt

    @property
    def tokens_out(self) -> int:
        """Answer tokens as the engine counts them; the number of deltas while it has not (`estimated`)."""
        return self.deltas if self.estimated else tokens_of(self.usage).answer

    @property
    def tokens_cached(self) -> int:
        return tokens_of(self.usage).cached

    # --- what readers tell ---------------------------------------------------------------------------------------

    def said(self, deltas: int = 0) -> Kind:
        """Something substantive, of which so many pieces of content."""
        self.committed = True
        self.deltas += deltas
        return Kind.SUBSTANCE

    def used(self, usage: Any, final: bool = True) -> None:
        """The engine reported usage. Later reports amend earlier ones; `final` says that answer tokens are counted.
        A count of none, or of what is no number, beside an answer is no count."""
        if type(usage) is dict:
            self.usage.update([item for item in usage.items() if item[1] is not None])
            if final and (not self.deltas or tokens_of(self.usage).answer):
                self.estimated = False

    def finish(self, index: int, reason: str) -> None:
        """A choice is done."""
        if 0 <= index < self.choices:
            self.finished[index] = reason

    def end(self, legitimate: bool) -> Kind:
        """The terminal marker came."""
        if not legitimate:
            return self.fail("the engine ended its stream before its answer")
        self.ended = True
        self.around = None
        return Kind.ENDED

    def fail(self, message: str, fault: Fault | None = None) -> Kind:
        """The stream cannot be whole any more. `error` is in the engine's words, if it had any, and then `quotes`: they
        are for the caller alone, whose prompt may be in them."""
        self.broken = True
        self.around = None
        self.blame(message, fault)
        return Kind.BROKEN

    def blame(self, message: str, fault: Fault | None) -> None:
        """What went wrong first is what went wrong."""
        if not self.error:
            theirs = fault.message if fault is not None else ""
            self.quotes = bool(theirs)
            self.error, self.fault = theirs or message or REPORTED, fault
