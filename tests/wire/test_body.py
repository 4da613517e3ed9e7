"""Facts about request bodies."""

import json
from contextlib import suppress
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import BadRequest
from wrp_router.wire.body import MAX_CHOICES, MAX_MODEL, decode, with_fields, with_model
from wrp_router.wire.words import Body
from wrp_signals.facts import Operation

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
HELLO = [{"role": "user", "content": "hello"}]
LEAST: dict[Operation, dict[str, Any]] = {
    "chat": {"model": "auto", "messages": HELLO},
    "completion": {"model": "auto", "prompt": "hello"},
    "embedding": {"model": "auto", "input": "hello"},
    "responses": {"model": "auto", "input": "hello"},
    "messages": {"model": "auto", "messages": HELLO},
}
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
READ = (
    "messages",
    "input",
    "prompt",
    "tools",
    "functions",
    "stream",
    "n",
    "max_tokens",
    "temperature",
    "text",
    "system",
)


def body(operation: Operation = "chat", **changes: Any) -> Body:
    return decode(operation, json.dumps({**LEAST[operation], **changes}).encode())


def refused(operation: Operation, **changes: Any) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        body(operation, **changes)
    return caught.value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_least_request_of_each_api_decodes(operation: Operation) -> None:
    """Model and something to answer suffice."""
    decoded = body(operation)
    assert (decoded.operation, decoded.model, decoded.stream, decoded.choices) == (operation, "auto", False, 1)
    assert decoded.tree == LEAST[operation]
    assert list(decoded.fields) == list(LEAST[operation])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_unknown_fields_survive(operation: Operation) -> None:
    """What we do not read is neither checked nor changed."""
    strange = {"top_k": -1, "guided_json": {"a": [None]}, "cache_salt": "x", "chat_template_kwargs": None}
    decoded = body(operation, **strange)
    assert orjson.loads(with_model(decoded, "other")) == {**LEAST[operation], **strange, "model": "other"}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "model", [None, "", "x" * (MAX_MODEL + 1), "a\nb", "a\x00", "\u2028", 5, ["a"], {"a": 1}, True]
)
def test_models_have_printable_names(operation: Operation, model: Any) -> None:
    """A missing, empty, endless or unprintable model is the caller's mistake."""
    assert refused(operation, model=model).param == "model"


@pytest.mark.parametrize("model", ["gpt-4o", "org/model:tag", "模型", "x" * MAX_MODEL])
def test_models_may_be_named_freely(model: str) -> None:
    """Slashes, colons and other scripts are fine."""
    assert body(model=model).model == model


@pytest.mark.parametrize(
    ("operation", "field"), [("chat", "messages"), ("messages", "messages"), ("embedding", "input")]
)
def test_there_must_be_something_to_answer(operation: Operation, field: str) -> None:
    """Missing and null are the same."""
    error = refused(operation, **{field: None})
    assert (error.param, error.code) == (field, "missing_required_parameter")


@pytest.mark.parametrize(
    ("operation", "field", "value", "param", "code"),
    [
        ("chat", "messages", [], "messages", "empty_array"),
        ("chat", "messages", "hi", "messages", "invalid_type"),
        ("chat", "messages", [HELLO[0], 5], "messages[1]", "invalid_type"),
        ("messages", "messages", [None], "messages[0]", "invalid_type"),
        ("messages", "system", 5, "system", "invalid_type"),
        ("chat", "stream", "yes", "stream", "invalid_type"),
        ("chat", "stream", 1, "stream", "invalid_type"),
        ("chat", "n", True, "n", "invalid_type"),
        ("chat", "n", 1.0, "n", "invalid_type"),
        ("chat", "n", 0, "n", "integer_below_min_value"),
        ("completion", "n", MAX_CHOICES + 1, "n", "integer_above_max_value"),
        ("chat", "n", 10**30, "n", "integer_above_max_value"),
        ("chat", "max_tokens", 10**20, "max_tokens", "integer_above_max_value"),
        ("chat", "max_tokens", -(10**20), "max_tokens", "integer_below_min_value"),
        ("chat", "max_tokens", 5.5, "max_tokens", "invalid_type"),
        ("chat", "max_tokens", -1, "max_tokens", "integer_below_min_value"),
        ("chat", "max_completion_tokens", "5", "max_completion_tokens", "invalid_type"),
        ("responses", "max_output_tokens", 1.5, "max_output_tokens", "invalid_type"),
        ("chat", "temperature", "hot", "temperature", "invalid_type"),
        ("chat", "temperature", True, "temperature", "invalid_type"),
        ("chat", "tools", {}, "tools", "invalid_type"),
        ("messages", "tools", ["x"], "tools[0]", "invalid_type"),
        ("chat", "response_format", "json", "response_format", "invalid_type"),
        ("chat", "stream_options", [], "stream_options", "invalid_type"),
        ("responses", "input", 5, "input", "invalid_type"),
        ("responses", "text", "plain", "text", "invalid_type"),
        ("responses", "background", 1, "background", "invalid_type"),
        ("responses", "background", True, "background", "unsupported_parameter"),
        ("responses", "instructions", {}, "instructions", "invalid_type"),
        ("embedding", "input", 5, "input", "invalid_type"),
        ("embedding", "input", [], "input", "empty_array"),
        ("embedding", "input", ["a", 5], "input", "invalid_type"),
        ("embedding", "input", [{"a": 1}], "input", "invalid_type"),
        ("completion", "prompt", {}, "prompt", "invalid_type"),
        ("completion", "prompt", [None], "prompt", "invalid_type"),
    ],
)
def test_what_we_read_is_checked(operation: Operation, field: str, value: Any, param: str, code: str) -> None:
    """A wrong type names the field that has it."""
    error = refused(operation, **{field: value})
    assert (error.param, error.code) == (param, code)
    assert param in error.message


