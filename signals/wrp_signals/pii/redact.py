"""A text without what was found in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

from .types import Span

Style = Literal["type", "numbered", "mask", "remove"]

MASK = "*"


def redact(text: str, spans: Iterable[Span], style: Style = "type") -> str:
    """The text with each span replaced. Spans are those of this very text and do not overlap.

    type: `<EMAIL_ADDRESS>`; numbered: `<EMAIL_ADDRESS_2>`, the same number for the same value; mask: as many asterisks
    as it had characters; remove: nothing. Raises ValueError where spans overlap or end beyond the text.
    """
    replace = _numbering(text) if style == "numbered" else STYLES[style]
    parts: list[str] = []
    last = 0
    for span in sorted(spans, key=lambda span: span.start):
        if not last <= span.start <= span.end <= len(text):
            raise ValueError(f"the span of type {span.type} overlaps another one, or ends beyond the text")
        parts += text[last : span.start], replace(span)
        last = span.end
    return "".join((*parts, text[last:]))


def counted(spans: Iterable[Span]) -> list[str]:
    """Types and how often: "EMAIL_ADDRESS x2", the most frequent first."""
    counts: dict[str, int] = {}
    for span in spans:
        counts[span.type] = counts.get(span.type, 0) + 1
    return [f"{type} x{counts[type]}" for type in sorted(counts, key=counts.__getitem__, reverse=True)]


STYLES: dict[str, Callable[[Span], str]] = {
    "type": lambda span: f"<{span.type}>",
    "mask": lambda span: MASK * (span.end - span.start),
    "remove": lambda span: "",
}


def _numbering(text: str) -> Callable[[Span], str]:
    numbers: dict[tuple[str, str], int] = {}
    last: Counter[str] = Counter()

    def name(span: Span) -> str:
        value = span.type, text[span.start : span.end]
        if value not in numbers:
            last[span.type] += 1
            numbers[value] = last[span.type]
        return f"<{span.type}_{numbers[value]}>"

    return name
