"""Facts about what signals get to see."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.body import decode
from wrp_router.wire.view import messages_of, text_of, view_of
from wrp_router.wire.words import Body
from wrp_signals.facts import Message, Operation, RequestView

GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["text", "image", "tool_result", "user", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "content", "role", "source", "name", "data", "format", "function", "output"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


def body(operation: Operation, **fields: Any) -> Body:
    return decode(operation, orjson.dumps({"model": "auto", **fields}))


def view(operation: Operation, **fields: Any) -> RequestView:
    return view_of(body(operation, **fields), tenant="acme", session="s", headers={"x-a": "b"})


def only(content: Any, **more: Any) -> Message:
    (message,) = messages_of(body("chat", messages=[{"role": "user", "content": content, **more}]))
    return message


def test_a_plain_chat() -> None:
    """Roles, texts and parameters as they were sent."""
    seen = view(
        "chat",
        messages=[{"role": "developer", "content": "be brief"}, {"role": "user", "content": "hi"}],
        stream=True,
        max_tokens=5,
        n=2,
        temperature=0,
        response_format={"type": "json_schema", "json_schema": {}},
    )
    assert seen.messages == (Message("developer", "be brief"), Message("user", "hi"))
    assert (seen.operation, seen.model, seen.stream, seen.max_tokens, seen.n) == ("chat", "auto", True, 5, 2)
    assert (seen.temperature, seen.response_format) == (0.0, "json_schema")
    assert (seen.tenant, seen.session, seen.headers) == ("acme", "s", {"x-a": "b"})
    assert seen.size > 100


@pytest.mark.parametrize(
    ("operation", "own"),
    [
        ("chat", ("max_completion_tokens", "max_tokens")),
        ("completion", ("max_tokens",)),
        ("messages", ("max_tokens",)),
        ("responses", ("max_output_tokens",)),
        ("embedding", ()),
    ],
)
def test_an_answer_is_bounded_in_its_own_dialect(operation: Operation, own: tuple[str, ...]) -> None:
    """What no engine heeds must not make a long answer look short, to those who set tokens aside for it."""
    asked = {"messages": [{"role": "user", "content": "hi"}], "prompt": "hi", "input": "hi"}
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        assert view(operation, **asked, **{name: 7}).max_tokens == (7 if name in own else None)


def test_a_completion_of_several_prompts_has_as_many_answers() -> None:
    """Each of them is as long as the request allows."""
    assert view("completion", prompt=["a", "b", "c"], n=2).n == 6
    assert view("completion", prompt=[1, 2, 3]).n == 1
    assert view("completion", prompt=[[1, 2], [3]]).n == 2


def test_what_is_not_said_has_its_default() -> None:
    """Absent parameters are None, one answer, text."""
    seen = view("chat", messages=[{"role": "user", "content": "hi"}])
    assert (seen.max_tokens, seen.n, seen.temperature, seen.response_format, seen.tools) == (None, 1, None, "text", ())


def test_parts_of_a_message() -> None:
    """Texts are joined; images, video and sounds are counted; files and unknown parts say nothing."""
    message = only(
        [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "video_url", "video_url": {"url": "x"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "file", "file": {"file_id": "f"}},
            {"type": "hologram"},
            {"type": "refusal", "refusal": "no"},
            "bare",
            {"type": "text", "text": None},
            {"type": ["text"]},
            5,
        ]
    )
    assert message == Message("user", "look\nno\nbare", 0, 2, 1)


@pytest.mark.parametrize("content", [None, 5, {}, [], True])
def test_content_without_text(content: Any) -> None:
    """Is empty text."""
    assert only(content) == Message("user", "")


def test_calls_and_refusals_of_an_assistant() -> None:
    """Tool calls are counted, in both spellings; a refusal is what the assistant said."""
    called = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}, {"id": "2"}]}
    legacy = {"role": "assistant", "content": None, "function_call": {"name": "f"}}
    refused = {"role": "assistant", "content": None, "refusal": "no"}
    both = {"role": "assistant", "content": [{"type": "text", "text": "well,"}], "refusal": "no"}
    results = [{"role": "tool", "content": "42"}, {"role": "function", "content": "43"}, {"content": "?"}]
    assert messages_of(body("chat", messages=[called, legacy, refused, both, *results])) == (
        Message("assistant", "", 2),
        Message("assistant", "", 1),
        Message("assistant", "no"),
        Message("assistant", "well,\nno"),
        Message("tool", "42"),
        Message("tool", "43"),
        Message("", "?"),
    )


@pytest.mark.parametrize(
    ("operation", "fields", "names"),
    [
        ("chat", {"tools": [{"type": "function", "function": {"name": "f"}}]}, ("f",)),
        ("chat", {"tools": [{"type": "custom", "custom": {"name": "c"}}], "functions": [{"name": "g"}]}, ("c", "g")),
        ("messages", {"tools": [{"name": "m", "input_schema": {}}, {"type": "bash_1", "name": "bash"}]}, ("m", "bash")),
        ("responses", {"tools": [{"type": "function", "name": "r"}, {"type": "web_search"}]}, ("r", "web_search")),
        ("chat", {"tools": [{}, {"type": 5, "name": []}]}, ("tool", "tool")),
        ("chat", {"tools": []}, ()),
    ],
)
def test_names_of_tools(operation: Operation, fields: dict[str, Any], names: tuple[str, ...]) -> None:
    """Every dialect's tools are named; a nameless one still counts."""
    asked = {"input": "x"} if operation == "responses" else {"messages": [{"role": "user", "content": "x"}]}
    assert view(operation, **asked, **fields).tools == names


