"""How long one iteration of an engine takes, and what the hardware holds. Coefficients come from measurements."""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]

SLACK = 1e-9
"""Seconds by which an iteration may be said to have started too early: sums of floats differ by less."""


class Pace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds of one iteration, in which every running sequence yields a token and a chunk of prompts is computed:

        overhead + max(weights, token * T) + sequence * n + context * K + attention * X

    T tokens computed in all, n sequences that decode, K tokens of context that these read, X the sum over computed
    prompt tokens of the tokens before each. The maximum is the roofline: below it, reading the weights takes longer
    than computing with them (as in Vidur, arXiv:2405.05465, and Sarathi, arXiv:2403.02310).
    """

    overhead: Seconds = 0.0
    weights: Seconds = 0.0
    token: Seconds = 0.0
    sequence: Seconds = 0.0
    context: Seconds = 0.0
    attention: Seconds = 0.0

    def seconds(self, tokens: int, decoding: int, context: float, crossed: float) -> float:
        """For T, n, K and X as above."""
        computing = self.token * tokens
        if computing < self.weights:
            computing = self.weights
        return self.overhead + computing + self.sequence * decoding + self.context * context + self.attention * crossed

    def times(self, factor: float) -> Pace:
        """So many times as long, whatever is computed."""
        return Pace(*[getattr(self, name) * factor for name in self.__struct_fields__])


class Hardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine on one kind of machine.

    `kv_tokens` of KV memory are shared by running requests and the prefix cache. An iteration computes at most
    `batch_tokens` tokens (vLLM's max_num_batched_tokens) for at most `slots` sequences (max_num_seqs). `latency`
    seconds are added to every token that is seen: network, tokenizer, HTTP. `ahead`: an iteration is composed while
    the one before it runs, as vLLM does by default ("async scheduling"), so that what comes in or ends during one is
    seen by the one after the next. `watts` and `price_per_hour` are those of all its accelerators under load. Of
    adapters it keeps `adapter_slots` loaded (0: they cost nothing); to load another takes `adapter_load` seconds.
    """

    pace: Pace = Pace()
    kv_tokens: Count = 1_000_000
    batch_tokens: Count = 2048
    slots: Count = 256
    ahead: bool = True
    latency: Seconds = 0.0
    adapter_slots: Annotated[int, Meta(ge=0)] = 0
    adapter_load: Seconds = 0.0
    watts: Annotated[float, Meta(ge=0)] = 0.0
    price_per_hour: Annotated[float, Meta(ge=0)] = 0.0


def started(first: float, growth: float, seconds: float, most: int) -> int:
    """How many iterations, one after the other, have started when so many `seconds` have gone by: 1 to `most`. The
    `first` of them takes so many seconds, each further one `growth` longer."""
    if (most - 1) * (first + 0.5 * growth * (most - 2)) <= seconds:
        return most
    half = first - 0.5 * growth
    slower = half + math.sqrt(half * half + 2.0 * growth * seconds)  # root of seconds = n * half + growth * n * n / 2
    return min(most, 1 + int(2.0 * seconds / slower)) if slower > 0.0 else 1
