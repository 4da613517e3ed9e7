"""What the gateway answers by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrp_policies.types import Pool, Pools, Server
from wrp_router.errors import NotFound
from wrp_router.live.local import Endpoints


class Router:
    """As much of one as the endpoints ask."""

    up = True

    def ready(self) -> bool:
        return self.up

    async def exposition(self) -> bytes:
        return b"wrp_up 1\n"

    def pools(self) -> Pools:
        return (Pool("p", "m", (Server("s"),)),)


ROUTER = Router()
ENDPOINTS = Endpoints(ROUTER, ("auto", "org/m"), 1_700_000_000)


async def told(answer: Any) -> tuple[int, Any]:
    response = await answer
    return response.status, json.loads(response.body)


async def test_health_and_readiness():
    """Alive is not ready."""
    assert await told(ENDPOINTS.health("")) == (200, {"status": "ok"})
    assert await told(ENDPOINTS.ready("")) == (200, {"status": "ready"})
    drained = Router()
    drained.up = False
    assert await told(Endpoints(drained, (), 0).ready("")) == (503, {"status": "not ready"})


async def test_models():
    """All, or one, by the name that a client may ask for."""
    status, listing = await told(ENDPOINTS.models(""))
    assert (status, [model["id"] for model in listing["data"]]) == (200, ["auto", "org/m"])
    assert (await told(ENDPOINTS.model("org/m")))[1]["created"] == 1_700_000_000
    with pytest.raises(NotFound) as refused:
        await ENDPOINTS.model("other")
    assert refused.value.code == "model_not_found"


async def test_metrics_and_servers():
    """In Prometheus' text, and as data."""
    response: Any = await ENDPOINTS.metrics("")
    assert (response.body, response.headers["content-type"].split(";")[0]) == (b"wrp_up 1\n", "text/plain")
    assert (await told(ENDPOINTS.servers("")))[1]["pools"][0]["servers"][0]["name"] == "s"


def test_who_is_told_what():
    """Servers only on the admin listener; metrics where they are wanted."""
    assert {*ENDPOINTS.public(metrics=False)} == {"health", "ready", "models", "model"}
    assert {*ENDPOINTS.public(metrics=True)} - {*ENDPOINTS.public(metrics=False)} == {"metrics"}
    assert {*ENDPOINTS.admin()} == {"health", "ready", "metrics", "servers"}
