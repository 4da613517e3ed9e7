"""How sure the model was of its own words: mean log-probability, and the margin over the next likely word."""

from __future__ import annotations

from math import exp
from typing import Annotated, ClassVar

from msgspec import Meta

from wrp_policies.cascading.types import Answer, Verdict, Wanted
from wrp_signals.facts import Facts

from .spec import Simple


class Logprob(Simple, frozen=True, tag="logprob"):
    """The score is exp(mean log-probability): the inverse of the answer's perplexity. Cannot tell where the engine
    gives none."""

    tops: ClassVar[int | None] = 0
    partial: ClassVar[bool] = True

    at: Annotated[
        float, Meta(ge=-20, le=0, description="The mean log-probability of its tokens from which on it is accepted.")
    ] = -0.4

    @property
    def bar(self) -> float:
        """In [0, 1]."""
        return exp(self.at)

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict:
        """By all tokens that the engine says something of."""
        if not answer.logprobs:
            return Verdict(None, "no logprobs")
        mean = sum(answer.logprobs) / len(answer.logprobs)
        return Verdict(min(1.0, exp(mean)), f"logprob {mean:.3f}")


class Margin(Simple, frozen=True, tag="margin"):
    """How far each token was ahead of the next likely one, on average; the score is 1 - exp(-that). Cannot tell where
    the engine names no second one."""

    tops: ClassVar[int | None] = 2
    partial: ClassVar[bool] = True

    at: Annotated[
        float, Meta(ge=0, le=20, description="The mean difference of log-probabilities from which on it is accepted.")
    ] = 1.0

    @property
    def bar(self) -> float:
        """In [0, 1)."""
        return 1.0 - exp(-self.at)

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict:
        """By all tokens of which two are named."""
        if not answer.margins:
            return Verdict(None, "no second likely tokens")
        mean = sum(answer.margins) / len(answer.margins)
        return Verdict(1.0 - exp(-max(0.0, mean)), f"margin {mean:.3f}")
