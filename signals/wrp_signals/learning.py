"""What a signal may learn from answers, and how it keeps that. It holds no state itself."""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

import msgspec

from .errors import StateDamaged
from .facts import Facts, RequestView

T = TypeVar("T")


class Used(msgspec.Struct, frozen=True, gc=False):
    """What one whole answer took, as its engine reported it: tokens of the prompt (`cached` ones among them) and of the
    answer, and the model that answered. 0 and "" where the engine did not say. Engines err, and some lie."""

    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    model: str = ""


@runtime_checkable
class Learns(Protocol):
    """A signal (or a counter) that gets better by what engines report.

    The same view and the same learned state give the same reading: only `learn` and `restore` change the state, and
    `read` never does. Memory is bounded whatever is learned. `learn` is called once for every request that was answered
    whole, by one thread, and raises nothing whatever an engine reported. `state` and `restore` round-trip what was
    learned, without pickle; empty bytes stand for nothing learned. `restore` raises StateDamaged and then leaves
    everything as it was.
    """

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None: ...

    def state(self) -> bytes: ...

    def restore(self, state: bytes) -> None: ...


def packed(state: msgspec.Struct) -> bytes:
    """A learner's state as bytes (MessagePack)."""
    return msgspec.msgpack.encode(state)


def unpacked(state: bytes, type_: type[T]) -> T:
    """The state in these bytes. Raises StateDamaged where they are something else, or of another version."""
    try:
        return msgspec.msgpack.decode(state, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateDamaged(f"this is not what was learned: {error}") from None
