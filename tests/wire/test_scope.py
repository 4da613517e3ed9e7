"""Facts about who may share a cached answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.body import decode
from wrp_router.wire.scope import KEY_SIZE, cacheable, exact_key, partition
from wrp_router.wire.words import Body
from wrp_signals.facts import Operation

SECRET = b"s" * 32
HELLO = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
TOOL = [{"type": "function", "function": {"name": "f"}}]


def body(operation: Operation = "chat", **fields: Any) -> Body:
    return decode(operation, json.dumps({"model": "m", "messages": HELLO, **fields}).encode())


def key(asked: Body, tenant: str = "acme", secret: bytes = SECRET, variant: str = "") -> bytes:
    return exact_key(asked, tenant, secret, variant=variant)


def part(
    asked: Body, tenant: str = "acme", route: str = "r", embedder: str = "e", secret: bytes = SECRET
) -> bytes | None:
    return partition(asked, tenant, route, embedder, secret)


def asking(text: Any, **more: Any) -> list[dict[str, Any]]:
    return [HELLO[0], {"role": "user", "content": text, **more}]


def test_the_same_request_has_the_same_key() -> None:
    """Whatever the order of its fields and whoever within the tenant asks."""
    one = decode("chat", b'{"model":"m","messages":[{"role":"user","content":"x"}],"seed":1,"user":"a"}')
    other = decode("chat", b'{ "user": "b", "seed": 1, "messages": [{"role":"user","content":"x"}], "model": "m" }')
    assert key(one) == key(other)
    assert len(key(one)) == KEY_SIZE


@pytest.mark.parametrize(
    "field",
    ["user", "metadata", "store", "safety_identifier", "prompt_cache_key", "service_tier", "prompt_cache_retention"],
)
def test_fields_that_do_not_shape_the_answer(field: str) -> None:
    """Are not part of the identity."""
    assert key(body(**{field: None})) == key(body())
    assert part(body(**{field: None})) == part(body())


@pytest.mark.parametrize(
    "field", ["user", "metadata", "safety_identifier", "prompt_cache_key", "service_tier", "prompt_cache_retention"]
)
def test_what_a_response_repeats_is_part_of_the_answer(field: str) -> None:
    """A Responses object says again who asked, and under which marks: another's are another answer."""
    plain = body("responses", input="x", store=False)
    one, other = (body("responses", input="x", store=False, **{field: {"of": name}}) for name in ("ann", "bob"))
    assert len({key(plain), key(one), key(other)}) == 3
    assert len({part(plain), part(one), part(other)}) == 3
    assert key(body("chat", **{field: "ann"})) == key(body("chat", **{field: "bob"}))


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"stream": True},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"n": 2},
        {"top_p": 0.5},
        {"seed": 1},
        {"stop": ["x"]},
        {"logprobs": True},
        {"max_tokens": 5},
        {"response_format": {"type": "json_object"}},
        {"temperature": 0},
        {"temperature": 0.5},
        {"unknown_field": 0},
        {"messages": [{"role": "system", "content": "be long"}, HELLO[1]]},
        {"messages": [HELLO[0], HELLO[1], {"role": "assistant", "content": "x"}, HELLO[1]]},
        {"messages": asking([{"type": "text", "text": "hello"}])},
        {"messages": asking("hello", name="bob")},
    ],
    ids=json.dumps,
)
def test_whatever_shapes_the_answer_is_part_of_both_identities(change: dict[str, Any]) -> None:
    """Sampling, format, stream shape, system prompt, earlier turns, and all that we do not know."""
    assert key(body(**change)) != key(body())
    assert part(body(**change)) not in (None, part(body()))


