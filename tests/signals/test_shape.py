"""Whether a caller is an agent is read from structure, and the reading says from what."""

import pytest

from wrp_signals import Message, RequestView, ShapeSpec

READ = ShapeSpec().build().read
CALL, RESULT = Message("assistant", "", tool_calls=1), Message("tool", "42")


@pytest.mark.parametrize("operation", ["embedding", "completion"])
def test_operations_that_are_no_conversation_name_the_shape(operation):
    """Embeddings and completions are what their path says, whatever they carry."""
    assert READ(RequestView(operation, "m", (Message("user", "x"),), tools=("f",))).value == operation


@pytest.mark.parametrize("operation", ["chat", "responses", "messages"])
def test_plain_conversations_are_chat_in_every_dialect(operation):
    """No tools, no tool traffic, no agent's header: chat, without evidence."""
    reading = READ(RequestView(operation, "m", (Message("user", "hello"),), headers={"user-agent": "openai-python"}))
    assert (reading.value, reading.score, reading.evidence) == ("chat", 1.0, ())


@pytest.mark.parametrize(
    ("messages", "changes", "score", "evidence"),
    [
        ((CALL, RESULT, CALL, RESULT), {}, 0.99, "tool loop: 2 calls, 2 results"),
        ((CALL, RESULT), {}, 0.97, "1 tool results"),
        ((Message("function", "old dialect"),), {}, 0.97, "1 tool results"),
        ((CALL,), {}, 0.95, "1 tool calls"),
        ((), {"tools": ("search", "read")}, 0.7, "2 tools offered: search, read"),
        ((), {"headers": {"user-agent": "claude-cli/2.1 (external)"}}, 0.85, "user-agent names claude-cli"),
    ],
)
def test_each_sign_of_an_agent_is_named_and_weighed(ask, messages, changes, score, evidence):
    """Tool traffic is proof, a client's name nearly, a list of tools a hint."""
    reading = READ(ask("go on", *messages, **changes))
    assert (reading.value, reading.score, reading.evidence) == ("agent", score, (evidence,))


def test_the_strongest_sign_gives_the_score_and_all_are_named(ask):
    """Several signs: the highest score, every sign as evidence."""
    reading = READ(ask("go on", CALL, tools=("f",), headers={"user-agent": "Cline/3"}))
    assert reading.score == 0.95
    assert len(reading.evidence) == 3


def test_users_can_name_clients_of_their_own(ask):
    """A declared client counts, whatever its case, in the headers that name clients and only there."""
    read = ShapeSpec(clients=("Botty",)).build().read
    assert read(ask("x", headers={"x-title": "my BOTTY 1.0"})).evidence == ("x-title names botty",)
    assert read(ask("x", headers={"expect": "botty"})).value == "chat"


@pytest.mark.parametrize(
    ("tools", "score", "evidence"),
    [
        (("get_weather",), 0.7, "1 tools offered: get_weather"),
        (tuple("abcdef"), 0.8, "6 tools offered: a, b, c"),
        (("Bash", "Edit", "weather"), 0.9, "an agent's tools: Bash, Edit"),
    ],
)
def test_tools_speak_by_their_names_and_number(ask, tools, score, evidence):
    """Tools for files and shells are an agent's; many tools are likely one's."""
    reading = READ(ask("x", tools=tools))
    assert (reading.value, reading.score, reading.evidence) == ("agent", score, (evidence,))


def test_headers_that_only_agents_send_are_signs(ask):
    """Without anything else to go by."""
    reading = READ(ask("x", headers={"x-claude-code-session-id": "1", "user-agent": "axios/1.8.4"}))
    assert (reading.value, reading.score) == ("agent", 0.9)
    assert reading.evidence == ("header x-claude-code-session-id",)
