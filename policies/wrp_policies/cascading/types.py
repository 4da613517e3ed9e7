"""The words of cascades: what an answer is, what was asked for, what a verifier says of the two. They do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from wrp_signals.facts import Facts

NEVER = 2.0
"""A bar that no answer reaches: scores are in [0, 1]."""

Over = Literal["", "bytes", "seconds"]
"""Which bound of holding back was reached before the answer was whole."""


class Call(msgspec.Struct, frozen=True):
    """A call of a tool, as the model wrote it: `arguments` is JSON text, or should be."""

    name: str
    arguments: str


class Token(msgspec.Struct, frozen=True, gc=False):
    """One token of an answer as the engine wrote it, and which ones were likely there, with their log-probabilities."""

    text: str
    likely: tuple[tuple[str, float], ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What one answer is, in any dialect. `logprobs` are of its tokens, natural logarithms, and `margins` how far each
    is ahead of the next likely one (both empty where the engine does not say); `finish_reason` is in chat's words, and
    empty while the answer goes on. `tokens` are the first ones, where a question of ours asked for likely ones."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    logprobs: tuple[float, ...] = ()
    margins: tuple[float, ...] = ()
    finish_reason: str = ""
    tokens: tuple[Token, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """What form was asked for: any JSON object (`json`), one of this `schema`, calls whose arguments have those of
    `tools` by name. `asked` is the last question."""

    asked: str = ""
    json: bool = False
    schema: Mapping[str, Any] | None = None
    tools: Mapping[str, Mapping[str, Any]] = {}


class Held(msgspec.Struct, frozen=True):
    """An answer that no client has seen. `answer` is None where it cannot be read as one (several choices, an unknown
    shape); `whole`: it is all there; `over`: it is not, and is not waited for any longer."""

    answer: Answer | None
    wanted: Wanted
    whole: bool = True
    over: Over = ""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """How good an answer is believed to be, in [0, 1]; None: cannot tell. `evidence` says by what, in numbers and words
    of ours: it is logged, and quotes nobody."""

    score: float | None
    evidence: str = ""


class Hold(msgspec.Struct, frozen=True, gc=False):
    """How an answer is held back: at most so many bytes and, of a stream, seconds after its first token; `prefix`
    tokens of a stream are enough (0: all of it). `logprobs` is how many likely tokens the engine shall name for each
    (None: it need not say)."""

    bytes: int
    seconds: float
    prefix: int = 0
    logprobs: int | None = None


class Verifier(Protocol):
    """Says how good an answer is. Pure, and quick: it runs between an engine's last byte and a client's first.

    `bar` is the score at which an answer is accepted where no calibration says otherwise; `tops` what it wants of token
    probabilities: nothing (None), those of the tokens themselves (0), or also the next likely ones (2). `partial`: it
    can judge an answer by its beginning."""

    @property
    def bar(self) -> float: ...

    @property
    def tops(self) -> int | None: ...

    @property
    def partial(self) -> bool: ...

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict: ...
