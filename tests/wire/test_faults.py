"""Facts about engines' errors."""

from typing import Any

import orjson
import pytest

from wrp_router.wire.faults import MAX_MESSAGE, Fault, bounded, fault_in, fault_of, is_clean, loads

SHAPES: dict[str, tuple[Any, Fault]] = {
    "openai": (
        {"error": {"message": "m", "type": "invalid_request_error", "param": "p", "code": "c"}},
        Fault("m", "invalid_request_error", "p", "c"),
    ),
    "vllm": (
        {"error": {"message": "m", "type": "BadRequestError", "param": None, "code": 400}},
        Fault("m", "BadRequestError"),
    ),
    "sglang": ({"object": "error", "message": "m", "type": "Bad", "param": None, "code": 400}, Fault("m", "Bad")),
    "llama.cpp": (
        {"error": {"code": 503, "message": "m", "type": "unavailable_error"}},
        Fault("m", "unavailable_error"),
    ),
    "tgi": ({"error": "m", "error_type": "overloaded"}, Fault("m", "overloaded")),
    "ollama": ({"error": "m"}, Fault("m")),
    "anthropic": ({"type": "error", "error": {"type": "api_error", "message": "m"}}, Fault("m", "api_error")),
    "responses event": ({"type": "error", "code": "c", "message": "m", "param": None}, Fault("m", "error", None, "c")),
    "something": ({"error": ["?"]}, Fault("the engine reported an error")),
}
LOOSE: dict[str, tuple[Any, Fault]] = {
    "fastapi": ({"detail": "m"}, Fault("m")),
    "validation": (
        {"detail": [{"loc": ["body", "messages", 0], "msg": "bad"}, {"loc": None, "msg": "worse"}, 5]},
        Fault("messages.0: bad; worse", param="messages.0"),
    ),
    "a place that is none": (
        {"detail": [{"loc": ["body", [[1]], {"a": 1}, "messages", None, 0], "msg": "bad"}, {"loc": {}, "msg": "w"}]},
        Fault("messages.0: bad; w", param="messages.0"),
    ),
    "detail holding an error": ({"detail": {"error": {"message": "m"}}}, Fault("m")),
    "detail holding a message": ({"detail": {"message": "m"}}, Fault("m")),
    "message": ({"message": "m", "code": "c"}, Fault("m", code="c")),
}


@pytest.mark.parametrize(("tree", "fault"), SHAPES.values(), ids=SHAPES.keys())
def test_every_engines_shape_is_read(tree: Any, fault: Fault) -> None:
    """In a body as in an event."""
    assert fault_in(tree) == fault
    assert fault_of(orjson.dumps(tree)) == fault


@pytest.mark.parametrize(("tree", "fault"), LOOSE.values(), ids=LOOSE.keys())
def test_loose_shapes_count_only_beside_an_error_status(tree: Any, fault: Fault) -> None:
    """In an event they prove nothing."""
    assert fault_in(tree) is None
    assert fault_of(orjson.dumps(tree)) == fault


def test_a_place_that_is_deeper_than_the_stack() -> None:
    """Whatever an engine says, it is read without an error."""
    deep = b'{"detail":[{"loc":["body",%b],"msg":"bad"}]}' % (b"[" * 1000 + b"]" * 1000)
    assert fault_of(deep) == Fault("bad")


@pytest.mark.parametrize(
    "tree", [None, 5, "error", [], {}, {"error": None}, {"error": ""}, {"error": False}, {"message": {}}]
)
def test_what_is_no_error(tree: Any) -> None:
    """Has none."""
    assert fault_in(tree) is None
    assert fault_of(orjson.dumps(tree)) is None


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdEFGH1234",
        "sk-ant-api03-xyz_12345",
        "hf_abcdefghij",
        "gsk_12345678",
        "AIzaSyA1234567890abcdefghij",
        "Bearer abc.def.ghi",
    ],
)
def test_credentials_are_not_repeated(secret: str) -> None:
    """Some engines echo the key they did not like."""
    fault = fault_of(orjson.dumps({"error": {"message": f"Incorrect API key provided: {secret}."}}))
    assert fault is not None
    assert secret not in fault.message
    assert "[redacted]" in fault.message
    assert not is_clean(secret)


def test_messages_are_bounded() -> None:
    """Whatever an engine has to say."""
    assert len(bounded("x" * 10_000_000)) == MAX_MESSAGE
    assert bounded("a bearer token, a risk-free desk") == "a bearer token, a risk-free desk"
    assert is_clean("x" * MAX_MESSAGE)
    assert not is_clean("x" * (MAX_MESSAGE + 1))
    assert loads(b" " * 2_000_000 + b"{}") is None
