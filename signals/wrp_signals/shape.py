"""What kind of caller this is: agent, chat, completion or embedding. Looks at structure and headers, not at meaning."""

from __future__ import annotations

from typing import ClassVar

from .clients import Sign, signs_in
from .facts import Message, Reading, RequestView
from .materials import Materials
from .signal import Tier, ValueType
from .spec import EVIDENCE, Spec, Text, short

TOOL_ROLES = frozenset({"tool", "function"})
LOOP, RESULTS, CALLED, KNOWN, MANY, OFFERED = 0.99, 0.97, 0.95, 0.9, 0.8, 0.7
"""How far each sign speaks for an agent: what tools did; tools that agents work with; many tools; any. Set by hand:
structure is proof, a list of tools alone is a hint."""

CROWD = 6
"""Tools on offer from which on there are many."""

AGENT_TOOLS = frozenset(
    (
        *("apply_patch", "attempt_completion", "bash", "computer", "edit", "edit_file", "execute_command", "glob"),
        *("grep", "list_dir", "list_files", "local_shell", "ls", "multiedit", "read", "read_file", "replace_in_file"),
        *("run_command", "run_shell_command", "run_terminal_cmd", "search_files", "shell", "str_replace_editor"),
        *("str_replace_based_edit_tool", "task", "text_editor", "todo_write", "todowrite", "update_plan", "webfetch"),
        *("write", "write_file", "write_to_file"),
    )
)
"""Tools (lower case) by which agents act on files and machines. Two of them are no accident."""


class ShapeSpec(Spec, frozen=True, tag="shape"):
    """`clients` adds names to look for in the headers that the configuration lets signals see."""

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    clients: tuple[Text, ...] = ()

    def build(self, materials: Materials | None = None) -> Shape:
        return Shape(tuple(name.lower() for name in self.clients))


class Shape:
    """Value: "agent", "chat", "completion" or "embedding"; score: how sure; evidence: the signs of an agent."""

    value_type: ValueType = ShapeSpec.value_type
    tier: Tier = "none"
    expected_cost = 4e-6

    def __init__(self, clients: tuple[str, ...] = ()) -> None:
        self._clients = clients

    def read(self, view: RequestView, vector: object = None) -> Reading:
        if view.operation in ("embedding", "completion"):
            return Reading(view.operation)
        signs = in_messages(view.messages)
        if view.headers:
            signs += signs_in(view.headers, self._clients)
        if view.tools:
            signs.append(in_tools(view.tools))
        if not signs:
            return CHAT
        return Reading("agent", max(signs)[0], tuple([what for _, what in signs[:EVIDENCE]]))


CHAT = Reading("chat")


def in_messages(messages: tuple[Message, ...]) -> list[Sign]:
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


def in_tools(tools: tuple[str, ...]) -> Sign:
    """What the tools on offer show: their names, and how many they are."""
    known = [name for name in tools[:100] if name[:40].lower() in AGENT_TOOLS]
    if len(known) > 1:
        return KNOWN, short(f"an agent's tools: {', '.join(known[:3])}")
    score = MANY if len(tools) >= CROWD else OFFERED
    return score, short(f"{len(tools)} tools offered: {', '.join(tools[:3])}")
