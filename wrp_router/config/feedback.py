"""The part of the configuration that says how policies hear how good answers were, and keep what they learn."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .stores import RedisServer
from .words import Identifier, Name, Positive, means


class LearnedRedis(RedisServer, frozen=True, kw_only=True):
    """A Redis or Valkey server by which several routers learn together."""

    namespace: Annotated[
        Name, means("Routers with the same one, and the same `secret`, learn together what their routes share.")
    ] = "default"
    deadline: Annotated[Positive, means("How long an exchange of one route may take. No request waits for it.")] = 1.0


class LearnedConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where what policies learn is kept, and with whom it is shared."""

    file: Annotated[Annotated[str, Meta(min_length=1)] | None, means("The file; one for each process.")] = None
    every: Annotated[
        Positive,
        means("How often it is written, if there is anything new, and how often routers that share tell each other."),
    ] = 30.0
    redis: Annotated[
        LearnedRedis | None, means("The server by which several routers learn together; without it, each by itself.")
    ] = None

    def __post_init__(self) -> None:
        if self.file is None and self.redis is None:
            raise ValueError("learned: names neither a file nor a redis: nothing would be kept")


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
    form: Annotated[
        bool,
        means(
            "Whether answers are judged by the form that was asked for (`response_format`, calls of tools): 1 where "
            "they have it, 0 where they do not. It says nothing of what stands in them."
        ),
    ] = False
    keep: Annotated[Positive, means("How long after its answer a decision may be judged.")] = 86_400.0
    most: Annotated[
        int, Meta(ge=0, le=1_000_000), means("How many decisions, at 2 KB each, wait to be judged; 0: none is.")
    ] = 10_000
