"""What a fake model says: the same words for the same question, other words from another model. It knows nothing, and
pretends nothing: the style and the topic are all there is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from .instance import instance
from .model import tokens_in

IMAGE_TOKENS = 256


class Tool(msgspec.Struct, frozen=True):
    """A function the caller offers, with the JSON Schema of its arguments."""

    name: str
    parameters: Mapping[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """A request, whatever API it came in by.

    `prompt` is all its text (what a prefix cache would see), `question` the last thing the user said. `choice` is
    "auto", "none", "required" or a tool's name; `after_tool` says that the last message is a tool's result.
    `schema` is the JSON Schema wanted (`{}` for any JSON object). `logprobs` is how many alternatives per token.
    """

    model: str
    prompt: str
    question: str
    max_tokens: int | None = None
    n: int = 1
    stream: bool = False
    usage_chunk: bool = False
    continuous_usage: bool = False
    tools: tuple[Tool, ...] = ()
    choice: str = "auto"
    parallel: bool = True
    after_tool: bool = False
    schema: Mapping[str, Any] | None = None
    images: int = 0
    logprobs: int | None = None
    stop: tuple[str, ...] = ()
    thinking: bool = False
    seed: int = 0

    @property
    def prompt_tokens(self) -> int:
        return tokens_in(self.prompt) + self.images * IMAGE_TOKENS


class ToolCall(msgspec.Struct, frozen=True):
    """A call; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


class Answer(msgspec.Struct, frozen=True):
    """One choice: text in tokens, or tool calls. `finish` is "stop", "length" or "tool_calls" """

    pieces: tuple[str, ...]
    calls: tuple[ToolCall, ...] = ()
    finish: str = "stop"
    thoughts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def tokens(self) -> int:
        """Tokens as an engine bills them."""
        called = sum(tokens_in(call.name + call.arguments) for call in self.calls)
        return len(self.pieces) + len(self.thoughts) + called


Rules = Mapping[str, Sequence[str]]
"""What is said to a prompt that holds some text: the one that the request's seed points at."""

NO_RULES: Rules = {}


def say(asked: Asked, choice: int = 0, rules: Rules = NO_RULES) -> Answer:
    """The answer number `choice`, by the first of the rules that fits, if one does. Raises ValueError for a schema that
    has no instance."""
    for text, said in rules.items():
        if text in asked.prompt:
            return _cut(tuple(_RULED.findall(said[asked.seed % len(said)])), asked)
    seed = _seed(asked.model, asked.prompt, choice)
    called = () if asked.after_tool else _called(asked)
    if called:
        calls = tuple(_call(tool, seed, at) for at, tool in enumerate(called))
        return Answer((), calls, "tool_calls")
    if asked.schema is not None:
        made = instance(asked.schema) if asked.schema else {"answer": _topic(asked.question)}
        pieces = tuple(_TOKEN.findall(msgspec.json.encode(made).decode()))
    else:
        pieces = _prose(asked, seed)
    thoughts = ("Let", " me", " think", " about", f" {_topic(asked.question)}.") if asked.thinking else ()
    pieces, stopped = _stopped(pieces, asked.stop)
    return Answer(pieces, thoughts=thoughts) if stopped else _cut(pieces, asked, thoughts)


def _cut(pieces: tuple[str, ...], asked: Asked, thoughts: tuple[str, ...] = ()) -> Answer:
    """As long as may be."""
    if asked.max_tokens is not None and len(pieces) > asked.max_tokens:
        return Answer(pieces[: asked.max_tokens], finish="length", thoughts=thoughts)
    return Answer(pieces, thoughts=thoughts)


def logprob(model: str, token: str, at: int) -> float:
    """How sure the model claims to be of its token number `at`: in [-1.5, 0), the same each time."""
    return -_seed(model, token, at)[0] / 170 - 1e-3


def embedding(text: str, dim: int) -> npt.NDArray[np.float32]:
    """float32[dim], unit length: the sum of one fixed vector per word, so that texts with common words are close."""
    total = np.zeros(dim, dtype=np.float32)
    for word in _WORD.findall(text.lower()) or [text]:
        drawn = np.frombuffer(hashlib.shake_128(word.encode("utf-8", "replace")).digest(dim), dtype=np.uint8)
        total += drawn.astype(np.float32) - 127.5
    return (total / np.linalg.norm(total)).astype(np.float32)


