"""The part of the configuration that says how policies hear how good answers were, and keep what they learn."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .words import Identifier, Positive, means


class LearnedConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where what policies learn is kept."""

    file: Annotated[Annotated[str, Meta(min_length=1)], means("The file; one for each process.")]
    every: Annotated[Positive, means("How often it is written, if there is anything new.")] = 30.0


class SessionsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how long it is known which server a conversation had its last answer from."""

    keep: Annotated[Positive, means("How long after its last answer.")] = 3600.0
    most: Annotated[
        int, Meta(ge=0, le=10_000_000), means("How many conversations, at 300 bytes each; 0: none is known.")
    ] = 100_000


class FeedbackConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be said of answers, and for how long."""

    signal: Annotated[
        Identifier | None,
        means(
            "The signal of kind `feedback` that says what a turn thinks of the answer before it; it is read once the "
            "turn has its own answer. Without one, conversations are not listened to but for tools that failed."
        ),
    ] = None
    keep: Annotated[Positive, means("How long after its answer a decision may be judged.")] = 86_400.0
    most: Annotated[
        int, Meta(ge=0, le=1_000_000), means("How many decisions, at 2 KB each, wait to be judged; 0: none is.")
    ] = 10_000