def test_in_the_background_as_a_stream() -> None:
    """Its events come all the same. Whole, it would only be a name, and the answer at a path that is not here."""
    assert body("responses", background=True, stream=True).stream
    assert not body("responses", background=False).stream


def test_null_is_as_good_as_absent() -> None:
    """Clients send null for what they do not set."""
    names = ("stream", "n", "max_tokens", "temperature", "tools", "response_format", "stream_options")
    decoded = body(**dict.fromkeys(names))
    assert (decoded.stream, decoded.choices) == (False, 1)


@pytest.mark.parametrize(
    ("prompt", "n", "choices"),
    [
        ("one", None, 1),
        ("one", 3, 3),
        (["one", "two"], None, 2),
        (["one", "two"], 3, 6),
        ([1, 2, 3], None, 1),
        ([[1, 2], [3], [4]], 2, 6),
        (None, 2, 2),
    ],
)
def test_choices_of_a_completion(prompt: Any, n: int | None, choices: int) -> None:
    """n answers to each prompt; a list of token ids is one prompt."""
    assert body("completion", prompt=prompt, n=n).choices == choices


def test_choices_of_the_others() -> None:
    """Only chat and completions know `n`."""
    assert body("chat", n=4).choices == 4
    assert body("messages", n=4).choices == 1
    assert body("responses", n=4).choices == 1


@pytest.mark.parametrize("given_input", ["a", ["a", "b"], [1, 2], [[1], [2, 3]]])
def test_inputs_to_embed(given_input: Any) -> None:
    """Text, texts, token ids, or several lists of them."""
    assert body("embedding", input=given_input).tree["input"] == given_input


def test_a_conversation_can_be_embedded() -> None:
    """vLLM takes `messages` in place of `input`."""
    assert decode("embedding", orjson.dumps({"model": "m", "messages": HELLO})).choices == 1


def test_the_same_model_costs_nothing() -> None:
    """The original bytes object is handed on."""
    raw = b'{ "messages": [{"role":"user","content":"x"}] , "model":"a" }'
    decoded = decode("chat", raw)
    assert with_model(decoded, "a") is raw


def test_another_model_changes_only_the_model() -> None:
    """Order and every other value's spelling stay, down to the digits."""
    raw = b'{"seed": 1.50,\n "model" : "a", "caf\xc3\xa9": 18446744073709551616, "messages":[ {"content":"\\u0041"} ]}'
    changed = with_model(decode("chat", raw), 'b"c')
    assert changed == (
        b'{"seed":1.50,"model":"b\\"c","caf\xc3\xa9":18446744073709551616,"messages":[ {"content":"\\u0041"} ]}'
    )


def test_fields_can_be_replaced_and_added() -> None:
    """Replaced in place, added at the end."""
    changed = with_fields(body(stream=True), {"stream": b"false", "stream_options": b'{"include_usage":true}'})
    assert list(orjson.loads(changed)) == ["model", "messages", "stream", "stream_options"]
    assert orjson.loads(changed)["stream"] is False


def test_fields_may_be_left_out() -> None:
    """By None; those that are not there are no matter."""
    body = decode("chat", b'{"a":1,"model":"m","messages":[{"role":"user","content":"x"}],"z":2}')
    assert with_fields(body, {"a": None, "z": None, "absent": None, "new": b"3"}) == (
        b'{"model":"m","messages":[{"role":"user","content":"x"}],"new":3}'
    )


@given(st.sampled_from(OPERATIONS), st.dictionaries(st.sampled_from(READ) | st.text(max_size=5), GARBAGE, max_size=5))
def test_any_json_decodes_or_is_a_bad_request(operation: Operation, changes: dict[str, Any]) -> None:
    """No JSON object raises anything else, and what decodes survives a change of model."""
    raw = json.dumps({**LEAST[operation], **changes, "model": "auto"}).encode()
    with suppress(BadRequest):
        decoded = decode(operation, raw)
        assert decoded.choices >= 1
        assert orjson.loads(with_model(decoded, "other")) == {**orjson.loads(raw), "model": "other"}


@given(st.sampled_from(OPERATIONS), st.binary(max_size=64), st.integers(0, 60), st.binary(max_size=4))
def test_any_bytes_decode_or_are_a_bad_request(operation: Operation, raw: bytes, at: int, patch: bytes) -> None:
    """Nor do arbitrary bytes, or a good body with arbitrary bytes written over it."""
    good = orjson.dumps(LEAST[operation])
    for candidate in (raw, good[:at] + patch + good[at + len(patch) :]):
        with suppress(BadRequest):
            assert decode(operation, candidate).raw is candidate
