"""A request and its answer as data for a judge: between marks that neither of them can know, with what is left out
named. It believes nothing of what they say.

Whoever wrote them may want to be graded well: prompts that do so against plain templates are easily found (Shi et al.:
"Optimization-based Prompt Injection Attack to LLM-as-a-Judge", arXiv:2403.17710). So every line of ours begins with a
mark that is drawn for this request by a secret and occurs in no text (delimiting as in Hines et al., "Defending Against
Indirect Prompt Injection Attacks With Spotlighting", arXiv:2403.14720), and the markers by which chat templates tell
turns apart are taken to pieces. That makes injection harder; nothing makes it impossible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wrp_policies.marking import disarmed, mark_of
from wrp_signals.facts import Message

from .types import Answer

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})

SYSTEM_SHARE = 0.25
"""Of what may be shown of a request, at most this share is what its system prompts say."""

LEAST = 64
"""Characters: less of a message says nothing, and is left out."""

HEAD = 0.6
"""Of what is kept of a text this share is its beginning."""


class Framed(msgspec.Struct, frozen=True):
    """Both as text in marked lines, and how many characters of each were left out."""

    mark: str
    request: str
    answer: str
    cut: Mapping[str, int]


def framed(id: str, secret: bytes, messages: Sequence[Message], answer: Answer, most: int) -> Framed:
    """At most `most` characters of the request, the last ones first, and as many of the answer."""
    said = _said(answer)
    mark = mark_of(id, secret, [said, *[one.text for one in messages]])
    request, left_out = _request(mark, messages, most)
    shown, cut = _shown(mark, said, most)
    parts = {"request": left_out, "answer": cut}
    return Framed(mark, request, shown, {name: many for name, many in parts.items() if many})


def _said(answer: Answer) -> str:
    """Its text, and the calls of tools that it makes."""
    calls = [f"call of the tool {call.name} with {call.arguments}" for call in answer.calls]
    return "\n".join([answer.text, *calls] if answer.text else calls)


def _request(mark: str, messages: Sequence[Message], most: int) -> tuple[str, int]:
    """The messages in their order, what is left out of them, and how much that is."""
    rooms = _rooms(messages, most)
    lines: list[str] = []
    cut = 0
    for message, room in zip(messages, rooms, strict=True):
        role = message.role if message.role in ROLES else "other"
        shown, left_out = _shown(mark, message.text, room)
        cut += left_out
        lines += [f"{mark} {role}:", shown]
    return "\n".join(lines), cut


def _rooms(messages: Sequence[Message], most: int) -> list[int]:
    """How many characters of each message are shown: system prompts have a share, the rest is for the latest."""
    rooms = [0] * len(messages)
    system = [place for place, one in enumerate(messages) if one.role in ("system", "developer")]
    others = [place for place in range(len(messages)) if place not in system]
    left = int(most * SYSTEM_SHARE)
    for place in system:
        rooms[place] = min(left, len(messages[place].text))
        left -= rooms[place]
    left = most - sum(rooms)
    for place in reversed(others):
        room = min(left, len(messages[place].text))
        rooms[place] = room if room >= min(LEAST, len(messages[place].text)) else 0
        left -= rooms[place]
    return rooms


def _shown(mark: str, text: str, most: int) -> tuple[str, int]:
    """Its beginning and its end, and how many characters between them are left out."""
    cut = len(text) - most
    if cut <= 0:
        return disarmed(text), 0
    head = int(most * HEAD)
    tail = text[len(text) - (most - head) :] if most > head else ""
    pieces = (disarmed(text[:head]), f"{mark} {cut} characters are left out here", disarmed(tail))
    return "\n".join([piece for piece in pieces if piece]), cut