def test_scopes_never_meet() -> None:
    """Tenant, secret, dialect, variant, route and embedder separate; so do the two kinds of identity."""
    same, other = body(), body("messages")
    keys = {
        key(same),
        key(same, "b"),
        key(same, secret=b"t"),
        key(same, secret=b"u" * 99),
        key(other),
        key(same, variant="v"),
    }
    keys |= {key(same, "acme\n"), key(same, 'acme","')}
    assert len(keys) == 8
    parts = {
        part(same),
        part(same, "b"),
        part(same, route="q"),
        part(same, embedder="f"),
        part(same, secret=b"t"),
        part(other),
    }
    assert len(parts) == 6
    assert not keys & parts


def test_only_the_last_question_may_differ() -> None:
    """Two questions share a partition, not a key."""
    one, other = body(messages=asking("one")), body(messages=asking("other"))
    assert key(one) != key(other)
    assert part(one) == part(other)
    blocks = [asking([{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]) for text in ("a", "b")]
    assert part(body("messages", messages=blocks[0])) == part(body("messages", messages=blocks[1])) is not None


def test_spellings_of_the_defaults_share_a_partition() -> None:
    """0 and 0.0, absent and null and false, 1 and absent."""
    assert part(body(temperature=0)) == part(body(temperature=0.0))
    assert part(body(temperature=1)) == part(body(temperature=None)) == part(body())
    assert part(body(stream=False)) == part(body(stream=None)) == part(body())


@pytest.mark.parametrize(
    "messages",
    [
        [HELLO[0]],
        [HELLO[1], {"role": "assistant", "content": "hi"}],
        asking(""),
        asking([]),
        asking(None),
        asking([{"type": "image_url", "image_url": {"url": "data:,x"}}]),
        asking([{"type": "text", "text": "x"}, {"type": "input_audio", "input_audio": {}}]),
        asking([{"type": "text", "text": "x", "unknown": 1}]),
        asking([{"type": "text", "text": None}]),
        asking([{"type": "refusal", "text": "x"}]),
        asking(["bare"]),
        asking([{"type": "tool_result", "content": "42"}]),
    ],
    ids=json.dumps,
)
def test_what_is_not_a_plain_question_has_no_partition(messages: list[Any]) -> None:
    """Only a user's text can be compared by meaning."""
    assert part(body(messages=messages)) is None


def test_a_repeated_key_in_the_question_has_no_partition() -> None:
    """The engine might answer the content that we did not embed."""
    raw = b'{"model":"m","messages":[{"role":"user","content":"evil","content":"nice"}]}'
    assert part(decode("chat", raw)) is None
    parts = b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"evil","text":"nice"}]}]}'
    assert part(decode("chat", parts)) is None


@pytest.mark.parametrize("operation", ["completion", "embedding"])
def test_other_apis_have_no_partition(operation: Operation) -> None:
    """They are cached exactly or not at all."""
    asked = body(operation, prompt="x", input="x")
    assert cacheable(asked)
    assert part(asked) is None


