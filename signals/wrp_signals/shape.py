"""What kind of caller this is: agent, chat, completion or embedding. Looks at structure and headers, not at meaning."""

from __future__ import annotations

from typing import ClassVar

from .facts import Message, Reading, RequestView
from .signal import ValueType
from .spec import EVIDENCE, Spec, Text, short

AGENT_CLIENTS = (
    "aider",
    "autogen",
    "claude-cli",
    "claude-code",
    "cline",
    "codex",
    "continue",
    "crewai",
    "cursor",
    "goose",
    "langgraph",
    "openhands",
    "opencode",
    "roo-code",
    "smolagents",
)
"""Parts of the client headers that coding agents and agent frameworks send."""

CLIENT_HEADERS = ("user-agent", "originator", "x-app", "x-client-name", "x-title")

TOOL_ROLES = frozenset({"tool", "function"})
LOOP, RESULTS, CALLED, CLIENT, OFFERED = 0.99, 0.97, 0.95, 0.85, 0.7
"""How far each sign speaks for an agent. Set by hand: structure is proof, a list of tools alone is a hint."""


class ShapeSpec(Spec, frozen=True, tag="shape"):
    """`clients` adds names to look for in the headers that the configuration lets signals see."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    clients: tuple[Text, ...] = ()

    def build(self, embedder: object = None) -> Shape:
        return Shape((*AGENT_CLIENTS, *(name.lower() for name in self.clients)))


class Shape:
    """Value: "agent", "chat", "completion" or "embedding"; score: how sure; evidence: the signs of an agent."""

    value_type: ValueType = ShapeSpec.value_type
    wants_vector = ShapeSpec.wants_vector
    expected_cost = 3e-6

    def __init__(self, clients: tuple[str, ...] = AGENT_CLIENTS) -> None:
        self._clients = clients

    def read(self, view: RequestView, vector: object = None) -> Reading:
        if view.operation in ("embedding", "completion"):
            return Reading(view.operation)
        signs = in_messages(view.messages)
        if view.headers:
            signs += self._in_headers(view.headers)
        if view.tools:
            signs.append((OFFERED, short(f"{len(view.tools)} tools offered: {', '.join(view.tools[:3])}")))
        if not signs:
            return Reading("chat")
        return Reading("agent", max(signs)[0], tuple(what for _, what in signs[:EVIDENCE]))

    def _in_headers(self, headers: dict[str, str]) -> list[tuple[float, str]]:
        for name in CLIENT_HEADERS:
            lowered = headers.get(name, "")[:400].lower()
            for client in self._clients:
                if client in lowered:
                    return [(CLIENT, short(f"{name} names {client}"))]
        return []


def in_messages(messages: tuple[Message, ...]) -> list[tuple[float, str]]:
    """What the conversation shows: results of tools, calls made, and both again and again."""
    results = calls = 0
    for message in messages:
        calls += message.tool_calls
        results += message.role in TOOL_ROLES
    if results > 1 and calls > 1:
        return [(LOOP, f"tool loop: {calls} calls, {results} results")]
    if results:
        return [(RESULTS, f"{results} tool results")]
    return [(CALLED, f"{calls} tool calls")] if calls else []
