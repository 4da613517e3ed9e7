"""Facts about errors in the caller's dialect."""

import math
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import BadRequest, NotFound, Overloaded, RouterError, UpstreamFailed
from wrp_router.wire.errors import body_of, event_of, headers_of, normalise, of_request, status_of
from wrp_router.wire.faults import Fault
from wrp_router.wire.sse import data_of, name_of
from wrp_signals.facts import Operation

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
OPENAI_KEYS = ["message", "type", "param", "code"]


class TooMany(RouterError):
    status, kind, code = 429, "rate_limit_error", "rate_limit_exceeded"


def shaped(operation: Operation, status: int, raw: bytes, content_type: str = "application/json") -> dict[str, Any]:
    tree: dict[str, Any] = orjson.loads(normalise(operation, status, raw, content_type, "req_1"))
    return tree


def test_our_errors_in_openai_shape() -> None:
    """All four keys, always."""
    error = BadRequest("no", code="invalid_value", param="n")
    expected = {"message": "no", "type": "invalid_request_error", "param": "n", "code": "invalid_value"}
    assert orjson.loads(body_of("chat", error, "req_1")) == {"error": expected}
    assert status_of("chat", error) == 400


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (BadRequest("x"), 400, "invalid_request_error"),
        (NotFound("x"), 404, "not_found_error"),
        (TooMany("x"), 429, "rate_limit_error"),
        (Overloaded("x"), 529, "overloaded_error"),
        (UpstreamFailed("x"), 502, "api_error"),
    ],
)
def test_our_errors_in_anthropic_shape(error: RouterError, status: int, kind: str) -> None:
    """Type by status; overload is 529; the request's id is in the body."""
    assert status_of("messages", error) == status
    expected = {"type": "error", "error": {"type": kind, "message": "x"}, "request_id": "req_1"}
    assert orjson.loads(body_of("messages", error, "req_1")) == expected


def test_overload_is_503_elsewhere() -> None:
    """Only Anthropic has a status of its own."""
    assert [status_of(operation, Overloaded("x")) for operation in OPERATIONS].count(503) == len(OPERATIONS) - 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_error_events(operation: Operation) -> None:
    """One event, in the shape at which the dialect's client raises, and no [DONE]."""
    event = event_of(operation, UpstreamFailed("cut off", code="upstream_stream_interrupted"), "req_1")
    assert event.endswith(b"\n\n")
    assert event.count(b"\n\n") == 1
    tree = orjson.loads(data_of(event))
    assert tree["error"]["message"] == "cut off"
    assert name_of(event) == (b"error" if operation in ("messages", "responses") else b"")
    if operation != "messages":
        assert list(tree["error"]) == OPENAI_KEYS
        assert tree["error"]["code"] == "upstream_stream_interrupted"


@pytest.mark.parametrize(
    ("wait", "seconds", "milliseconds"),
    [
        (None, "1", "1000"),
        (0.25, "1", "250"),
        (1.5, "2", "1500"),
        (30, "30", "30000"),
        (0, "1", "1"),
        (-5, "1", "1"),
        (math.nan, "1", "1000"),
        (math.inf, "86400", "86400000"),
    ],
)
def test_when_to_come_back(wait: float | None, seconds: str, milliseconds: str) -> None:
    """Both headers, the first a whole number of at least 1 (SDKs ignore 0)."""
    for error in (Overloaded("x", retry_after=wait), TooMany("x", retry_after=wait)):
        assert headers_of(error) == [("retry-after", seconds), ("retry-after-ms", milliseconds)]


def test_whether_to_come_back() -> None:
    """Not once we have spent our own retries."""
    assert headers_of(UpstreamFailed("x", final=True)) == [("x-should-retry", "false")]
    assert headers_of(Overloaded("x", final=True))[-1] == ("x-should-retry", "false")
    assert headers_of(BadRequest("x")) == []


