"""Tables as Markdown has them."""

from __future__ import annotations


def table(head: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows]) + "\n"


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