def test_anthropic_messages() -> None:
    """System first; results of tools are messages of their own; thinking is nobody's words."""
    seen = view(
        "messages",
        system=[{"type": "text", "text": "be kind"}, {"type": "text", "text": "be brief"}],
        output_config={"format": {"type": "json_schema"}},
        max_tokens=9,
        messages=[
            {"role": "user", "content": "weather?"},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use", "name": "w"}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "content": [{"type": "text", "text": "sunny"}, {"type": "image"}]},
                    {"type": "tool_result", "content": "warm"},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "content": None}, {"type": "text", "text": "so?"}]},
        ],
    )
    assert seen.messages == (
        Message("system", "be kind\nbe brief"),
        Message("user", "weather?"),
        Message("assistant", "", 1),
        Message("tool", "sunny", 0, 1),
        Message("tool", "warm"),
        Message("tool", ""),
        Message("user", "so?"),
    )
    assert (seen.asked(), seen.response_format, seen.max_tokens) == ("so?", "json_schema", 9)


def test_anthropic_documents() -> None:
    """A document's plain text is read, wherever it is kept; pages in binary are not."""
    blocks = [
        {"type": "document", "source": {"type": "text", "data": "one"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "two"}]}},
        {"type": "document", "source": {"type": "base64", "data": "JVBE"}},
        {"type": "search_result", "content": [{"type": "text", "text": "three"}, {"type": "text"}, 5]},
        {"type": "image", "source": {"type": "base64", "data": "AAAA"}},
    ]
    (message,) = messages_of(body("messages", system="", messages=[{"role": "user", "content": blocks}]))
    assert message == Message("user", "one\ntwo\nthree", 0, 1)


def test_responses_items() -> None:
    """Messages, calls and their outputs; what else there is says nothing."""
    seen = view(
        "responses",
        instructions="be brief",
        max_output_tokens=7,
        text={"format": {"type": "json_object"}},
        input=[
            {"role": "developer", "content": "now"},
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "a"}, {"type": "input_image"}],
            },
            {"type": "reasoning", "summary": []},
            {"type": "function_call", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "output": "ok"},
            {"type": "computer_call_output", "output": [{"type": "input_image"}]},
            {"type": "item_reference", "id": "x"},
            {"content": "b"},
            "garbage",
        ],
    )
    assert seen.messages == (
        Message("system", "be brief"),
        Message("developer", "now"),
        Message("user", "a", 0, 1),
        Message("assistant", "", 1),
        Message("tool", "ok"),
        Message("tool", "", 0, 1),
        Message("user", "b"),
    )
    assert (seen.max_tokens, seen.response_format) == (7, "json_object")
    assert view("responses", input="hi").messages == (Message("user", "hi"),)


def test_what_the_provider_keeps() -> None:
    """An earlier response, a conversation or a container, by name; whatever else stands there is no name."""
    said = [{"role": "user", "content": "hi"}]
    assert view("responses", input="hi", previous_response_id="resp_1").state == "resp_1"
    assert view("responses", input="hi", conversation="conv_1").state == "conv_1"
    assert view("responses", input="hi", conversation={"id": "conv_1"}).state == "conv_1"
    assert view("messages", messages=said, container="container_1").state == "container_1"
    assert view("responses", input="hi", previous_response_id=None, conversation={"id": 7}).state == ""
    assert view("chat", messages=said, previous_response_id="resp_1").state == ""
    assert view("responses", input="hi", previous_response_id="r" * 257).state == ""


@pytest.mark.parametrize(
    ("prompt", "text"), [("a", "a"), (["a", "b"], "a\nb"), ([1, 2], ""), ([[1], [2]], ""), (None, "")]
)
def test_bare_prompts(prompt: Any, text: str) -> None:
    """Are one message of the user; token ids have no text."""
    assert view("completion", prompt=prompt).messages == (Message("user", text),)
    if prompt is not None:
        assert view("embedding", input=prompt).messages == (Message("user", text),)


def test_a_conversation_to_embed() -> None:
    """Is read like a chat."""
    assert view("embedding", messages=[{"role": "user", "content": "x"}]).messages == (Message("user", "x"),)


def test_text_of_any_content() -> None:
    """A string, parts, or nothing."""
    assert text_of("a") == "a"
    assert text_of([{"type": "text", "text": "a"}]) == "a"
    assert text_of(None) == ""


@given(
    st.sampled_from(["chat", "messages", "responses"]),
    st.lists(st.dictionaries(st.sampled_from(["role", "content", "type"]), GARBAGE, max_size=3), max_size=2),
    GARBAGE,
)
def test_garbage_is_never_an_error(operation: Operation, items: list[dict[str, Any]], part: Any) -> None:
    """Whatever stands where content, tools or formats should."""
    said = [{"role": part, "content": part}, {"type": part, "output": part}, {"content": [part]}, *items]
    asked = {"input": said} if operation == "responses" else {"messages": said}
    holder = {"format": part}
    seen = view(operation, **asked, tools=said, text=holder, output_config=part, response_format=holder)
    assert isinstance(seen.asked(), str)
    assert len(seen.tools) == len(said)


def test_the_class_that_a_caller_may_have() -> None:
    """Is whoever admits it to say; without that, everybody's."""
    made = body("chat", messages=[{"role": "user", "content": "hi"}], priority=-7)
    assert view_of(made, tenant="t", session="", headers={}).priority == "default"
    assert view_of(made, tenant="t", session="", headers={}, priority="critical").priority == "critical"
