"""What every answer of the gateway says, and what it refuses, in the caller's dialect."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.live.conftest import Connect
from tests.live.raw import CHAT, request
from tests.live.scene import ASK, Scene
from wrp_router.build import Router
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig, Limits
from wrp_router.fakes.engine import FakeEngine

MESSAGES = "/v1/messages"
SAID = {**ASK, "max_tokens": 99}
KEYS = (KeyConfig(tenant="red", key=Secret("sk-red-0123456789")),)
RED = {"authorization": "Bearer sk-red-0123456789"}

Http = aiohttp.ClientSession


def is_openai(body: bytes) -> bool:
    """Whether it is an error as OpenAI has them."""
    return set(json.loads(body)["error"]) == {"message", "type", "param", "code"}


def is_anthropic(body: bytes) -> bool:
    """The same for Anthropic."""
    told = json.loads(body)
    return told["type"] == "error" and set(told["error"]) == {"type", "message"}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_answers_say_where_they_come_from(
    router: Router, engine: FakeEngine, http: Http, scene: Scene, stream: bool
):
    """Ids, route, policy, model, pool, server, attempts and what the router itself took."""
    async with http.post(router.url + CHAT, json={**ASK, "model": "auto", "stream": stream}) as answer:
        said = {name.lower(): value for name, value in answer.headers.items()}
        await answer.read()
    assert said["x-request-id"].startswith("req_")
    assert 0 < float(said["x-wrp-overhead-ms"]) < 10_000
    wanted = {"route": "all", "policy": "static", "model": "fake", "model-requested": "auto", "attempts": "1"}
    assert {name: said[f"x-wrp-{name}"] for name in wanted} == wanted
    assert (said["x-wrp-pool"], said["x-wrp-server"]) == ("fake", f"127.0.0.1:{engine.port}")
    (row,) = await scene.rows()
    assert (row.facts.id, row.request_id) == (said["x-wrp-decision"], said["x-request-id"])


async def test_refusals_are_counted(scene: Scene, engine: FakeEngine, http: Http, connect: Connect):
    """Each once, by what it was answered with, whoever read it and however far; what has a row is not among them."""
    router = await scene.open(engine, keys=KEYS)
    for path, headers, data, status in (
        (CHAT, {}, b"{}", 401),
        (CHAT, RED, b"{", 400),
        ("/v1/nothing", RED, b"{}", 404),
        (CHAT, RED, json.dumps({**ASK, "model": "nobody's"}).encode(), 404),  # has a row
        (CHAT, RED, json.dumps(ASK).encode(), 200),
    ):
        async with http.post(router.url + path, data=data, headers=headers) as answer:
            assert answer.status == status
    for told, status in ((b"GARBAGE\r\n\r\n", 400), (request(ASK, x="a" * 20_000), 431)):
        raw = await connect(router)
        await raw.send(told)
        assert (await raw.answer())[0] == status
    lines = (await router.exposition()).decode().splitlines()
    counted = {line for line in lines if line.startswith("wrp_requests_refused_total{")}
    assert counted == {
        f'wrp_requests_refused_total{{code="{code}"}} {number}.0'
        for code, number in ((400, 2), (401, 1), (404, 1), (431, 1))
    }


async def test_request_ids(router: Router, http: Http):
    """A proper one is kept, an improper one replaced; Anthropic's clients find it under their own name."""
    for sent, kept in (("mine-1", True), ("x" * 129, False), ("zwei\tdrei", False), ("naïve", False)):
        async with http.post(router.url + CHAT, json=ASK, headers={"x-request-id": sent}) as answer:
            assert (answer.headers["x-request-id"] == sent) == kept
    async with http.post(router.url + MESSAGES, json=SAID, headers={"x-request-id": "mine-2"}) as answer:
        assert answer.headers["request-id"] == "mine-2"
        assert "x-request-id" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sk-blue"}, {"authorization": "Basic cmVkOg=="}])
@pytest.mark.parametrize("method_and_path", [("POST", CHAT), ("GET", "/v1/models"), ("GET", "/metrics")])
async def test_without_a_known_key(
    scene: Scene, engine: FakeEngine, http: Http, method_and_path: tuple[str, str], headers: dict[str, str]
):
    """401 before anything is read or asked; what was sent as a key is not repeated."""
    router = await scene.open(engine, keys=KEYS)
    method, path = method_and_path
    async with http.request(method, router.url + path, json=ASK, headers=headers) as answer:
        body = await answer.read()
    assert (answer.status, is_openai(body)) == (401, True)
    assert b"sk-blue" not in body
    assert not engine.seen


