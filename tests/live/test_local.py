"""What the gateway answers by itself."""

from __future__ import annotations

import json
from time import monotonic
from typing import cast

import pytest
from aiohttp import web

from wrp_policies.types import Pool, Pools, Server
from wrp_router.errors import NotFound
from wrp_router.fleet import Heard
from wrp_router.live.local import Endpoints


class Told:
    """A router that says what it is told to say."""

    def __init__(self) -> None:
        self.is_ready = True

    def ready(self) -> bool:
        return self.is_ready

    async def exposition(self) -> bytes:
        return b"wrp_up 1\n"

    def pools(self) -> Pools:
        return (Pool("p", "llama", (Server("s0"), Server("s1", up=False))),)

    def heard(self) -> dict[tuple[str, str], Heard]:
        return {("p", "s1"): Heard(monotonic() - 9.0, 2, 7, 3, 0.5)}


@pytest.fixture
def endpoints() -> Endpoints:
    """Two models, made at the second 7."""
    return Endpoints(Told(), ("auto", "org/llama"), 7)


async def body(answer: web.StreamResponse) -> bytes:
    """Its body."""
    return bytes(cast(web.Response, answer).body)


async def test_health_and_readiness():
    """A router may live without being ready."""
    router = Told()
    endpoints = Endpoints(router, (), 0)
    assert (await endpoints.health("")).status == 200
    ready = await endpoints.ready("")
    router.is_ready = False
    unready = await endpoints.ready("")
    assert [(ready.status, await body(ready)), (unready.status, await body(unready))] == [
        (200, b'{"status":"ready"}'),
        (503, b'{"status":"not ready"}'),
    ]


async def test_models(endpoints: Endpoints):
    """All of them, and each."""
    listed = json.loads(await body(await endpoints.models("")))["data"]
    assert [model["id"] for model in listed] == ["auto", "org/llama"]
    one = json.loads(await body(await endpoints.model("org/llama")))
    assert one == {"id": "org/llama", "object": "model", "created": 7, "owned_by": "wrp"}
    with pytest.raises(NotFound) as missing:
        await endpoints.model("llama\n")
    assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
    assert "\n" not in missing.value.message


async def test_metrics_and_servers(endpoints: Endpoints):
    """As the router tells them."""
    answer = await endpoints.metrics("")
    assert (await body(answer), answer.headers["content-type"].split(";")[0]) == (b"wrp_up 1\n", "text/plain")
    (told,) = json.loads(await body(await endpoints.servers("")))["pools"]
    assert [(server["name"], server.get("up", True)) for server in told["servers"]] == [("s0", True), ("s1", False)]
    quiet, said = [server["report"] for server in told["servers"]]
    assert quiet is None
    assert said.pop("age") >= 9.0
    assert said == {"waiting": 2, "total": 7, "others": 3, "kv_usage": 0.5}


def test_what_is_where(endpoints: Endpoints):
    """The state of servers is for the admin listener alone; metrics are where they are wanted."""
    assert set(endpoints.public(metrics=True)) == {"health", "ready", "models", "model", "metrics"}
    assert set(endpoints.public(metrics=False)) == {"health", "ready", "models", "model"}
    assert set(endpoints.admin()) == {"health", "ready", "metrics", "servers"}
