"""Bodies of the four APIs become the same words."""

import pytest

from wrp_router.fakes.answers import Tool
from wrp_router.fakes.asking import Refused, chat, completion, messages, prompts, responses

USER = {"role": "user", "content": "Hello"}


def test_chat_in_full():
    """Everything a chat request may say arrives in its place."""
    asked = chat(
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url"}, "odd", 3]},
                {"role": "assistant", "content": None, "tool_calls": []},
                {"role": "tool", "content": "42"},
            ],
            "max_completion_tokens": 5,
            "max_tokens": 9,
            "n": 2,
            "stream": True,
            "stream_options": {"include_usage": True, "continuous_usage_stats": True},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}, {"type": "x"}],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "parallel_tool_calls": False,
            "response_format": {"type": "json_schema", "json_schema": {"schema": {"const": 1}}},
            "logprobs": True,
            "top_logprobs": 3,
            "stop": "END",
            "reasoning_effort": "low",
        }
    )
    assert (asked.model, asked.question, asked.max_tokens, asked.n, asked.images) == ("m", "Look", 5, 2, 1)
    assert asked.prompt == "system: Be brief.\nuser: Look\nassistant: \ntool: 42"
    assert (asked.stream, asked.usage_chunk, asked.continuous_usage) == (True, True, True)
    assert (asked.tools, asked.choice, asked.parallel) == ((Tool("f", {"type": "object"}),), "f", False)
    assert (asked.after_tool, asked.schema, asked.logprobs, asked.stop) == (True, {"const": 1}, 3, ("END",))
    assert asked.thinking


def test_chat_at_least():
    """What is not said has the API's default."""
    asked = chat({"model": "m", "messages": [USER], "response_format": {"type": "json_object"}, "stop": ["a", "b"]})
    assert (asked.max_tokens, asked.n, asked.stream, asked.choice, asked.schema) == (None, 1, False, "auto", {})
    assert (asked.logprobs, asked.stop, asked.thinking, asked.after_tool) == (None, ("a", "b"), False, False)
    assert chat({"model": "m", "messages": [{"role": "system", "content": "alone"}]}).question == "system: alone"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": "m"}, "messages"),
        ({"model": "m", "messages": []}, "messages"),
        ({"model": "m", "messages": ["text"]}, "messages"),
        ({"messages": [USER]}, "model"),
        ({"model": 3, "messages": [USER]}, "model"),
        ({"model": "m", "messages": [USER], "n": 1000}, "n"),
        ({"model": "m", "messages": [USER], "n": "two"}, "n"),
        ({"model": "m", "messages": [USER], "max_tokens": -1}, "max_tokens"),
        ({"model": "m", "messages": [USER], "max_tokens": "many"}, "max_tokens"),
    ],
)
def test_chat_refuses_what_an_engine_refuses(body, param):
    """With the name of the field."""
    with pytest.raises(Refused) as told:
        chat(body)
    assert (told.value.status, told.value.param) == (400, param)


def test_completion_prompts_in_all_forms():
    """A text, texts, token ids, lists of ids."""
    assert prompts({"prompt": "a"}) == ["a"]
    assert prompts({"prompt": ["a", "b"]}) == ["a", "b"]
    assert prompts({"prompt": [1, 2]}) == ["1 2"]
    assert prompts({"input": [[1, 2], [3]]}, "input") == ["1 2", "3"]
    for wrong in ({}, {"prompt": []}, {"prompt": {}}):
        with pytest.raises(Refused):
            prompts(wrong)
    assert completion({"model": "m"}, "a").max_tokens == 16


def test_responses_in_full():
    """Items, instructions, flat tools, text format."""
    asked = responses(
        {
            "model": "m",
            "instructions": "Be brief.",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "Look"}, {"type": "input_image"}]},
                {"type": "function_call", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "42"},
            ],
            "max_output_tokens": 7,
            "tools": [{"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}],
            "tool_choice": {"type": "function", "name": "f"},
            "text": {"format": {"type": "json_schema", "schema": {"const": 2}}},
        }
    )
    assert (asked.question, asked.max_tokens, asked.images, asked.choice) == ("Look", 7, 1, "f")
    assert asked.prompt.startswith("Be brief.\nuser: Look\nfunction_call: ")
    assert (asked.after_tool, asked.schema, [tool.name for tool in asked.tools]) == (True, {"const": 2}, ["f"])
    assert responses({"model": "m", "input": "Hello"}).question == "Hello"


def test_messages_in_full():
    """System blocks, tool results, Anthropic's tool choice, stop sequences, thinking."""
    asked = messages(
        {
            "model": "m",
            "max_tokens": 9,
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Look"}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "42"}]},
            ],
            "tools": [{"name": "f", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
            "stop_sequences": ["END"],
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "output_config": {"format": {"type": "json_schema", "schema": {"const": 3}}},
        }
    )
    assert (asked.max_tokens, asked.images, asked.choice, asked.parallel) == (9, 1, "required", False)
    assert (asked.after_tool, asked.stop, asked.thinking, asked.schema) == (True, ("END",), True, {"const": 3})
    assert asked.tools == (Tool("f", {"type": "object"}),)
    assert asked.prompt.startswith("Be brief.\nuser: Look")


@pytest.mark.parametrize(
    ("choice", "meant"),
    [(None, "auto"), ({"type": "auto"}, "auto"), ({"type": "none"}, "none"), ({"type": "tool", "name": "f"}, "f")],
)
def test_messages_tool_choice(choice, meant):
    """Anthropic's names for it."""
    assert messages({"model": "m", "max_tokens": 1, "messages": [USER], "tool_choice": choice}).choice == meant


def test_messages_need_max_tokens_unless_they_are_counted():
    """As the API has it."""
    with pytest.raises(Refused, match="max_tokens: Field required"):
        messages({"model": "m", "messages": [USER]})
    assert messages({"model": "m", "messages": [USER]}, counting=True).question == "Hello"
