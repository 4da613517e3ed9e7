"""A running router, over plain HTTP."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.live.scene import ASK, until
from wrp_router.build import Router
from wrp_router.build.gauges import known_names
from wrp_router.config import Config, KeyConfig, Secret
from wrp_router.config.pools import MetricsConfig, PoolConfig, ServerConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.zero import config_for

KEY = "0123456789abcdef"


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    async with FakeEngine(["fake"]) as engine:
        yield engine


def config(engine: FakeEngine, pool: dict[str, Any] | None = None, **changes: Any) -> Config:
    made = config_for({engine.url: ["fake"]}, "127.0.0.1:0")
    pools = tuple(msgspec.structs.replace(one, **(pool or {})) for one in made.pools)
    return msgspec.structs.replace(made, pools=pools, **changes)


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def ask(router: Router, **headers: str) -> int:
    """The status of one chat completion."""
    url = f"{router.url}/v1/chat/completions"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=ASK) as answer:
        await answer.read()
        return answer.status


async def test_it_answers_between_start_and_close(engine: FakeEngine):
    """And lists the models that may be asked for, `auto` first."""
    async with Router(config(engine)) as router:
        url = router.url
        assert await ask(router) == 200
        assert '"auto"' in (await get(f"{router.url}/v1/models"))[1]
        assert (await get(f"{router.url}/readyz"))[0] == 200
        assert "wrp_requests_total{" in (await get(f"{router.url}/metrics"))[1]
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(f"{url}/healthz")


async def test_an_admin_listener_takes_the_metrics(engine: FakeEngine):
    """And shows the servers; the API does neither then."""
    async with Router(config(engine, admin="127.0.0.1:0")) as router:
        assert (await get(f"{router.url}/metrics"))[0] == 404
        assert (await get(f"{router.url}/admin/servers"))[0] == 404
        assert router._admin is not None
        admin = "http://{}:{}".format(*router._admin.address)
        assert (await get(f"{admin}/metrics"))[0] == 200
        assert '"up":true' in (await get(f"{admin}/admin/servers"))[1]
        assert (await get(f"{admin}/v1/models"))[0] == 404


async def test_what_servers_say_is_shown(engine: FakeEngine):
    """Beside what the router counts itself: how long ago, how many, how full."""
    pool = {"engine": "vllm", "metrics": MetricsConfig(every=0.01, timeout=5.0, stale=60.0)}
    async with Router(config(engine, pool, admin="127.0.0.1:0")) as router:
        assert router._admin is not None
        admin = "http://{}:{}".format(*router._admin.address)
        await until(router.heard)
        (shown,) = json.loads((await get(f"{admin}/admin/servers"))[1])["pools"][0]["servers"]
        assert (shown["report"]["others"], shown["report"]["kv_usage"]) == (0, 0.0)
        assert 0.0 <= shown["report"]["age"] < 60.0
        exposed = (await get(f"{admin}/metrics"))[1]
        labels = f'{{pool="fake",server="127.0.0.1:{engine.port}"'
        assert f"wrp_server_kv_usage{labels}}} 0.0" in exposed
        assert f"wrp_server_others{labels}}} 0.0" in exposed
        assert f'wrp_server_scrapes_total{labels},result="failed"}} 0.0' in exposed
    assert {one.path for one in engine.seen} == {"/metrics"}


async def test_ipv6(engine: FakeEngine):
    """Its address is written as URLs want it."""
    async with Router(config(engine, listen="[::1]:0")) as router:
        assert router.url.startswith("http://[::1]:")
        assert await ask(router) == 200


@pytest.mark.parametrize(
    ("pool", "guarded", "seen"),
    [
        ({}, False, "Bearer " + KEY),
        ({}, True, None),
        ({"send_key": "none"}, False, None),
        ({"send_key": "client"}, True, "Bearer " + KEY),
        ({"api_key": Secret("own")}, True, "Bearer own"),
        ({"api_key": Secret("own"), "send_key": "client"}, False, "Bearer " + KEY),
    ],
)
async def test_which_key_an_engine_sees(engine: FakeEngine, pool: dict[str, Any], guarded: bool, seen: str | None):
    """The pool's, the caller's, or none; without a word, never one that is a key to us."""
    keys = (KeyConfig("a", sha256=hashlib.sha256(KEY.encode()).hexdigest()),) if guarded else ()
    async with Router(config(engine, pool, keys=keys)) as router:
        assert await ask(router, authorization=f"Bearer {KEY}") == 200
    assert engine.seen[-1].headers.get("authorization") == seen


async def test_anthropic_has_a_header_of_its_own(engine: FakeEngine):
    """For the pool's key."""
    async with Router(config(engine, {"engine": "anthropic", "api_key": Secret("own")})) as router:
        await ask(router)
    assert engine.seen[-1].headers.get("x-api-key") == "own"


async def test_callers_need_a_key_where_there_are_some(engine: FakeEngine):
    """Given in plain or as its digest."""
    keys = (KeyConfig("a", key=Secret(KEY)), KeyConfig("b", sha256=hashlib.sha256(b"other").hexdigest()))
    async with Router(config(engine, keys=keys)) as router:
        assert await ask(router) == 401
        assert await ask(router, authorization=f"Bearer {KEY}") == 200
        assert await ask(router, authorization="Bearer other") == 200


async def test_an_address_that_is_none(engine: FakeEngine):
    """The configuration's checks see to it that this does not happen."""
    with pytest.raises(ValueError, match="not HOST:PORT"):
        async with Router(config(engine, listen="nowhere")):
            pass


async def test_names_for_metrics(engine: FakeEngine):
    """Those of the configuration, and no other."""
    pool = PoolConfig("small", (ServerConfig(engine.url),), model="m")
    async with Router(msgspec.structs.replace(config(engine), pools=(pool,), routes=())) as router:
        known = known_names(router.parts)
    assert (known.routes, known.pools, known.models) == ({"default", "model:m"}, {"small"}, {"m"})
