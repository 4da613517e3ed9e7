"""What an engine answers to a request, as data: routes, refusals, replies. No I/O and no time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from . import anthropic_api, asking, errors_api, openai_api, responses_api
from .acts import Reply, Streamed, Whole
from .answers import NO_RULES, Answer, Asked, Rules, say
from .asking import Refused
from .faults import Faults
from .http1 import Headers, Request
from .script import dressed
from .sse import Event, encode

DIALECTS = ("openai", "vllm", "sglang", "trtllm", "llamacpp", "tgi", "anthropic")


class Order(msgspec.Struct, frozen=True):
    """A request that costs engine time: its prompt for the prefix cache, how many tokens will come one after the other,
    and the reply once it is known how many prompt tokens were cached."""

    prompt: str
    tokens: int
    prompt_tokens: int
    reply: Callable[[int], Reply]


class Service:
    """The API of one engine. `models` may hold "*" for any name; `context` is in tokens, 0 for no limit. By `rules` it
    says what it is told to say."""

    def __init__(
        self, models: tuple[str, ...], dialect: str, dim: int, context: int, api_key: str, rules: Rules = NO_RULES
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"unknown dialect {dialect!r}; known are {', '.join(DIALECTS)}")
        self.models = models
        self.dialect = dialect
        self.dim = dim
        self.context = context
        self.api_key = api_key
        self.rules = rules

    def take(self, request: Request, faults: Faults) -> Order | Reply:
        """What to do with the request. Errors come back as replies, in the shape of the dialect."""
        path = request.path.partition("?")[0]
        try:
            self._admit_caller(request)
            if faults.status != 200:
                raise Refused(faults.status, "the engine was told to fail", faults.error_code)
            if request.method == "GET":
                return self._get(path)
            serve = _POSTS.get(path)
            if serve is None or request.method != "POST":
                raise Refused(404 if serve is None else 405, f"no {request.method} {path} here", "not_found")
            return serve(self, _decoded(request.body), request.body, faults)
        except Refused as refused:
            shape = faults.error_shape or self.shape_for(path)
            return self.refusal(shape, refused)
        except (ValueError, TypeError, AttributeError, KeyError) as wrong:  # a body of the wrong shape somewhere inside
            shape = faults.error_shape or self.shape_for(path)
            return self.refusal(shape, Refused(400, f"cannot read the request: {wrong}", "invalid_request"))

    @property
    def metrics(self) -> str:
        """The path at which it shows its load."""
        return "/prometheus/metrics" if self.dialect == "trtllm" else "/metrics"

    def shape_for(self, path: str) -> str:
        """The error shape of a path: Anthropic's API has its own, whoever serves it."""
        return "anthropic" if path.startswith("/v1/messages") else self.dialect

    def refusal(self, shape: str, refused: Refused) -> Whole:
        """The engine's no, in this shape."""
        kind, body = errors_api.body(shape, refused.status, refused.message, refused.code, refused.param)
        return Whole(body, refused.status, kind)

    def _admit_caller(self, request: Request) -> None:
        if not self.api_key or request.path == "/health":
            return
        given = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self.api_key:
            raise Refused(401, "Incorrect API key provided.", "invalid_api_key")

    def _get(self, path: str) -> Whole:
        if path in ("/health", "/ping", "/version"):
            return Whole(b'{"version":"0.0.0"}' if path == "/version" else b"")
        name = unquote(path.removeprefix("/v1/models").removeprefix("/"))
        if not path.startswith("/v1/models"):
            raise Refused(404, f"no GET {path} here", "not_found")
        if not name:
            cards = [openai_api.model_card(model, self.context) for model in self.models]
            return Whole(encode({"object": "list", "data": cards}))
        self._know(name)
        return Whole(encode(openai_api.model_card(name, self.context)))

    def _know(self, model: str) -> None:
        if model not in self.models and "*" not in self.models:
            raise Refused(404, f"The model `{model}` does not exist.", "model_not_found", "model")

    def _fits(self, asked: Asked) -> None:
        self._know(asked.model)
        tokens = asked.prompt_tokens + (asked.max_tokens or 0)
        if self.context and tokens > self.context:
            message = f"This model's maximum context length is {self.context} tokens; the request needs {tokens}."
            raise Refused(400, message, "context_length_exceeded", "messages")

    def _chat(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Order:
        asked = asking.chat(body)
        self._fits(asked)
        answers = self._answers(asked, faults)
        id = _id("chatcmpl-", raw)
        return _order(
            asked,
            answers,
            faults,
            lambda cached: openai_api.chat_whole(asked, answers, id, cached, self.dialect),
            lambda cached: openai_api.chat_events(asked, answers, id, cached, self.dialect),
            self.dialect,
        )

    def _completion(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Order:
        texts = asking.prompts(body)
        asked = asking.completion(body, "\n".join(texts))
        self._fits(asked)
        each = [msgspec.structs.replace(asked, prompt=text, question=text) for text in texts]
        answers = [answer for one in each for answer in self._answers(one, faults)]
        if body.get("echo"):
            answers = [
                msgspec.structs.replace(answer, pieces=(texts[at // asked.n], *answer.pieces))
                for at, answer in enumerate(answers)
            ]
        id = _id("cmpl-", raw)
        return _order(
            asked,
            answers,
            faults,
            lambda cached: openai_api.completion_whole(asked, answers, id, cached),
            lambda cached: openai_api.completion_events(asked, answers, id, cached),
            self.dialect,
        )

    def _responses(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Order:
        asked = asking.responses(body)
        self._fits(asked)
        answer = self._answers(asked, faults)[0]
        id = _id("resp_", raw)
        return _order(
            asked,
            [answer],
            faults,
            lambda cached: responses_api.whole(asked, answer, id, cached),
            lambda cached: responses_api.events(asked, answer, id, cached),
            self.dialect,
        )

    def _messages(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Order:
        asked = asking.messages(body)
        self._fits(asked)
        answer = self._answers(asked, faults)[0]
        id = _id("msg_", raw)
        return _order(
            asked,
            [answer],
            faults,
            lambda cached: anthropic_api.whole(asked, answer, id, cached),
            lambda cached: anthropic_api.events(asked, answer, id, cached),
            "anthropic",
        )

    def _answers(self, asked: Asked, faults: Faults) -> list[Answer]:
        answers = [say(asked, at, self.rules) for at in range(asked.n)]
        return [
            answer if answer.calls else msgspec.structs.replace(answer, pieces=dressed(answer.pieces, faults))
            for answer in answers
        ]

    def _count_tokens(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Whole:
        asked = asking.messages(body, counting=True)
        self._know(asked.model)
        return Whole(encode({"input_tokens": asked.prompt_tokens}))

    def _embeddings(self, body: Mapping[str, Any], raw: bytes, faults: Faults) -> Order:
        texts = asking.prompts(body, "input")
        asked = asking.completion({"model": body.get("model")}, "\n".join(texts))
        self._know(asked.model)
        given = body.get("dimensions")
        dim = self.dim if given is None else given
        if not isinstance(dim, int) or not 1 <= dim <= 8192:
            raise Refused(400, "'dimensions' must be between 1 and 8192", "integer_out_of_range", "dimensions")
        made = openai_api.embeddings(asked.model, texts, dim, body.get("encoding_format") == "base64")
        return Order(asked.prompt, 1, asked.prompt_tokens, lambda cached: Whole(encode(made)))


def identity_headers(dialect: str, path: str, request_id: str) -> Headers:
    """Headers by which an answer of this dialect is known."""
    if dialect == "anthropic" or path.startswith("/v1/messages"):
        return (("request-id", request_id), ("server", _SERVERS[dialect]))
    extra = _OPENAI_HEADERS if dialect == "openai" else ()
    return (("x-request-id", request_id), ("server", _SERVERS[dialect]), *extra)


def _order(
    asked: Asked,
    answers: list[Answer],
    faults: Faults,
    whole: Callable[[int], dict[str, Any]],
    events: Callable[[int], Iterable[Event]],
    shape: str,
) -> Order:
    tokens = max(answer.tokens for answer in answers)  # choices are generated side by side
    streams = faults.wrong_type == "sse" if faults.wrong_type else asked.stream

    def reply(cached: int) -> Reply:
        if faults.wrong_type == "html":
            kind, page = errors_api.body("html", 200, "It works!")
            return Whole(page, 200, kind, tokens=tokens)
        if streams:
            return Streamed(events(cached), shape, len(answers))
        return Whole(encode(whole(cached)), tokens=tokens)

    return Order(asked.prompt, tokens, asked.prompt_tokens, reply)


def _decoded(raw: bytes) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as wrong:
        raise Refused(400, f"We could not parse the JSON body of your request: {wrong}", "invalid_json") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object", "invalid_json")
    return body


def _id(prefix: str, raw: bytes) -> str:
    return prefix + hashlib.blake2b(raw, digest_size=12).hexdigest()


_POSTS: dict[str, Callable[[Service, Mapping[str, Any], bytes, Faults], Order | Reply]] = {
    "/v1/chat/completions": Service._chat,
    "/v1/completions": Service._completion,
    "/v1/embeddings": Service._embeddings,
    "/v1/responses": Service._responses,
    "/v1/messages": Service._messages,
    "/v1/messages/count_tokens": Service._count_tokens,
}

_SERVERS = {"openai": "cloudflare", "anthropic": "cloudflare", "llamacpp": "llama.cpp"} | dict.fromkeys(
    ("vllm", "sglang", "trtllm", "tgi"), "uvicorn"
)
_OPENAI_HEADERS: Headers = (
    ("openai-processing-ms", "12"),
    ("openai-version", "2020-10-01"),
    ("x-ratelimit-limit-requests", "10000"),
    ("x-ratelimit-remaining-requests", "9999"),
    ("x-ratelimit-reset-requests", "6ms"),
)
