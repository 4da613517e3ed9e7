"""What an attempt cost, at the prices of its pool."""

from __future__ import annotations

from typing import NamedTuple

from wrp_policies.types import Outcome, Pool


class Prices(NamedTuple):
    """US$ per million tokens: of prompts, of answers, and of prompt tokens that the engine had in its cache."""

    prompt: float
    answer: float
    cached: float


FREE = Prices(0.0, 0.0, 0.0)


def prices_of(pool: Pool) -> Prices:
    """Where nothing else is said, cached tokens cost what others do."""
    return Prices(pool.price_in, pool.price_out, pool.price_in if pool.price_cached is None else pool.price_cached)


def cost_of(outcome: Outcome, prices: Prices) -> float:
    """US$."""
    cached = min(outcome.tokens_cached, outcome.tokens_in)
    prompt = (outcome.tokens_in - cached) * prices.prompt + cached * prices.cached
    return (prompt + outcome.tokens_out * prices.answer) / 1e6
