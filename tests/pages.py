"""The pages of the documentation, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.docs import ROOT, documents

ROOMS = ("policies/README.md", "signals/README.md", "cache/README.md", "policies/wrp_policies/when/README.md")
TOPICS = (ROOT / "signals/docs").glob("*.md")
PAGES = sorted({*documents(), *TOPICS, *(ROOT / room for room in ROOMS), ROOT / "wrp_router/fakes/README.md"})
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """Fenced text in one of these languages; an empty one is of none."""
    return (text for language, text in FENCED.findall(page.read_text()) if language in languages)


def spans(page: Path) -> list[str]:
    """What stands in backticks outside of blocks."""
    return re.findall(r"`([^`\n]+)`", FENCED.sub("", page.read_text()))