def test_undecodable_bytes_in_a_message() -> None:
    """Do not keep the error from being told."""
    error = NotFound("no model caf\udce9")
    assert orjson.loads(body_of("chat", error, "r"))["error"]["message"] == "no model caf?"
    assert orjson.loads(body_of("messages", error, "r"))["error"]["message"] == "no model caf?"
    assert b"caf?" in event_of("responses", error, "r")


RIGHT = b'{ "error" : {"message":"m","type":"t","param":null,"code":"c","extra":1} }'
RIGHT_ANTHROPIC = b'{"type":"error","error":{"type":"api_error","message":"m"},"request_id":"req_x"}'


def test_what_is_right_is_not_touched() -> None:
    """The engine's bytes themselves."""
    assert normalise("chat", 400, RIGHT, "application/json", "r") is RIGHT
    assert normalise("messages", 500, RIGHT_ANTHROPIC, "application/json", "r") is RIGHT_ANTHROPIC


def test_what_is_right_elsewhere_is_translated() -> None:
    """Between the dialects, with the words kept."""
    assert shaped("messages", 400, RIGHT)["error"] == {"type": "invalid_request_error", "message": "m"}
    assert shaped("chat", 500, RIGHT_ANTHROPIC)["error"]["type"] == "api_error"
    assert shaped("messages", 529, b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}') == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "m"},
        "request_id": "req_1",
    }


@pytest.mark.parametrize(
    ("status", "raw", "expected"),
    [
        (
            400,
            b'{"error":{"message":"m","type":"BadRequestError","param":"n","code":400}}',
            ["m", "invalid_request_error", "n", None],
        ),
        (
            404,
            b'{"object":"error","message":"The model `x` is not here.","type":"NotFoundError","param":null,"code":404}',
            ["The model `x` is not here.", "invalid_request_error", None, "model_not_found"],
        ),
        (
            400,
            b'{"object":"error","message":"This model\'s maximum context length is 8 tokens"}',
            [
                "This model's maximum context length is 8 tokens",
                "invalid_request_error",
                None,
                "context_length_exceeded",
            ],
        ),
        (
            400,
            b'{"object":"error","message":"The input is longer than the model\'s context length (8)."}',
            [
                "The input is longer than the model's context length (8).",
                "invalid_request_error",
                None,
                "context_length_exceeded",
            ],
        ),
        (
            400,
            b'{"error":{"code":400,"message":"m","type":"exceed_context_size_error"}}',
            ["m", "exceed_context_size_error", None, "context_length_exceeded"],
        ),
        (
            503,
            b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
            ["Loading model", "unavailable_error", None, None],
        ),
        (
            429,
            b'{"error":"Model is overloaded","error_type":"overloaded"}',
            ["Model is overloaded", "overloaded", None, "rate_limit_exceeded"],
        ),
        (401, b'{"detail":"Unauthorized"}', ["Unauthorized", "authentication_error", None, "invalid_api_key"]),
        (
            422,
            b'{"detail":[{"loc":["body","n"],"msg":"too big","type":"x"}]}',
            ["n: too big", "invalid_request_error", "n", None],
        ),
        (403, b'{"message":"no"}', ["no", "permission_error", None, None]),
        (
            500,
            b'{"error":{}}',
            ["the engine answered 500 with a body that says nothing readable", "server_error", None, None],
        ),
    ],
)
def test_engines_errors_become_openai_errors(status: int, raw: bytes, expected: list[Any]) -> None:
    """Message kept, type and code in OpenAI's words."""
    assert shaped("chat", status, raw) == {"error": dict(zip(OPENAI_KEYS, expected, strict=True))}