async def test_with_a_known_key(scene: Scene, engine: FakeEngine, http: Http):
    """Either header will do, two that differ will not; the engine never sees a key to us; the row names the tenant."""
    router = await scene.open(engine, keys=KEYS)
    for headers in (RED, {"x-api-key": "sk-red-0123456789"}, {**RED, "x-api-key": "sk-red-0123456789"}):
        async with http.post(router.url + MESSAGES, json=SAID, headers=headers) as answer:
            assert answer.status == 200
    async with http.post(router.url + MESSAGES, json=SAID, headers={**RED, "x-api-key": "sk-other"}) as answer:
        assert (answer.status, is_anthropic(await answer.read())) == (401, True)
    async with http.get(router.url + "/healthz") as answer:
        assert answer.status == 200
    assert not [name for seen in engine.seen for name in seen.headers if name in ("authorization", "x-api-key")]
    assert [row.facts.tenant for row in await scene.rows()] == ["red"] * 3


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 404, None),
        ("POST", "/v1/nothing", 404, None),
        ("POST", "/v1/../v1/chat/completions", 404, None),
        ("POST", "//v1/chat/completions", 404, None),
        ("POST", "/v1/chat/completions/", 404, None),
        ("GET", "/admin/servers", 404, None),
        ("GET", CHAT, 405, "POST"),
        ("DELETE", "/v1/models/fake", 405, "GET, HEAD"),
        ("POST", "/healthz", 405, "GET, HEAD"),
        ("GET", "/v1/models/other", 404, None),
    ],
)
async def test_what_is_not_there(
    router: Router, connect: Connect, method: str, path: str, status: int, allow: str | None
):
    """404 and 405 in OpenAI's shape, with the methods that there are."""
    raw = await connect(router)
    await raw.send(request(None, path, method))
    answered, headers, body = await raw.answer()
    assert (answered, is_openai(body), headers.get("allow")) == (status, True, allow)
    assert headers["x-request-id"].startswith("req_")


async def test_what_is_not_there_for_anthropic(router: Router, http: Http):
    """The same in Anthropic's shape, below its path."""
    for path, status in (("/v1/messages/nothing", 404), (MESSAGES, 405)):
        async with http.get(router.url + path) as answer:
            body = await answer.read()
        assert (answer.status, is_anthropic(body)) == (status, True)
        assert answer.headers["request-id"].startswith("req_")


async def test_models(router: Router, connect: Connect):
    """All, one, and the same as HEAD, with the length but without the body."""
    raw = await connect(router)
    await raw.send(request(None, "/v1/models", "GET"))
    status, headers, body = await raw.answer()
    assert [model["id"] for model in json.loads(body)["data"]] == ["auto", "fake"]
    await raw.send(request(None, "/v1/models", "HEAD") + request(None, "/v1/models/fake", "GET"))
    head = await raw.until(b"\r\n\r\n")
    assert f"content-length: {headers['content-length']}".encode() in head.lower()
    assert (status, json.loads((await raw.answer())[2])["id"]) == (200, "fake")


BAD: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "invalid_json"),
    "no object": (b"[]", 400, "invalid_json"),
    "no model": (b'{"messages": [{"role": "user", "content": "hi"}]}', 400, "missing_required_parameter"),
    "no messages": (b'{"model": "fake"}', 400, "missing_required_parameter"),
    "an unknown model": (b'{"model": "x", "messages": [{"role": "user", "content": "hi"}]}', 404, "model_not_found"),
    "two models": (b'{"model": "fake", "model": "x", "messages": [{}]}', 400, "duplicate_field"),
    "no UTF-8": (b'{"model": "\xff"}', 400, "invalid_json"),
    "nothing": (b"", 400, "invalid_json"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=BAD)
async def test_bad_bodies(router: Router, engine: FakeEngine, http: Http, body: bytes, status: int, code: str):
    """Refused here, in both shapes, and never sent on."""
    async with http.post(router.url + CHAT, data=body) as answer:
        told: dict[str, Any] = (await answer.json())["error"]
    assert (answer.status, told["code"]) == (status, code)
    async with http.post(router.url + MESSAGES, data=body) as answer:
        assert (answer.status, is_anthropic(await answer.read())) == (status, True)
    assert not engine.seen


async def test_a_body_that_is_too_large(scene: Scene, engine: FakeEngine, connect: Connect):
    """413 before it has come where its length is told, and as soon as it is too much where not."""
    router = await scene.open(engine, limits=Limits(body=2048))
    told, untold = await connect(router), await connect(router)
    await told.send(request(None, CHAT)[:-4].replace(b"length: 0", b"length: 2049") + b"\r\n\r\n")
    status, headers, body = await told.answer()
    assert (status, headers["connection"], json.loads(body)["error"]["code"]) == (413, "close", "request_too_large")
    head = request(None, CHAT).replace(b"content-length: 0", b"transfer-encoding: chunked")
    await untold.send(head + b"400\r\n" + b" " * 1024 + b"\r\n801\r\n" + b" " * 2049)
    assert (await untold.answer())[0] == 413
    assert not engine.seen


async def test_an_encoded_body(router: Router, engine: FakeEngine, http: Http):
    """415: nothing is inflated here, and the answer says so."""
    async with http.post(router.url + CHAT, data=b"\x1f\x8b", headers={"content-encoding": "gzip"}) as answer:
        assert (answer.status, is_openai(await answer.read())) == (415, True)
        assert answer.headers["accept-encoding"] == "identity"
    assert not engine.seen