def test_responses_are_cacheable_only_without_memory() -> None:
    """They are stored by default; nothing that is may come from elsewhere."""
    assert not cacheable(body("responses", input="x"))
    free = body("responses", input="x", store=False)
    assert cacheable(free)
    assert part(free) == part(body("responses", input="y", store=False)) is not None
    assert part(body("responses", input="", store=False)) is None
    assert part(body("responses", store=False)) is None
    items = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}]
    assert part(body("responses", input=items, store=False)) not in (None, part(free))
    for reference in ({"type": "item_reference", "id": "x"}, {"type": "computer_call"}):
        assert not cacheable(body("responses", input=[reference], store=False))
    assert part(body("responses", input=["bare"], store=False)) is None


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("chat", {"tools": TOOL}),
        ("chat", {"functions": [{"name": "f"}]}),
        ("chat", {"web_search_options": {"a": 1}}),
        ("chat", {"search_parameters": {"mode": "auto"}}),
        ("chat", {"search_settings": {"include_domains": []}}),
        ("chat", {"enable_search": True}),
        ("chat", {"data_sources": [{"type": "azure_search"}]}),
        ("chat", {"store": True}),
        ("chat", {"audio": {"voice": "x"}}),
        ("messages", {"tools": TOOL}),
        ("messages", {"container": "c"}),
        ("messages", {"mcp_servers": [{}]}),
        ("messages", {"context_management": {"edits": []}}),
        ("responses", {"store": False, "previous_response_id": "r"}),
        ("responses", {"store": False, "conversation": "c"}),
        ("responses", {"store": False, "background": True, "stream": True}),
        ("responses", {"store": False, "tools": TOOL}),
    ],
)
def test_what_lives_outside_the_request_forbids_caching(operation: Operation, fields: dict[str, Any]) -> None:
    """Tools, the web, the engine's memory."""
    asked = body(operation, **fields)
    assert not cacheable(asked)
    assert part(asked) is None


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}], True),
        ([{"type": "input_image", "image_url": "data:image/png;base64,AA"}], True),
        ([{"type": "image_url", "image_url": {"url": "https://example.org/today.png"}}], False),
        ([{"type": "image_url"}], False),
        ([{"type": "image", "source": {"type": "base64", "data": "AA"}}], True),
        ([{"type": "image", "source": {"type": "url", "url": "https://example.org"}}], False),
        ([{"type": "document"}], False),
        ([{"type": "file", "file": {"file_id": "x"}}], False),
        ([{"type": "tool_result", "content": [{"type": "text", "text": "x"}]}], True),
        ([{"type": "tool_result", "content": [{"type": "image", "source": {"type": "file"}}]}], False),
        ([{"type": ["text"]}], False),
        ([{"text": "look", "type": "text"}, {"image_url": "https://example.org/today.png"}], False),
        ([{"role": "user", "video_url": "https://example.org/today.mp4"}], False),
        ([{"text": "untyped"}], False),
        ([{"type": "tool_result", "content": [{"image_url": "https://example.org/today.png"}]}], False),
        ([5], False),
        (["bare"], True),
        (None, True),
    ],
    ids=json.dumps,
)
def test_content_must_be_self_contained(content: Any, allowed: bool) -> None:
    """What is behind a URL or an id may be something else tomorrow."""
    assert cacheable(body(messages=asking(content))) is allowed


@pytest.mark.parametrize(
    ("output", "allowed"),
    [
        ("42", True),
        ([{"type": "input_text", "text": "42"}], True),
        ([{"type": "input_image", "image_url": "data:image/png;base64,AA"}], True),
        ([{"type": "input_image", "image_url": "https://example.org/today.png"}], False),
        ([{"type": "input_image", "file_id": "file-1"}], False),
        ([{"type": "input_file", "file_id": "file-1"}], False),
    ],
    ids=json.dumps,
)
def test_what_a_tool_answered_must_be_self_contained(output: Any, allowed: bool) -> None:
    """The Responses API calls it output, and it may hold images and files."""
    said = {"type": "function_call_output", "call_id": "c", "output": output}
    asked = {"role": "user", "content": "what is it?"}
    assert cacheable(body("responses", input=[said, asked], store=False)) is allowed


def test_an_earlier_spoken_answer_is_not_self_contained() -> None:
    """It is referred to by its id."""
    assert not cacheable(body(messages=[{"role": "assistant", "content": None, "audio": {"id": "x"}}, HELLO[1]]))


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.integers(0, 9), max_size=3), st.text(), st.text())
def test_identities_tell_all_fields_apart(fields: dict[str, Any], one: str, other: str) -> None:
    """No two different requests have one key, and no two different contexts one partition."""
    base = {f"x_{name}": value for name, value in fields.items()}
    plain, first, second = body(**base), body(**base, y=one), body(**base, y=other)
    assert len({key(plain), key(first), key(second)}) == (2 if one == other else 3)
    assert len({part(plain), part(first), part(second)}) == (2 if one == other else 3)