@pytest.mark.parametrize(
    ("raw", "content_type", "message"),
    [
        (b"", "application/json", "the engine answered 502 without a body"),
        (b" \n", "text/plain", "the engine answered 502 without a body"),
        (b"<html><script>alert(1)</script>", "text/html", "the engine answered 502 with a page of markup"),
        (b"  <?xml?>", "application/xml", "the engine answered 502 with a page of markup"),
        (b"oops", "TEXT/HTML; charset=utf-8", "the engine answered 502 with a page of markup"),
        (b"upstream connect error\n", "text/plain; charset=utf-8", "upstream connect error"),
        (b"Internal Server Error", "", "Internal Server Error"),
        (b"bad key sk-1234567890abc", "text/plain", "bad key [redacted]"),
        (b'{"error":{"mess', "text/plain", "the engine answered 502 with a body that says nothing readable"),
        (b"oops", "application/json", "the engine answered 502 with a body that says nothing readable"),
        (b"\x00\x01", "text/plain", "the engine answered 502 with a body that says nothing readable"),
        (b'"quoted"', "application/json", "the engine answered 502 with a body that says nothing readable"),
    ],
)
@pytest.mark.parametrize("operation", ["chat", "messages"])
def test_bodies_that_are_no_errors(operation: Operation, raw: bytes, content_type: str, message: str) -> None:
    """Plain text is kept, markup and scraps are not echoed."""
    assert shaped(operation, 502, raw, content_type)["error"]["message"] == message


def test_secrets_in_a_right_body_are_removed() -> None:
    """Right shape or not."""
    raw = RIGHT.replace(b'"m"', b'"Incorrect API key provided: sk-proj-0123456789"')
    assert "sk-proj" not in shaped("chat", 401, raw)["error"]["message"]


def test_huge_errors_are_cut() -> None:
    """A message is at most 4 KiB, a body of megabytes is not even parsed."""
    assert len(shaped("chat", 500, RIGHT.replace(b'"m"', b'"' + b"m" * 100_000 + b'"'))["error"]["message"]) == 4096
    assert "readable" in shaped("chat", 500, b'{"a":"' + b"m" * 2_000_000 + b'"}')["error"]["message"]


@given(st.sampled_from(OPERATIONS), st.integers(400, 599), st.binary(max_size=60), st.text(max_size=10))
def test_any_body_becomes_an_error(operation: Operation, status: int, raw: bytes, content_type: str) -> None:
    """In the caller's dialect, whatever the engine sent."""
    for body in (raw, b'{"error":{"message":' + raw + b"}}", orjson.dumps({"detail": content_type})):
        tree = shaped(operation, status, body, content_type)
        assert isinstance(tree["error"]["message"], str)
        assert tree["error"]["message"]
        assert list(tree["error"]) == (["type", "message"] if operation == "messages" else OPENAI_KEYS)


def test_a_prompt_that_a_stream_calls_too_long() -> None:
    """That is the request's fault, in the caller's dialect. Nothing else is, whatever number it has."""
    fault = Fault("This model's maximum context length is 8 tokens", "BadRequestError")
    body = of_request("chat", fault, "req")
    assert body is not None
    assert orjson.loads(body)["error"] == {
        "message": fault.message,
        "type": "invalid_request_error",
        "param": None,
        "code": "context_length_exceeded",
    }
    anthropic = of_request("messages", fault, "req")
    assert anthropic is not None
    assert orjson.loads(anthropic)["error"] == {"type": "invalid_request_error", "message": fault.message}
    assert of_request("chat", Fault("EngineCore encountered an issue", "BadRequestError"), "req") is None
    assert of_request("chat", None, "req") is None


@pytest.mark.parametrize(
    ("code", "blamed"),
    [("invalid_prompt", True), ("image_parse_error", True), ("server_error", False), ("rate_limit_exceeded", False)],
)
def test_what_the_responses_api_calls_invalid(code: str, blamed: bool) -> None:
    """By its code, and there alone."""
    fault = Fault("It cannot be read.", code=code)
    body = of_request("responses", fault, "req")
    assert (body is not None) == blamed
    if body is not None:
        error = orjson.loads(body)["error"]
        assert (error["type"], error["code"]) == ("invalid_request_error", code)
    assert of_request("chat", fault, "req") is None
