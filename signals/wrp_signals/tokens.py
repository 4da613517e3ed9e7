"""How many tokens the prompt is, about. No tokenizer: counts of byte classes, made in C."""

from __future__ import annotations

from typing import ClassVar

from .facts import Reading, RequestView
from .signal import ValueType
from .spec import Spec

PLAIN, OTHER, EXTRA, WIDE, ACCENTED = 0.20, 0.68, 0.38, 0.07, 0.10
"""Tokens per ASCII letter or space, per other ASCII character (digits, punctuation, line ends), per UTF-8 byte beyond
the first of a character, per non-ASCII character, and per plain letter near an accent (rarer words).
Least squares over the mean of cl100k, o200k and DeepSeek-V3; errors by kind of text are in signals/README.md."""

NEAR = 20
"""Plain letters that one non-ASCII character makes dearer."""

PER_MESSAGE, PER_REPLY = 4, 3
"""Tokens that chat templates add: per message, and to open the answer."""

IMAGE, AUDIO = 765, 1_000
"""Tokens per image (1024 x 1024 at high detail in OpenAI's accounting) and per audio part."""

TOOL, TOOL_MAX = 60, 600
"""Tokens per tool definition where the body's size cannot tell, and at most where it can."""

_PLAIN_BYTES = bytes([*range(65, 91), *range(97, 123), 32])
_ASCII = bytes(range(128))


class TokensSpec(Spec, frozen=True, tag="tokens"):
    """The estimated length of the prompt in tokens."""

    value_type: ClassVar[ValueType] = "number"
    wants_vector: ClassVar[bool] = False

    def build(self, embedder: object = None) -> Tokens:
        return Tokens()


class Tokens:
    """Value: estimated prompt tokens."""

    value_type: ValueType = TokensSpec.value_type
    wants_vector = TokensSpec.wants_vector
    expected_cost = 3e-6

    def read(self, view: RequestView, vector: object = None) -> Reading:
        return Reading(float(estimate_tokens(view)))


def estimate_tokens(view: RequestView) -> int:
    """Estimated tokens of the whole prompt: text, template, images, audio and tool definitions."""
    messages = view.messages
    text = messages[0].text if len(messages) == 1 else "".join([message.text for message in messages])
    tokens = tokens_of(text) + PER_MESSAGE * len(messages) + PER_REPLY
    media = 0
    for message in messages:
        if message.images or message.audio:
            media += IMAGE * message.images + AUDIO * message.audio
    if view.tools:
        tokens += _of_tools(view, text, media > 0)
    return int(tokens) + media


def tokens_of(text: str) -> float:
    """Estimated tokens of one text: about 1.2 us per kilobyte of ASCII."""
    data = text.encode("utf-8", "replace")
    others = len(data.translate(None, _PLAIN_BYTES))
    plain = len(data) - others
    if len(data) == len(text):
        return PLAIN * plain + OTHER * others
    wide_bytes = len(data.translate(None, _ASCII))
    extra = len(data) - len(text)
    wide = wide_bytes - extra
    return (
        PLAIN * plain + OTHER * (others - wide_bytes) + EXTRA * extra + WIDE * wide + ACCENTED * min(plain, NEAR * wide)
    )


def _of_tools(view: RequestView, text: str, media: bool) -> float:
    """Tool definitions are not in the view; what the body holds besides text is mostly theirs, unless it is media."""
    rest = view.size - len(text)
    if media or rest <= 0:
        return TOOL * len(view.tools)
    return min(max(rest / 5, 10 * len(view.tools)), TOOL_MAX * len(view.tools))
