"""The words of this room: what a signal may look at, what it says, and what is known of a request.

Written once, read by every later room, edited by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import msgspec
import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
"""One embedding: float32[d], unit length."""

Operation = Literal["chat", "completion", "embedding", "responses", "messages"]
"""Which API the caller speaks: the OpenAI ones, or Anthropic's `messages`."""


Bound = Literal["", "tools", "state"]
"""Why a turn belongs where its conversation was: the model waits for what its tools answer, or the provider keeps what
was said."""

Priority = Literal["critical", "default", "sheddable"]
"""A request's class. What waits is served in this order, and turned away in the opposite one."""

RANK: Final[Mapping[Priority, int]] = MappingProxyType({word: rank for rank, word in enumerate(get_args(Priority))})
"""0 is the highest class."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message, reduced to what signals look at. `text` joins its text parts with newlines."""

    role: str
    text: str
    tool_calls: int = 0
    images: int = 0
    audio: int = 0


class RequestView(msgspec.Struct, frozen=True, dict=True, weakref=True):
    """What a signal may look at. `tools` are the names of the functions offered; `size` is the body in bytes;
    `headers` holds only the (lower-case) headers that the configuration allows; `time` is when the request came, in
    seconds since the epoch (0: not known); `priority` is the class that its caller may have. `state` names what its
    provider keeps and the request goes on from: an earlier response, a conversation, a container.

    Beside its fields it has room for what is worked out of it (`once`); copies begin without that."""

    operation: Operation
    model: str
    messages: tuple[Message, ...]
    tools: tuple[str, ...] = ()
    stream: bool = False
    max_tokens: int | None = None
    n: int = 1
    temperature: float | None = None
    response_format: str = "text"
    size: int = 0
    tenant: str = "local"
    session: str = ""
    headers: dict[str, str] = {}
    time: float = 0.0
    priority: Priority = "default"
    state: str = ""

    def asked(self) -> str:
        """The text of the last user message: what the request is about."""
        for message in reversed(self.messages):
            if message.role == "user":
                return message.text
        return self.messages[-1].text if self.messages else ""


Value = bool | str | float


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one signal says. `score` is in [0, 1] where the signal has one; `evidence` names what it saw
    (never more than a few short strings); `cost` is the seconds it took, filled in by whoever ran it."""

    value: Value
    score: float = 1.0
    evidence: tuple[str, ...] = ()
    cost: float = 0.0


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of one request when it is routed.

    `readings` holds the signals that were evaluated, by the name the configuration gave them; `unknown` names
    those that were wanted and did not make it. `prefix` are hashes of the prompt's leading blocks, for KV affinity.
    `vectors` are the embeddings of what was asked, by tier, and how it looks (`surface`), as `packed` packs them: only
    what the choice of a model goes by, and only if it was in time. `served` is the pool that the conversation had its
    last answer from, where that is remembered, and `bound` why it should stay there. `shelf` stands for the
    instructions that it has in common with those of the tenant's past requests whose answers may go before it; "" where
    none may. `n` are the answers that are wanted; `audio` and `tool_results` count sounds, and messages in which a tool
    answers.
    """

    id: str
    operation: Operation
    asked_model: str
    tenant: str = "local"
    session: str = ""
    prompt_tokens: int = 0
    max_tokens: int | None = None
    stream: bool = False
    turns: int = 1
    tools: int = 0
    images: int = 0
    response_format: str = "text"
    prefix: tuple[int, ...] = ()
    readings: dict[str, Reading] = {}
    unknown: tuple[str, ...] = ()
    priority: Priority = "default"
    vectors: Mapping[str, bytes] = {}
    served: str = ""
    bound: Bound = ""
    shelf: str = ""
    n: int = 1
    audio: int = 0
    tool_results: int = 0

    def vector(self, tier: str) -> Vector | None:
        """What was asked, float32[d] at about length 1; None where nobody embedded it in time."""
        bits = self.vectors.get(tier)
        return None if bits is None else np.frombuffer(bits, "<f2").astype(np.float32)

    def category(self) -> str:
        """The value of the signal named `category`, the one by which caches keep their bars; or `default`."""
        reading = self.readings.get("category")
        return str(reading.value) if reading is not None else "default"


def packed(vector: Vector) -> bytes:
    """An embedding as it is kept and logged: float16, little-endian. Cosines of such vectors are off by 0.001."""
    return vector.astype("<f2").tobytes()


def facts_of(view: RequestView, id: str, prompt_tokens: int) -> Facts:
    """What is known before any signal ran: the request's identity and shape."""
    turns = images = audio = results = 0
    for message in view.messages:
        turns += message.role == "user"
        results += message.role == "tool"
        images += message.images
        audio += message.audio
    # not all by name: a call with more than 15 names goes by way of a dict, which takes five times as long
    return Facts(
        id,
        view.operation,
        view.model,
        view.tenant,
        view.session,
        prompt_tokens,
        view.max_tokens,
        view.stream,
        turns,
        len(view.tools),
        images,
        view.response_format,
        priority=view.priority,
        n=view.n,
        audio=audio,
        tool_results=results,
    )


def with_readings(facts: Facts, readings: dict[str, Reading], unknown: tuple[str, ...]) -> Facts:
    """The same facts with what the signals said since."""
    changes: dict[str, Any] = {"readings": readings, "unknown": unknown}
    return msgspec.structs.replace(facts, **changes)
