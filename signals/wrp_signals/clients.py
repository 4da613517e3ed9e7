"""Which agents name themselves in request headers. What a header says is a claim; it opens nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from .spec import short

AGENT_CLIENTS = (
    *("agent", "agents", "aider", "amp", "antigravity", "auggie", "augment", "autogen", "autogpt", "babyagi"),
    *("claude-cli", "claude-code", "claude-vscode", "cline", "codebuff", "codex", "coder-agents", "continue"),
    *("copilot-cli", "crewai", "crush", "cursor", "devin", "droid", "gemini-cli", "goose", "hermes-agent"),
    *("kilo-code", "kilocode", "kimi-cli", "kiro", "langgraph", "letta", "llxprt", "metagpt", "openclaw"),
    *("opencode", "openhands", "plandex", "pydantic-ai", "qwen-code", "roo-cline", "roo-code", "roocode"),
    *("smolagents", "strands", "swe-agent", "trae", "windsurf", "zed"),
)
"""Names of coding agents and agent frameworks, as words: "codex" is in "codex_cli_rs/0.1", not in "codexpert"."""

PRODUCTS = ("user-agent", "originator", "x-client-name", "http-referer")
"""Headers that list products: a name counts anywhere in them."""

TITLES = ("x-title", "x-openrouter-title")
"""Headers with an application's title: a name counts where it begins, "Continue the story" aside."""

MARKS: Mapping[str, float] = {
    "x-claude-code-session-id": 0.9,
    "x-claude-code-agent-id": 0.97,
    "x-claude-code-parent-agent-id": 0.97,
    "x-codex-turn-metadata": 0.95,
    "x-codex-turn-state": 0.95,
    "x-openai-subagent": 0.97,
    "x-opencode-session": 0.9,
    "x-opencode-client": 0.9,
    "x-session-affinity": 0.8,  # OpenCode
    "x-parent-session-id": 0.95,  # OpenCode, in what its subagents ask
    "x-dynamo-parent-session-id": 0.95,
}
"""Headers that only agents send, and how far the presence of each speaks for one. Set by hand."""

VALUES: Mapping[str, tuple[str, float]] = {
    "anthropic-beta": ("claude-code", 0.9),
    "x-app": ("cli", 0.85),
    "x-initiator": ("agent", 0.97),  # Copilot: a step that no person asked for
}
"""Headers that say it by their value, or by one that goes on with a dash behind it."""

NAMED = 0.85
"""How far a name speaks for an agent."""

LOOKED_AT = 400
"""Characters of a header."""

CLIENT_HEADERS = frozenset((*PRODUCTS, *TITLES, *MARKS, *VALUES))

Sign = tuple[float, str]


def signs_in(headers: Mapping[str, str], declared: tuple[str, ...] = ()) -> list[Sign]:
    """What speaks for an agent, at most one sign of each sort. `declared` are further names (lower case), which count
    anywhere in the headers that list products or titles."""
    marks: list[Sign] = []
    values: list[Sign] = []
    names: list[tuple[int, Sign]] = []
    for name in headers:
        if name in _PLACES:
            client = _client_in(headers[name][:LOOKED_AT].lower(), name in TITLES, declared)
            if client:
                names.append((_PLACES[name], (NAMED, short(f"{name} names {client}"))))
        elif name in MARKS:
            marks.append((MARKS[name], f"header {name}"))
        elif name in VALUES:
            value, score = VALUES[name]
            said = headers[name][:LOOKED_AT].lower()
            if said == value or f"{value}-" in said:
                values.append((score, f"{name} says {value}"))
    if not (marks or values or names):
        return []
    signs = [max(found) for found in (marks, values) if found]
    return [*signs, min(names)[1]] if names else signs


@functools.lru_cache(maxsize=256)
def _client_in(said: str, title: bool, declared: tuple[str, ...]) -> str:
    """The agent that a header names, "" where it names none. Headers repeat: what one says is looked up."""
    for client in declared:
        if client in said:
            return client
    words = said.translate(_SEPARATORS).split()
    for place, word in enumerate(words[:1] if title else words):
        for following, client in _FIRST.get(word, ()):
            if words[place + 1 : place + 1 + len(following)] == following:
                return client
    return ""


def _by_first_word() -> dict[str, list[tuple[list[str], str]]]:
    """First word -> what must follow, and the client that it makes."""
    found: dict[str, list[tuple[list[str], str]]] = {}
    for client in AGENT_CLIENTS:
        first, *following = client.split("-")
        found.setdefault(first, []).append((following, client))
    return found


_SEPARATORS = str.maketrans(dict.fromkeys("_-/();,.:+@[]\"'", " "))
_FIRST = _by_first_word()
_PLACES = {name: place for place, name in enumerate((*PRODUCTS, *TITLES))}
