"""What may be asked at all, and what asking may take. It asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wrp_policies.types import Pool
from wrp_signals.estimate import estimate_tokens
from wrp_signals.facts import Facts, Message, RequestView

SHOWING = ("chat", "messages")
"""Dialects in which a request can be shown something more: conversations whose last message is the question."""

AROUND, WIDEST = 65_536, 64
"""Bytes of an answer as it comes: around its text, and for each of its tokens at most."""

UNFIT: tuple[tuple[str, Callable[[RequestView], bool]], ...] = (
    ("it is no conversation of messages", lambda view: view.operation not in SHOWING),
    ("its provider keeps what was said", lambda view: bool(view.state)),
    ("tools are offered", lambda view: bool(view.tools)),
    ("several answers are wanted", lambda view: view.n > 1),
    ("it holds what tools answered", lambda view: any([one.tool_calls or one.role == "tool" for one in view.messages])),
    ("it holds more than text", lambda view: any([one.images or one.audio for one in view.messages])),
    ("its last message is no question", lambda view: not _asks(view)),
)
"""Why a request is answered as it came, and when."""


def _asks(view: RequestView) -> bool:
    return bool(view.messages) and view.messages[-1].role == "user" and bool(view.messages[-1].text.strip())


def unfit(facts: Facts, view: RequestView, writer: Pool) -> str:
    """Why this request cannot, or should not, be shown to the writer with anything more; "" where it can."""
    for why, holds in UNFIT:
        if holds(view):
            return why
    if facts.response_format == "json_schema" and "json_schema" not in writer.abilities:
        return f"{writer.name} has no json_schema"
    if not writer.has_room():
        return f"{writer.name} has no room"  # who waits for that would wait for answers, too, and others for him
    return ""


def room_for(facts: Facts, writer: Pool, answer: int) -> int | None:
    """Tokens that the writer's context has left for more, if an answer where no length is asked for has so many; None:
    any number."""
    if not writer.context:
        return None
    return writer.context - facts.prompt_tokens - (answer if facts.max_tokens is None else facts.max_tokens)


def tokens_in(messages: Sequence[Message]) -> int:
    """Of a prompt of ours, about."""
    return estimate_tokens(RequestView("chat", "", tuple(messages)))


def at_most(pool: Pool, prompt: int, answer: int) -> float:
    """What a question can cost, in US$."""
    return (prompt * pool.price_in + answer * pool.price_out) / 1e6


def bytes_for(tokens: int) -> int:
    """Of an answer as it comes."""
    return AROUND + WIDEST * tokens


class Purse:
    """US$ for the questions of one request. What was paid counts; what is to be asked has to fit at its dearest."""

    __slots__ = ("left",)

    def __init__(self, budget: float | None) -> None:
        self.left = budget

    def affords(self, cost: float) -> bool:
        return self.left is None or cost <= self.left

    def pay(self, cost: float) -> None:
        if self.left is not None:
            self.left -= cost
