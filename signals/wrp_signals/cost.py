"""What signals and embedders cost on this machine: measured on two made-up messages. It has no clock of its own."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from .facts import Message, RequestView, Vector
from .once import afresh
from .signal import Embedder, Signal

Timer = Callable[[], float]
"""Seconds on a clock that never goes back, such as time.perf_counter."""

SENTENCE = "We moved the orders table to a new region and checkout now fails for 3 of 40 customers. "
TYPICAL_ASKED = (SENTENCE * 3 + "Why, and how do I find out which? Please answer in short steps.")[:300]
"""About 64 tokens, as chat messages are."""

TYPICAL, LONG = 1_000, 64_000
"""Characters of the two requests that are measured."""

ROUNDS = 5
"""Readings of the typical request of which the fastest counts; the long one is read once to warm up, and once more."""


class Cost(msgspec.Struct, frozen=True):
    """Seconds that one signal takes for a request of TYPICAL and of LONG characters, without the embedding."""

    typical: float
    long: float

    def at(self, characters: int) -> float:
        """Seconds for a request of so many characters: on the line through both, and never less than `typical`."""
        slope = max(0.0, self.long - self.typical) / (LONG - TYPICAL)
        return self.typical + slope * max(0, characters - TYPICAL)


def guessed(signal: Signal) -> Cost:
    """The cost of a signal that was not measured: what it expects of itself, growing with the text."""
    return Cost(signal.expected_cost, signal.expected_cost * LONG / TYPICAL)


def request(characters: int) -> RequestView:
    """A chat request of about so many characters, with a system prompt, an earlier turn and two tools."""
    system, asked = "You are a careful assistant of an online shop. Answer briefly.", TYPICAL_ASKED
    earlier = (SENTENCE * (characters // len(SENTENCE) + 1))[: max(0, characters - len(system) - len(asked))]
    half = len(earlier) // 2
    messages = (
        Message("system", system),
        Message("user", earlier[:half]),
        Message("assistant", earlier[half:]),
        Message("user", asked),
    )
    headers = {"user-agent": "openai-python/3.52"}
    return RequestView("chat", "auto", messages, ("search", "refund"), size=characters + 400, headers=headers)


def long_request() -> RequestView:
    """A chat request whose last message alone has LONG characters."""
    asked = (SENTENCE * (LONG // len(SENTENCE) + 1))[:LONG]
    return RequestView("chat", "auto", (Message("user", asked),), size=LONG + 100)


def cost_of(signal: Signal, vector: Vector | None, timer: Timer) -> Cost:
    """What reading takes. `vector` is of the signal's tier. Raises what the signal raises."""
    typical, long = request(TYPICAL), long_request()
    signal.read(long, vector)
    return Cost(
        least(lambda: signal.read(afresh(typical), vector), timer, ROUNDS),
        least(lambda: signal.read(afresh(long), vector), timer, 1),
    )


def embedding_cost(embedder: Embedder, timer: Timer) -> float:
    """Seconds to embed a message of some 64 tokens alone, the best of three after a warm-up."""
    embedder.embed([TYPICAL_ASKED])
    return least(lambda: embedder.embed([TYPICAL_ASKED]), timer, 3)


def least(call: Callable[[], object], timer: Timer, rounds: int) -> float:
    """The seconds of the fastest of some calls: the others were disturbed."""
    best = float("inf")
    for _ in range(rounds):
        started = timer()
        call()
        best = min(best, timer() - started)
    return best
