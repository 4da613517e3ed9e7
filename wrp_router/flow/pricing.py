"""What an attempt cost, at the prices of its pool."""

from __future__ import annotations

from typing import NamedTuple

from wrp_policies.types import Ended, Outcome, Pool


class Prices(NamedTuple):
    """US$ per million tokens: of prompts, of answers, and of prompt tokens that the engine had in its cache."""

    prompt: float
    answer: float
    cached: float


FREE = Prices(0.0, 0.0, 0.0)


def prices_of(pool: Pool) -> Prices:
    """Where nothing else is said, cached tokens cost what others do."""
    return Prices(pool.price_in, pool.price_out, pool.price_in if pool.price_cached is None else pool.price_cached)


def prompt_of(outcome: Outcome, estimate: int) -> int:
    """The tokens of the prompt that an attempt is charged for: as the engine counted them; or our estimate, where it
    answered, or worked for a client that left, and never said."""
    unsaid = outcome.estimated or outcome.finish_reason or outcome.ended is Ended.CLIENT_GONE
    return estimate if unsaid and not outcome.tokens_in else outcome.tokens_in


def cost_of(outcome: Outcome, prices: Prices, estimate: int = 0) -> float:
    """US$. `estimate` is how long the prompt is thought to be."""
    tokens = prompt_of(outcome, estimate)
    cached = min(outcome.tokens_cached, tokens)
    prompt = (tokens - cached) * prices.prompt + cached * prices.cached
    return (prompt + outcome.tokens_out * prices.answer) / 1e6
