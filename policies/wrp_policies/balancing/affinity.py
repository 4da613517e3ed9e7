"""By what a request is held to belong together with others: its session, its tenant, its model, or how its
prompt begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from wrp_signals.facts import Facts

from .hashing import key_of

By = Literal["session", "tenant", "prefix", "model"]


_TEXTS: dict[By, Callable[[Facts], str]] = {
    "session": lambda facts: facts.session,
    "tenant": lambda facts: facts.tenant,
    "model": lambda facts: facts.asked_model,
}


def key_by(facts: Facts, by: By, depth: int = 1) -> int | None:
    """The key, or None where the request has no such thing. Of a prefix at most `depth` blocks are looked at."""
    if by == "prefix":
        return facts.prefix[: max(1, depth)][-1] if facts.prefix else None
    text = _TEXTS[by](facts)
    return key_of(text) if text else None
