"""A modelled engine: says the same as the shipped fake engine, and takes the time its profile says."""

from __future__ import annotations

from typing import Any

import msgspec

from wrp_router.fakes import answers, asking, openai_api
from wrp_router.fakes.model import EngineModel, Profile, Timing

DIALECT = "vllm"
"""That of the shipped fake engine, where it is not told otherwise."""


class Said(msgspec.Struct, frozen=True):
    """An answer and when it comes; `body` is what a client that does not stream gets."""

    timing: Timing
    text: str
    body: bytes
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    finish_reason: str


class SimEngine:
    """One server. By `rules` it says what it is told to say."""

    __slots__ = ("_model", "_rules")

    def __init__(self, profile: Profile, rules: answers.Rules = answers.NO_RULES) -> None:
        self._model = EngineModel(profile)
        self._rules = rules

    def answer(self, tree: dict[str, Any], model: str, now: float, handed: bool = False) -> Said:
        """The answer to a chat request, admitted at `now`; `handed`: its prompt comes computed. Raises asking.Refused
        as a real one would."""
        try:
            asked = asking.chat({**tree, "model": model})
            said = [answers.say(asked, choice, self._rules) for choice in range(asked.n)]
        except (ValueError, TypeError, AttributeError, KeyError) as wrong:  # a body of the wrong shape somewhere inside
            raise asking.Refused(400, f"cannot read the request: {wrong}", "invalid_request") from None
        tokens_out = sum(answer.tokens for answer in said)
        timing = self._model.admit(asked.prompt, max(answer.tokens for answer in said), now, handed=handed)
        whole = openai_api.chat_whole(asked, said, "chatcmpl-sim", timing.cached_tokens, DIALECT)
        return Said(
            timing=timing,
            text=said[0].text,
            body=msgspec.json.encode(whole),
            tokens_in=asked.prompt_tokens,
            tokens_out=tokens_out,
            tokens_cached=timing.cached_tokens,
            finish_reason=said[0].finish,
        )

    def prefill(self, tree: dict[str, Any], model: str, now: float) -> Said:
        """The first token of it alone, for an engine that is to say the rest."""
        limits = {"max_tokens": 1, "stream": False}
        if "max_completion_tokens" in tree:
            limits["max_completion_tokens"] = 1
        return self.answer({**tree, **limits}, model, now)

    def finished(self, said: Said, now: float) -> None:
        self._model.release(said.timing.ticket, now)
