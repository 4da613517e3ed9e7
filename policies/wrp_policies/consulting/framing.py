"""What people and models said, as data in a prompt of ours: between marks that none of it can know, with what is left
out named. It believes nothing of what they say.

Whoever wrote it may want something else than the one who asks. So every line of ours begins with a mark that is drawn
for this prompt by a secret and occurs in no text (delimiting as in Hines et al., "Defending Against Indirect Prompt
Injection Attacks With Spotlighting", arXiv:2403.14720), our instructions come after the data, and the markers by which
chat templates tell turns apart are taken to pieces. That makes injection harder; nothing makes it impossible.
"""

from __future__ import annotations

from collections.abc import Sequence

from wrp_policies.marking import disarmed
from wrp_signals.facts import Message

from .types import Heard

ROLES = frozenset({"system", "developer", "user", "assistant"})

LEAST = 64
"""Characters: less of a message says nothing, and is left out."""

THOUGHT, SPOKE = "<think>", "</think>"
"""Around what a model says to itself, where its engine leaves that in the answer."""


def spoken(text: str) -> str:
    """What a model said aloud; nothing where it did not come to that."""
    text = text.strip()
    return text.partition(SPOKE)[2].strip() if text.startswith(THOUGHT) else text


def shown_answers(mark: str, heard: Sequence[Heard], most: int) -> str:
    """All of them in marked lines, at most so many characters of each answer."""
    lines: list[str] = []
    for number, one in enumerate(heard, 1):
        if one.question:
            lines += [f"{mark} question {number}", disarmed(one.question)]
        lines += [f"{mark} answer {number}", disarmed(one.answer[:most])]
        cut = len(one.answer) - most
        if cut > 0:
            lines.append(f"{mark} {cut} characters are left out here")
        elif one.short:
            lines.append(f"{mark} it breaks off here")
    return "\n".join(lines)


def shown_request(mark: str, messages: Sequence[Message], most: int) -> str:
    """A conversation in marked lines, at most so many characters of it, the latest first; of the others how much is
    left out."""
    lines: list[str] = []
    for message in reversed(messages):
        text = message.text
        room = min(most, len(text))
        room = room if room >= min(LEAST, len(text)) else 0
        most -= room
        cut = [f"{mark} {len(text) - room} characters are left out here"] if room < len(text) else []
        role = message.role if message.role in ROLES else "other"
        lines[:0] = [f"{mark} {role}", *[disarmed(text[len(text) - room :])] * (room > 0), *cut]
    return "\n".join(lines)
