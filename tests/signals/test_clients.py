"""Agents are known by headers that only they send, by what some headers say, and by their names as words."""

import pytest

from wrp_signals.clients import AGENT_CLIENTS, CLIENT_HEADERS, MARKS, NAMED, signs_in


@pytest.mark.parametrize(
    ("name", "said", "client"),
    [
        ("user-agent", "claude-cli/2.1.205 (external, cli)", "claude-cli"),
        ("user-agent", "codex_cli_rs/0.42.0 (Mac OS 15.1; arm64)", "codex"),
        ("user-agent", "opencode/0.15 ai-sdk/5", "opencode"),
        ("user-agent", "GeminiCLI/v0.1 gemini-cli", "gemini-cli"),
        ("user-agent", "my-coding-agent/1.0", "agent"),
        ("user-agent", "Agents/Python 0.2.1", "agents"),
        ("originator", "codex_vscode", "codex"),
        ("http-referer", "https://cline.bot", "cline"),
        ("x-title", "Roo Code", "roo-code"),
        ("x-title", "Kilo Code", "kilo-code"),
    ],
)
def test_clients_are_known_by_their_names(name, said, client):
    """As words, whatever stands between them."""
    assert signs_in({name: said}) == [(NAMED, f"{name} names {client}")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("user-agent", "OpenAI/Python 1.99.0"),
        ("user-agent", "codexpert/1.0 example"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36"),
        ("user-agent", ""),
        ("x-title", "A story to continue"),
        ("x-app", "client"),
        ("x-initiator", "user"),
        ("anthropic-beta", "prompt-caching-2024-07-31"),
        ("accept", "cline"),
        ("user-agent", "claude/1.0 (claude desktop)"),
        ("x-session-id", "abc"),
    ],
)
def test_others_are_not(name, said):
    """Libraries, browsers, words that only contain a name, headers that say something else."""
    assert signs_in({name: said}) == []


@pytest.mark.parametrize("name", MARKS)
def test_some_headers_only_agents_send(name):
    """Their presence says it, their value is nobody's evidence."""
    assert signs_in({name: "secret"}) == [(MARKS[name], f"header {name}")]


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14", "claude-code"),
        ("x-app", "cli", "cli"),
        ("x-initiator", "Agent", "agent"),
    ],
)
def test_some_headers_say_it_by_their_value(name, said, value):
    """Alone, or going on with a dash."""
    ((score, what),) = signs_in({name: said})
    assert what == f"{name} says {value}"
    assert score >= 0.85


def test_of_each_sort_one_sign_is_enough():
    """The strongest mark, one value, one name."""
    headers = dict.fromkeys(MARKS, "x") | {
        "x-app": "cli",
        "x-initiator": "agent",
        "user-agent": "cline",
        "x-title": "Cline",
    }
    assert [what for _, what in signs_in(headers)] == [
        "header x-openai-subagent",
        "x-initiator says agent",
        "user-agent names cline",
    ]


def test_names_are_lower_case_and_headers_too():
    """As they are compared with what was lowered."""
    assert all(name == name.lower() for name in (*AGENT_CLIENTS, *CLIENT_HEADERS))
    assert not CLIENT_HEADERS & {"authorization", "x-api-key", "cookie"}
