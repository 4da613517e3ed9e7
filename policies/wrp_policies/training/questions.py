"""Which prompts ask the same: what must not be parted between those that train and those that judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from wrp_signals.training.folds import stem

SHORT = 16
"""Letters and digits below which the beginning of a prompt says nothing yet ("Question:")."""

OPTION = re.compile(r"\s(?=\(?A[.):]\s)")
"""Where answers to choose from begin."""

DEEPEST = 200
"""Lines of one preamble."""


def groups_of(prompts: Sequence[str]) -> tuple[str, ...]:
    """A group for every prompt: its question, up to the first option or the end of the line, in letters and digits.

    A line with which many prompts begin (more than one in fifty) is no question but an instruction or a worked example
    before it; the question is looked for after it. Prompts that differ in nothing are always of one group.
    """
    pieces = [_pieces(prompt) for prompt in prompts]
    many = max(8, len(prompts) // 50)
    found = [""] * len(prompts)
    looking, depth = list(range(len(prompts))), 0
    while looking:
        at = {row: pieces[row][depth] if depth < len(pieces[row]) else "" for row in looking}
        common = {piece for piece, count in Counter(at.values()).items() if piece and count > many}
        for row in looking:
            found[row] = at[row] or "".join(pieces[row])
        looking = [row for row in looking if at[row] in common] if depth < DEEPEST else []
        depth += 1
    return tuple(found)


def _pieces(prompt: str) -> list[str]:
    """The lines of a prompt as letters and digits; one too short to say anything is read together with the next."""
    found, before = [], ""
    for line in OPTION.sub("\n", prompt).split("\n"):
        before += stem(line)
        if len(before) >= SHORT:
            found.append(before)
            before = ""
    if before or not found:
        found.append(before or prompt.strip())
    return found


def overlap(seen: Sequence[str], asked: Sequence[str]) -> int:
    """How many of the prompts asked are among those seen, but for case, spaces and punctuation."""
    known = {_whole(prompt) for prompt in seen}
    return sum(_whole(prompt) in known for prompt in asked)


def alike(seen: Collection[str], asked: Sequence[str]) -> int:
    """How many of the groups asked are among those seen, each as often as it stands there."""
    known = set(seen)
    return sum(group in known for group in asked)


def _whole(prompt: str) -> str:
    return stem(prompt, len(prompt)) or prompt.strip()
