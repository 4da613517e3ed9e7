"""What each pool would cost, and how long it would take, for the request at hand. It says nothing of quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """float64[pools], US$ for the prompt and an answer of so many tokens."""
    prompt = facts.prompt_tokens / 1e6
    prompts = np.array([prompt * pool.price_in for pool in pools])
    return np.asarray(prompts + tokens * np.array([pool.price_out / 1e6 for pool in pools]), np.float64)


def first_token(facts: Facts, server: Server) -> float:
    """Seconds to the first token there: what is measured of its prefill, with what stands before it; what first tokens
    took of late, where nobody measured that; 0 where nothing is known."""
    if not server.prefill:
        return server.ttft
    return server.base + (server.pending + facts.prompt_tokens) * server.prefill


def seconds_of(facts: Facts, pools: Pools, tokens: Floats) -> Floats:
    """float64[pools], seconds to the last of so many tokens, each on its soonest server; 0 where nothing is known."""
    return np.array([_soonest(facts, pool, count) for pool, count in zip(pools, tokens.tolist(), strict=True)])


def _soonest(facts: Facts, pool: Pool, tokens: float) -> float:
    return min([first_token(facts, server) + tokens * server.tpot for server in usable_servers(pool)], default=0.0)
