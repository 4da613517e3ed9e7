"""What an engine answers, as data: routes, refusals, replies of each API."""

import base64
import json

import pytest

from wrp_router.fakes.acts import Streamed, Whole
from wrp_router.fakes.faults import NO_FAULTS, parse
from wrp_router.fakes.http1 import Request
from wrp_router.fakes.service import Order, Service, identity_headers
from wrp_router.fakes.sse import Kind

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hello there"}]}


def service(**more) -> Service:
    given = {"models": ("m", "org/m2"), "dialect": "vllm", "dim": 8, "context": 0, "api_key": "", **more}
    return Service(**given)


def take(path: str, body=None, faults: str = "", method: str = "", headers=None, **more):
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = Request(method or ("GET" if body is None else "POST"), path, headers or {}, raw)
    return service(**more).take(request, parse(faults) if faults else NO_FAULTS)


def whole(taken, cached: int = 0) -> dict:
    reply = taken.reply(cached) if isinstance(taken, Order) else taken
    return json.loads(reply.body)


def events(taken, cached: int = 0) -> list:
    reply = taken.reply(cached)
    assert isinstance(reply, Streamed)
    return list(reply.events)


def test_the_models_list_and_one_model():
    """Names may contain slashes; the context length is told where there is one."""
    assert [card["id"] for card in whole(take("/v1/models"))["data"]] == ["m", "org/m2"]
    assert whole(take("/v1/models/org%2Fm2", context=100))["max_model_len"] == 100
    assert take("/v1/models/nope").status == 404


@pytest.mark.parametrize(("path", "body"), [("/health", b""), ("/ping", b""), ("/version", b'{"version":"0.0.0"}')])
def test_health(path, body):
    """Answered without a key."""
    assert take(path).body == body
    assert take("/health", api_key="secret").status == 200


def test_chat_whole_and_its_usage():
    """Cached tokens are a part of the prompt's; the same body has the same answer and id."""
    order = take("/v1/chat/completions", CHAT)
    first = whole(order, cached=2)
    assert first == whole(take("/v1/chat/completions", CHAT), cached=2)
    assert first["usage"]["prompt_tokens_details"] == {"cached_tokens": 2}
    assert first["usage"]["total_tokens"] == order.prompt_tokens + first["usage"]["completion_tokens"]
    assert first["choices"][0]["message"]["role"] == "assistant"
    assert first["choices"][0]["logprobs"] is None


def test_chat_events_interleave_choices():
    """Role chunks, deltas in turn, a finish each, usage last if asked for."""
    body = {**CHAT, "n": 2, "stream": True, "stream_options": {"include_usage": True}, "max_tokens": 4}
    told = events(take("/v1/chat/completions", body))
    assert [e.kind for e in told] == [Kind.LEAD] * 2 + [Kind.TEXT] * 8 + [Kind.FINISH] * 2 + [Kind.USAGE, Kind.DONE]
    assert [json.loads(e.data)["choices"][0]["index"] for e in told[:12]] == [0, 1] * 6
    assert all(json.loads(e.data)["usage"] is None for e in told[:12])
    assert json.loads(told[-2].data)["choices"] == []
    assert json.loads(told[-2].data)["usage"]["completion_tokens"] == 8


def test_usage_may_be_told_all_along():
    """vLLM's `continuous_usage_stats`."""
    body = {**CHAT, "stream": True, "stream_options": {"include_usage": True, "continuous_usage_stats": True}}
    told = [json.loads(e.data)["usage"] for e in events(take("/v1/chat/completions", body))[:-1]]
    assert [usage["completion_tokens"] for usage in told[:3]] == [0, 1, 2]


def test_chat_says_its_thoughts_and_logprobs():
    """Beside the content, whole and in deltas."""
    body = {**CHAT, "reasoning_effort": "low", "logprobs": True, "top_logprobs": 2}
    choice = whole(take("/v1/chat/completions", body))["choices"][0]
    assert choice["message"]["reasoning_content"].startswith("Let me think")
    assert len(choice["logprobs"]["content"][0]["top_logprobs"]) == 2
    told = [
        json.loads(e.data)["choices"][0] for e in events(take("/v1/chat/completions", {**body, "stream": True}))[:-1]
    ]
    assert told[1]["delta"] == {"reasoning_content": "Let"}
    assert told[1]["logprobs"] is None
    streamed = [one for choice in told if choice["logprobs"] for one in choice["logprobs"]["content"]]
    assert streamed == [
        one | {"logprob": other["logprob"], "top_logprobs": other["top_logprobs"]}
        for one, other in zip(choice["logprobs"]["content"], streamed, strict=True)
    ]


def test_completions_for_several_prompts():
    """One choice each, echoed if asked."""
    body = {"model": "m", "prompt": ["one", "two"], "echo": True, "logprobs": 1, "max_tokens": 3}
    choices = whole(take("/v1/completions", body))["choices"]
    assert [choice["text"][:3] for choice in choices] == ["one", "two"]
    assert choices[0]["logprobs"]["text_offset"][:2] == [0, 3]
    told = events(take("/v1/completions", {**body, "stream": True, "stream_options": {"include_usage": True}}))
    assert [e.kind for e in told[-4:]] == [Kind.FINISH, Kind.FINISH, Kind.USAGE, Kind.DONE]
    assert Kind.USAGE not in {e.kind for e in events(take("/v1/completions", {**body, "stream": True}))}