def as_base64(vector: npt.NDArray[np.float32]) -> str:
    """Little-endian float32, as `encoding_format: base64` means it."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def _called(asked: Asked) -> tuple[Tool, ...]:
    if not asked.tools or asked.choice == "none":
        return ()
    mentioned = tuple(tool for tool in asked.tools if tool.name in asked.question)
    if asked.choice == "auto":
        chosen = mentioned
    elif asked.choice == "required":
        chosen = mentioned or asked.tools[:1]
    else:
        chosen = tuple(tool for tool in asked.tools if tool.name == asked.choice)
    return chosen if asked.parallel else chosen[:1]


def _call(tool: Tool, seed: bytes, at: int) -> ToolCall:
    arguments = msgspec.json.encode(instance(tool.parameters)).decode()
    return ToolCall(f"call_{seed.hex()[:20]}{at:04d}", tool.name, arguments)


def _prose(asked: Asked, seed: bytes) -> tuple[str, ...]:
    style = _STYLES[_seed(asked.model, "style", 0)[0] % len(_STYLES)]
    topic = _topic(asked.question)
    sentences = [style.opening[seed[0] % len(style.opening)].format(topic=topic)]
    if asked.images:
        sentences.append(f"I see {asked.images} image{'s' * (asked.images > 1)}.")
    bodies = (_BODIES[(seed[1] + 3 * at) % len(_BODIES)] for at in range(style.sentences))
    sentences.extend(body.format(topic=topic) for body in bodies)
    sentences.append(style.closing[seed[2] % len(style.closing)])
    return tuple(_SPACED.findall(style.join.join(filter(None, sentences))))


def _topic(question: str) -> str:
    words = _WORD.findall(question[-2000:])
    return max(words, key=len, default="that")[:40]


def _stopped(pieces: tuple[str, ...], stops: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    text = "".join(pieces)
    cuts = [at for at in (text.find(stop) for stop in stops if stop) if at >= 0]
    return (tuple(_SPACED.findall(text[: min(cuts)])), True) if cuts else (pieces, False)


def _seed(model: str, text: str, at: int) -> bytes:
    return hashlib.blake2b(f"{model}\0{at}\0{text}".encode("utf-8", "replace"), digest_size=32).digest()


class _Style(msgspec.Struct, frozen=True):
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    sentences: int
    join: str = " "


_STYLES = (
    _Style(("In short: {topic}.", "{topic}, briefly.", "Quick take on {topic}."), ("Done.", "That is all."), 1),
    _Style(
        ("Happy to help with {topic}!", "Great question about {topic}!", "Sure, let's look at {topic}."),
        ("Hope that helps!", "Let me know if you want more detail."),
        2,
    ),
    _Style(
        ("The question concerns {topic}.", "We consider {topic}.", "With regard to {topic}:"),
        ("This concludes the summary.", "Further conditions may apply."),
        4,
    ),
    _Style(("Here is what matters about {topic}:", "Key points on {topic}:"), ("", "Summary: see above."), 3, "\n- "),
    _Style(("Let us think about {topic} step by step.", "First, {topic}."), ("So the answer follows.",), 5, "\n"),
)
_BODIES = (
    "Most of the effort in {topic} goes into the first step.",
    "It depends on the size of the input and on how often it changes.",
    "A common mistake is to skip the check at the end.",
    "Start small, measure, and only then change {topic}.",
    "Two cases matter: the usual one and the empty one.",
    "There is a trade-off between speed and accuracy here.",
    "The café on the corner would call {topic} a naïve plan — and yet it works.",
    "Keep the parts of {topic} that you can test on their own.",
)
_WORD = re.compile(r"\w+")
_SPACED = re.compile(r"\s*\S+|\s+$")
_RULED = re.compile(r"[0-9]|\s*[^\s0-9]+|\s+")
_TOKEN = re.compile(r'"[^"]{0,12}|[^"]{1,12}', re.DOTALL)
