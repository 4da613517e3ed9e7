"""The words of past answers that go before a prompt: which of them, and who keeps the books. They hold no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec

from wrp_signals.facts import Facts

AIDED = "+examples"
"""What follows a pool's name where it is asked with examples: that is another choice than to ask it without."""


class Given(msgspec.Struct, frozen=True, gc=False):
    """Past answers of the same tenant that go before a prompt to `pool`: the `ids` of their decisions, in that order.
    They add `tokens` to the prompt; an answer with them is expected to be better by `gain` (quality is in [0, 1]) than
    one without. `nearest` is the highest cosine similarity of their questions."""

    pool: str
    ids: tuple[str, ...]
    tokens: int
    gain: float
    nearest: float


Sent = Callable[[Facts, Given], Facts]
"""What is known of a request as it is sent with these answers before it: how it begins, and how long it is."""


def as_asked(facts: Facts, given: Given) -> Facts:
    """Where nobody has the texts: as long as it would be."""
    return msgspec.structs.replace(facts, prompt_tokens=facts.prompt_tokens + given.tokens, prefix=())


Gone = Callable[[str, str], None]
"""Is told of each answer that is let go: its tenant and id."""


@runtime_checkable
class Exemplary(Protocol):
    """A Selection that may have past answers put before a prompt, those of its `teacher` (a pool).

    `keep` enters one in the books, found from now on by what was asked (the vector in its facts), by its tenant and
    shelf alone: `tokens` in a prompt, `size` bytes of text, `until` on the clock of `now`. False where it is not to be
    kept. `drop` takes one out, if it is there; whatever is taken out, for whatever reason, `watch` has somebody told.
    """

    @property
    def teacher(self) -> str: ...

    def keep(self, facts: Facts, tokens: int, size: int, now: float, until: float) -> bool: ...

    def drop(self, tenant: str, id: str) -> None: ...

    def watch(self, gone: Gone) -> None: ...
