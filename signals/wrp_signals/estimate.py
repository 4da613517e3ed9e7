"""How many tokens the prompt is, about. No tokenizer: counts of byte classes, made in C."""

from __future__ import annotations

from typing import Literal

from .facts import RequestView
from .once import once

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

TextClass = Literal[
    "plain", "dense", "latin", "cyrillic", "arabic", "indic", "japanese", "chinese", "korean", "tools", "media"
]
"""What a prompt mostly holds: ASCII prose, ASCII with much punctuation (code, JSON, tables), a script, or what the
estimate cannot see into. Tokenizers differ by these."""

DENSE = 0.16
"""Share of bytes that are neither ASCII letters nor spaces, from which ASCII counts as dense."""

SAMPLE = 240
"""Bytes beyond ASCII by which the script is told."""

_PLAIN_BYTES = bytes([*range(65, 91), *range(97, 123), 32])
_ASCII = bytes(range(128))


def estimate_tokens(view: RequestView) -> int:
    """Estimated tokens of the whole prompt: text, template, images, audio and tool definitions."""
    return estimate(view)[0]


@once
def estimate(view: RequestView) -> tuple[int, TextClass]:
    """The same estimate, and the class of what the prompt holds: tokenizers differ by it."""
    messages = view.messages
    text = messages[0].text if len(messages) == 1 else "".join([message.text for message in messages])
    tokens, text_class = measured(text)
    tokens += PER_MESSAGE * len(messages) + PER_REPLY
    media = 0
    for message in messages:
        if message.images or message.audio:
            media += IMAGE * message.images + AUDIO * message.audio
    if view.tools:
        tokens += _of_tools(view, text, media > 0)
        text_class = "tools"
    return int(tokens) + media, "media" if media else text_class


def tokens_of(text: str) -> float:
    """Estimated tokens of one text: about 1.2 us per kilobyte of ASCII."""
    return measured(text)[0]


def measured(text: str) -> tuple[float, TextClass]:
    """Estimated tokens of one text, and its class."""
    data = text.encode("utf-8", "replace")
    others = len(data.translate(None, _PLAIN_BYTES))
    plain = len(data) - others
    if len(data) == len(text):
        return PLAIN * plain + OTHER * others, "dense" if others > DENSE * len(data) else "plain"
    wide_bytes = data.translate(None, _ASCII)
    extra = len(data) - len(text)
    wide = len(wide_bytes) - extra
    ascii_others = others - len(wide_bytes)
    tokens = PLAIN * plain + OTHER * ascii_others + EXTRA * extra + WIDE * wide + ACCENTED * min(plain, NEAR * wide)
    return tokens, script_of(wide_bytes) or ("dense" if ascii_others > DENSE * len(data) else "plain")


def script_of(wide_bytes: bytes) -> TextClass | None:
    """The script most of these bytes (UTF-8 beyond ASCII; the first SAMPLE of them) write; None where they are signs,
    quotes or emoji only. Some kana make Chinese characters Japanese."""
    leads = wide_bytes[:SAMPLE].translate(_SCRIPTS, _CONTINUATIONS)
    if not leads:
        return None
    if leads.count(b"J") * 8 > len(leads):
        return "japanese"
    return _CLASSES[max(_LETTERS, key=leads.count)]


def _of_tools(view: RequestView, text: str, media: bool) -> float:
    """Tool definitions are not in the view; what the body holds besides text is mostly theirs, unless it is media."""
    rest = view.size - len(text)
    if media or rest <= 0:
        return TOOL * len(view.tools)
    return min(max(rest / 5, 10 * len(view.tools)), TOOL_MAX * len(view.tools))


def _script_table() -> tuple[bytes, bytes]:
    """A letter for every lead byte of a script, and the bytes that say nothing: continuations, and the lead bytes of
    signs (E2), of full-width forms (EF) and of emoji (F0)."""
    letters, silent = bytearray(256), bytearray(range(0x80, 0xC2))
    for letter, ranges in _LEADS.items():
        for first, last in ranges:
            letters[first : last + 1] = letter * (last + 1 - first)
    silent += bytes([code for code in range(0xC2, 0x100) if not letters[code]])
    return bytes(letters), bytes(silent)


_LEADS = {
    b"L": ((0xC3, 0xC9), (0xE1, 0xE1)),  # Latin; E1 is mostly Vietnamese
    b"C": ((0xCD, 0xD3),),  # Greek, Cyrillic
    b"A": ((0xD6, 0xDD),),  # Hebrew, Arabic
    b"I": ((0xE0, 0xE0),),  # Indic, Thai, Lao
    b"J": ((0xE3, 0xE3),),  # kana
    b"Z": ((0xE4, 0xE9),),  # Han
    b"K": ((0xEA, 0xED),),  # Hangul
}
_CLASSES: dict[bytes, TextClass] = {
    b"L": "latin",
    b"C": "cyrillic",
    b"A": "arabic",
    b"I": "indic",
    b"J": "japanese",
    b"Z": "chinese",
    b"K": "korean",
}
_LETTERS = tuple(_CLASSES)
_SCRIPTS, _CONTINUATIONS = _script_table()