def test_embeddings_in_both_encodings():
    """The length asked for, or the engine's."""
    floats = whole(take("/v1/embeddings", {"model": "m", "input": "a"}))["data"][0]["embedding"]
    assert len(floats) == 8
    body = {"model": "m", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 4}
    assert [len(base64.b64decode(e["embedding"])) for e in whole(take("/v1/embeddings", body))["data"]] == [16, 16]
    assert take("/v1/embeddings", {**body, "dimensions": 0}).status == 400


def test_responses_cut_short_say_so():
    """Status and reason; events are numbered."""
    body = {"model": "m", "input": "Hello", "max_output_tokens": 2}
    cut = whole(take("/v1/responses", body))
    assert (cut["status"], cut["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    told = [json.loads(e.data) for e in events(take("/v1/responses", {**body, "stream": True}))]
    assert [e["sequence_number"] for e in told] == list(range(len(told)))
    assert told[-1]["type"] == "response.incomplete"


def test_messages_think_and_count():
    """A thinking block with its signature comes first; cached tokens stand beside input_tokens."""
    body = {"model": "m", "max_tokens": 50, "messages": CHAT["messages"], "thinking": {"type": "enabled"}}
    message = whole(take("/v1/messages", body), cached=1)
    assert [block["type"] for block in message["content"]] == ["thinking", "text"]
    assert message["usage"]["cache_read_input_tokens"] == 1
    counted = whole(take("/v1/messages/count_tokens", body))["input_tokens"]
    assert message["usage"]["input_tokens"] == counted - 1
    kinds = [
        json.loads(e.data).get("delta", {}).get("type") for e in events(take("/v1/messages", {**body, "stream": True}))
    ]
    assert [kind for at, kind in enumerate(kinds) if kind and kind != kinds[at - 1]] == [
        "thinking_delta",
        "signature_delta",
        "text_delta",
    ]


@pytest.mark.parametrize(
    ("path", "body", "more", "status", "says"),
    [
        ("/v1/nope", {}, {}, 404, "no POST /v1/nope"),
        ("/v1/nope", None, {}, 404, "no GET /v1/nope"),
        ("/v1/chat/completions", None, {"method": "PUT"}, 405, "no PUT"),
        ("/v1/chat/completions", b"{", {}, 400, "could not parse"),
        ("/v1/chat/completions", [1], {}, 400, "must be a JSON object"),
        ("/v1/chat/completions", {**CHAT, "model": "x"}, {}, 404, "does not exist"),
        ("/v1/chat/completions", {**CHAT, "max_tokens": 99}, {"context": 100}, 400, "maximum context length"),
        ("/v1/chat/completions", {**CHAT, "tools": 5}, {}, 400, "cannot read"),
        ("/v1/chat/completions", CHAT, {"api_key": "k"}, 401, "Incorrect API key"),
        ("/v1/chat/completions", CHAT, {"faults": "status=503"}, 503, "told to fail"),
        ("/v1/messages", {"model": "m"}, {}, 400, '"type":"error"'),
        ("/v1/chat/completions", CHAT, {"faults": "status=502, error_shape=html"}, 502, "<html>"),
        ("/v1/messages", {"model": [], "messages": [[]]}, {"faults": "error_shape=tgi"}, 400, "error_type"),
    ],
)
def test_refusals(path, body, more, status, says):
    """With the status and in the shape of the dialect, or the one asked for."""
    reply = take(path, body, **more)
    assert isinstance(reply, Whole)
    assert reply.status == status
    assert says in reply.body.decode()


@pytest.mark.parametrize("headers", [{"authorization": "Bearer k"}, {"x-api-key": "k"}])
def test_keys_come_in_two_headers(headers):
    """As the two SDKs send them."""
    assert isinstance(take("/v1/chat/completions", CHAT, headers=headers, api_key="k"), Order)


def test_the_wrong_type_of_answer():
    """JSON to who asked for a stream, a stream to who did not, a page to anybody."""
    assert whole(take("/v1/chat/completions", {**CHAT, "stream": True}, "wrong_type=json"))["choices"]
    assert events(take("/v1/chat/completions", CHAT, "wrong_type=sse"))
    assert take("/v1/chat/completions", CHAT, "wrong_type=html").reply(0).content_type == "text/html"


def test_any_model_where_a_star_stands():
    """And no dialect but the known ones."""
    assert isinstance(take("/v1/chat/completions", CHAT, models=("*",)), Order)
    with pytest.raises(ValueError, match="unknown dialect 'x'"):
        service(dialect="x")


def test_each_dialect_is_known_by_its_headers():
    """The request id goes by the name that the SDK looks for."""
    assert identity_headers("anthropic", "/v1/messages", "r")[0] == ("request-id", "r")
    assert identity_headers("vllm", "/v1/messages", "r")[0] == ("request-id", "r")
    assert identity_headers("vllm", "/v1/models", "r") == (("x-request-id", "r"), ("server", "uvicorn"))
    assert ("openai-version", "2020-10-01") in identity_headers("openai", "/v1/models", "r")


@pytest.mark.parametrize(
    ("dialect", "own"), [("openai", "obfuscation"), ("vllm", "token_ids"), ("sglang", "matched_stop"), ("tgi", "0.0.0")]
)
def test_each_dialect_says_something_of_its_own(dialect, own):
    """Fields that a router must pass on without knowing them."""
    told = events(take("/v1/chat/completions", {**CHAT, "stream": True}, dialect=dialect))
    assert own in told[1].data.decode()
    assert whole(take("/v1/chat/completions", CHAT, dialect=dialect))["choices"]
