"""Error bodies of each engine."""

import json

import pytest

from wrp_router.fakes.errors_api import body, in_stream
from wrp_router.fakes.sse import Kind

OVERLOADED = [
    ("openai", {"error": {"message": "m", "type": "server_error", "param": None, "code": None}}),
    ("vllm", {"error": {"message": "m", "type": "ServiceUnavailableError", "param": None, "code": 503}}),
    (
        "sglang",
        {"object": "error", "message": "m", "type": "ServiceUnavailableError", "param": None, "code": 503},
    ),
    ("trtllm", {"object": "error", "message": "m", "type": "ServiceUnavailableError", "param": None, "code": 503}),
    ("llamacpp", {"error": {"code": 503, "message": "m", "type": "unavailable_error"}}),
    ("tgi", {"error": "m", "error_type": "overloaded"}),
    ("anthropic", {"type": "error", "error": {"type": "overloaded_error", "message": "m"}, "request_id": "req_fake"}),
]


@pytest.mark.parametrize(("shape", "expected"), OVERLOADED)
def test_overload_in_each_shape(shape, expected):
    """A 503 as each engine writes it."""
    kind, raw = body(shape, 503, "m")
    assert (kind, json.loads(raw)) == ("application/json", expected)


def test_pages_and_nothing():
    """What proxies in front of engines answer."""
    assert body("html", 502, "bad gateway")[0] == "text/html"
    assert b"<h1>502</h1>" in body("html", 502, "bad gateway")[1]
    assert body("empty", 500, "m")[1] == b""


@pytest.mark.parametrize(
    ("shape", "status", "code", "path", "value"),
    [
        ("openai", 404, "", "error.code", "model_not_found"),
        ("openai", 429, "", "error.type", "rate_limit_error"),
        ("openai", 429, "insufficient_quota", "error.type", "insufficient_quota"),
        ("openai", 400, "context_length_exceeded", "error.code", "context_length_exceeded"),
        ("openai", 400, "", "error.type", "invalid_request_error"),
        ("vllm", 500, "", "error.type", "InternalServerError"),
        ("llamacpp", 400, "context_length_exceeded", "error.type", "exceed_context_size_error"),
        ("llamacpp", 500, "", "error.type", "server_error"),
        ("tgi", 422, "", "error_type", "validation"),
        ("tgi", 500, "", "error_type", "generation"),
        ("anthropic", 529, "", "error.type", "overloaded_error"),
        ("anthropic", 500, "", "error.type", "api_error"),
        ("anthropic", 500, "timeout_error", "error.type", "timeout_error"),
        ("anthropic", 429, "enforced_spend_limit_reached", "error.details.error_code", "enforced_spend_limit_reached"),
    ],
)
def test_codes_and_types(shape, status, code, path, value):
    """The field that says what happened."""
    found = json.loads(body(shape, status, "m", code)[1])
    for name in path.split("."):
        found = found[name]
    assert found == value


def test_errors_inside_streams():
    """Well-formed, and in the two shapes that SDKs overlook."""
    named, bare = (in_stream("anthropic", how, 500, "m") for how in ("named", "bare"))
    assert (named.name, bare.name) == ("error", "")
    assert named.data == bare.data
    assert named.kind is Kind.TEXT
    assert "error" in json.loads(in_stream("openai", "named", 500, "m").data)
    assert json.loads(in_stream("openai", "bare", 500, "m").data)["object"] == "error"
    assert json.loads(in_stream("sglang", "named", 500, "m").data)["error"]["object"] == "error"
    assert "error" in json.loads(in_stream("html", "named", 500, "m").data)
