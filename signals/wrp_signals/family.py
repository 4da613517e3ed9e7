"""Which family a model's name says it belongs to: what shares a tokenizer, and talks about as much. A guess."""

from __future__ import annotations

import functools

LONGEST = 48
"""Characters of a family's name."""

_SIZES = (
    "air",
    "large",
    "lite",
    "max",
    "medium",
    "mini",
    "nano",
    "plus",
    "pro",
    "small",
    "tiny",
    "haiku",
    "opus",
    "sonnet",
)
_EDITIONS = ("base", "chat", "code", "coder", "exp", "fast", "flash", "hf", "instruct", "it", "latest", "preview")
_SKILLS = ("reasoning", "thinking", "turbo", "vision", "vl")
_NUMBERS = ("awq", "bf16", "dynamic", "fp16", "fp4", "fp8", "gguf", "gptq", "int4", "int8", "mxfp4", "nvfp4", "qat")
VARIANTS = frozenset((*_SIZES, *_EDITIONS, *_SKILLS, *_NUMBERS))
"""Parts of names that tell editions of one family apart."""


@functools.lru_cache(maxsize=1024)
def family_of(model: str) -> str:
    """The name in lower case without owner, size, edition and date, printable ASCII, at most LONGEST characters:
    "meta-llama/Llama-3.1-8B-Instruct" is of "llama-3.1", "gpt-4o-mini-2024-07-18" of "gpt-4o"."""
    name = model[-256:].rpartition("/")[2].encode("ascii", "replace").decode().lower()
    first, *others = name.translate(_DASHES).split("-") if name.isprintable() else ("?",)
    kept = [first]
    for part in others:
        if _is_date(part):
            break
        if part and part not in VARIANTS and not _is_size(part):
            kept.append(part)
    return "-".join(kept)[:LONGEST]


def _is_date(part: str) -> bool:
    """2024, 20241022, 1106, 0613: dates come last."""
    return len(part) >= 4 and part.isdigit()


def _is_size(part: str) -> bool:
    """8b, 8x7b, a22b, 1.5b, 350m."""
    digits = part[:-1].lstrip("a").replace("x", "").replace(".", "")
    return part[-1] in "bm" and digits.isdigit()


_DASHES = str.maketrans("_:@ ", "----")
