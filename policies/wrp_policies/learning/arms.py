"""What each pool would cost, and how long it would take, for the request at hand. It says nothing of quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_policies.filters import usable_servers
from wrp_policies.types import Outcome, Pool, Pools, Server
from wrp_signals.facts import Facts

from .context import bucket

Floats = npt.NDArray[np.float64]

BUCKETS = 32
"""Places that the names of categories are hashed to."""

USUAL, STRENGTH = 300.0, 5.0
"""Tokens of an answer that nothing is known of; and how many answers that guess, or the pool's average, is worth."""

WINDOW = 200.0
"""Answers over which averages are taken."""

MOST_TOKENS = 10_000_000
"""More than any engine writes."""


class Lengths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one pool's answers: how many, and their average length in tokens; the same by place of their category."""

    counts: tuple[float, ...]
    means: tuple[float, ...]


class Answers:
    """How long the answers of each pool are, by category: averages over the latest, drawn towards the pool's own where
    there are few, and that towards USUAL."""

    __slots__ = ("_counts", "_drawn", "_means", "_names", "_places")

    def __init__(self, names: Sequence[str]) -> None:
        shape = (BUCKETS + 1, len(names))
        self._names = tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._counts, self._means = np.zeros(shape), np.zeros(shape)
        self._drawn = np.full(shape, USUAL)

    def learn(self, facts: Facts, outcome: Outcome) -> None:
        """A whole answer was so long. Others teach nothing, nor do those of which nobody counted the tokens."""
        arm = self._places.get(outcome.pool)
        if not outcome.ok or outcome.tokens_out <= 0 or arm is None:
            return
        counts, means = self._counts[:, arm], self._means[:, arm]
        for place in (BUCKETS, bucket(facts.category(), BUCKETS)):
            counts[place] = min(WINDOW, counts[place] + 1.0)
            means[place] += (min(outcome.tokens_out, MOST_TOKENS) - means[place]) / counts[place]
        self._draw(arm)

    def expected(self, facts: Facts) -> Floats:
        """float64[pools], tokens, at most what the request allows."""
        found: Floats = self._drawn[bucket(facts.category(), BUCKETS)]
        return found if facts.max_tokens is None else np.minimum(found, max(0, facts.max_tokens))

    def state(self) -> dict[str, Lengths]:
        return {
            name: Lengths(tuple(self._counts[:, arm].tolist()), tuple(self._means[:, arm].tolist()))
            for name, arm in self._places.items()
        }

    def restore(self, state: Mapping[str, Lengths]) -> None:
        """Pools that are gone are let go, new ones start afresh."""
        for name, lengths in state.items():
            if name in self._places and len(lengths.counts) == len(lengths.means) == BUCKETS + 1:
                arm = self._places[name]
                self._counts[:, arm], self._means[:, arm] = lengths.counts, lengths.means
                self._draw(arm)

    def _draw(self, arm: int) -> None:
        counts, means = self._counts[:, arm], self._means[:, arm]
        whole = (counts[BUCKETS] * means[BUCKETS] + STRENGTH * USUAL) / (counts[BUCKETS] + STRENGTH)
        self._drawn[:, arm] = (counts * means + STRENGTH * whole) / (counts + STRENGTH)


def costs_of(facts: Facts, pools: Pools, tokens: Floats) -> Floats:
    """float64[n], US$ for the prompt and an answer of so many tokens."""
    prompt = facts.prompt_tokens / 1e6
    prompts = np.array([prompt * pool.price_in for pool in pools])
    return np.asarray(prompts + tokens * np.array([pool.price_out / 1e6 for pool in pools]), np.float64)


Warm = Mapping[str, float]
"""How many tokens of a prompt each server of a pool is believed to hold, as far as they count; others hold none."""

COLD: Warm = {}


def warm_in(facts: Facts, pool: Pool, weight: float) -> Warm:
    """Of servers that may be asked. None holds more than the prompt has."""
    held = pool.warm.tokens(facts.prefix)
    if not held:
        return COLD
    here = [server.name for server in usable_servers(pool)]
    return {name: weight * min(held[name], facts.prompt_tokens) for name in here if name in held}


def uncharged(pool: Pool, warm: Warm) -> float:
    """US$ by which the prompt is cheaper for what the warmest server holds of it."""
    if pool.price_cached is None or not warm:
        return 0.0
    return max(warm.values()) * (pool.price_in - pool.price_cached) / 1e6


def uncomputed(pool: Pool, warm: Warm) -> float:
    """What a server of ours need not compute of the prompt: seconds of its prefill, at what it costs an hour; US$."""
    if not pool.price_hour or not warm:
        return 0.0
    return max([warm[one.name] * one.prefill for one in pool.servers if one.name in warm]) * pool.price_hour / 3600.0


def first_token(facts: Facts, server: Server, warm: Warm = COLD) -> float:
    """Seconds to the first token there: what is measured of its prefill, with what stands before it; what first tokens
    took of late, where nobody measured that; 0 where nothing is known."""
    if not server.prefill:
        return server.ttft
    left = facts.prompt_tokens - warm.get(server.name, 0.0) if warm else facts.prompt_tokens
    return server.base + (server.pending + left) * server.prefill


def seconds_of(facts: Facts, pools: Pools, tokens: Floats, warm: Sequence[Warm] = ()) -> Floats:
    """float64[n], seconds to the last of so many tokens, each on its soonest server; 0 where nothing is known."""
    held = warm or repeat(COLD)
    return np.array(
        [_soonest(facts, pool, count, one) for pool, count, one in zip(pools, tokens.tolist(), held, strict=False)]
    )


def _soonest(facts: Facts, pool: Pool, tokens: float, warm: Warm) -> float:
    return min(
        [first_token(facts, server, warm) + tokens * server.tpot for server in usable_servers(pool)], default=0.0
    )
