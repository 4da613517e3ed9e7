"""A modelled answer that is held back to be verified: asked for with log-probabilities, and when it would be there."""

from __future__ import annotations

from typing import Any

import msgspec

from wrp_policies.cascading.types import Answer, Held, Hold, Over
from wrp_policies.types import Outcome
from wrp_router.wire.held import answer_in, wanted_of
from wrp_router.wire.logprobs import without

from .engine import Said

Tree = dict[str, Any]


class Holding:
    """For one attempt. Modelled engines give log-probabilities to whoever asks."""

    __slots__ = ("_hold", "_over", "_seen", "_tree", "_whole", "bare")

    def __init__(self, hold: Hold, tree: Tree) -> None:
        self._hold = hold
        self._tree = tree
        self._over: Over = ""
        self._seen = 0
        self._whole = True
        self.bare = hold.logprobs is not None and not tree.get("logprobs")

    def asking(self) -> Tree:
        """The request as the engine gets it."""
        return {**self._tree, "logprobs": True, "top_logprobs": self._hold.logprobs} if self.bare else self._tree

    def until(self, said: Said) -> float:
        """When it is there, as far as it is held."""
        first, last = said.timing.first_token, said.timing.last_token
        self._seen = said.tokens_out
        if self._tree.get("stream") is not True:
            return last
        pace, ends = (last - first) / max(1, said.tokens_out - 1), last
        if 0 < self._hold.prefix < said.tokens_out:
            ends = first + pace * (self._hold.prefix - 1)
        if len(said.body) > self._hold.bytes:
            share = self._hold.bytes / len(said.body)
            ends, self._over = min(ends, first + (last - first) * share), "bytes"
        if ends > first + self._hold.seconds:
            ends, self._over = first + self._hold.seconds, "seconds"
        self._whole = ends == last
        if not self._whole:
            self._seen = 1 + int((ends - first) / pace + 1e-9)
        return ends

    def held(self, said: Said, asked: str) -> Held:
        """What there is then, for whoever verifies it."""
        answer = answer_in("chat", said.body, stream=False)
        if answer is not None and not self._whole:
            answer = Answer(answer.text, (), answer.logprobs[: self._seen], answer.margins[: self._seen])
        return Held(answer, wanted_of("chat", self._tree, asked), self._whole, self._over)

    def cut(self, outcome: Outcome, duration: float) -> Outcome:
        """How the attempt ends that is set aside after so many seconds."""
        return msgspec.structs.replace(outcome, duration=duration, tokens_out=self._seen)


def body_of(said: Said, holding: Holding | None) -> bytes:
    """What the client gets."""
    return without(said.body) if holding is not None and holding.bare else said.body
