"""Questions of the router's own: what a policy wants asked of a pool, and what came of it. No client gets the answers.
Words; they do nothing.

A policy that wants to know something is a generator: it yields `Questions`, and is sent a `Told` for each of them. So
it stays as pure as one that wants to know nothing, and whoever drives it does the asking.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, TypeVar

import msgspec

from wrp_signals.facts import Message

from .cascading.types import Answer

MOST = 8
"""Questions at the same time."""


class Again(msgspec.Struct, frozen=True, gc=False):
    """The request itself once more: one answer, whole, drawn at this temperature, and by this seed where the caller's
    dialect has such a thing."""

    temperature: float
    seed: int


class Prompt(msgspec.Struct, frozen=True):
    """A conversation of ours. The answer shall be JSON of this `schema`, where the pool's servers see to that (they are
    told nothing of it elsewhere: the messages have to say it, too). `likely` tokens are wanted for each of the
    answer's, with their log-probabilities, where they say such things (0: none)."""

    messages: tuple[Message, ...]
    temperature: float = 0.0
    schema: Mapping[str, Any] | None = None
    likely: int = 0


class Question(msgspec.Struct, frozen=True):
    """To one server of a pool. Its answer has at most so many tokens, and so many bytes as it comes."""

    pool: str
    what: Again | Prompt
    tokens: int
    bytes: int = 1 << 20


class Questions(msgspec.Struct, frozen=True):
    """To be asked at the same time, MOST at most, and waited for within so many seconds."""

    asked: tuple[Question, ...]
    seconds: float


class Told(msgspec.Struct, frozen=True):
    """What came of one question: an answer, or `why` there is none, in a word or two of ours. It took so many seconds
    and cost so much (US$), whether or not there is one."""

    answer: Answer | None
    why: str = ""
    seconds: float = 0.0
    cost: float = 0.0


T = TypeVar("T")
Asking = Generator[Questions, tuple[Told, ...], T]
"""Asks, maybe several times, and comes to a T."""
