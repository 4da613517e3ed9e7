"""What makes others' words data in a prompt of ours: a mark that none of them can know, and nothing in them that an
engine takes for the end of a turn. It frames nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import re2

_SPECIAL = re2.compile(
    r"<(?:[|\x{FF5C}]|/?s>|start_of_turn|end_of_turn|bos>|eos>|pad>|begin_of|end_of)|\[(?:/?INST\]|/?SYS)|<<(?:/?SYS)"
)


def mark_of(id: str, secret: bytes, texts: Iterable[str]) -> str:
    """Nobody who does not know the secret can foresee it, and it stands in none of the texts."""
    said = tuple(texts)
    for number in range(1 << 16):
        told = f"{number}:{id}".encode("utf-8", "surrogatepass")
        mark = blake2b(told, key=secret[:64], digest_size=12).hexdigest()
        if not any([mark in text for text in said]):
            return mark
    raise AssertionError("every mark stands in the texts")


def disarmed(text: str) -> str:
    """Without what an engine might take for the end of a turn: a blank stands in it."""
    return str(_SPECIAL.sub(_apart, text))


def _apart(match: re2._Match[str]) -> str:
    found: str = match.group(0)
    return f"{found[0]} {found[1:]}"
