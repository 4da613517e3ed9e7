"""Every route there is, by every method, in every spelling, with every credential: who gets what, and nobody more.

The routes are those of the router's own table, so that a new one is walked, or fails for not being told of here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.live.scene import MODEL, Scene
from tests.live.walking import (
    ADMINS,
    ANYBODYS,
    BLUE,
    BOOK,
    CREDENTIALS,
    GENERATES,
    KNOWN,
    METHODS,
    OF_TENANTS,
    PATHS,
    PEPPER,
    PROMPT,
    RED,
    STAFF,
    Walk,
    request,
    spellings,
)
from wrp_router.config.caching import CacheConfig
from wrp_router.config.feedback import FeedbackConfig
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig, KeysFile, TenantConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.key_file import write
from wrp_router.wire.paths import ENDPOINTS, OF_ALL, Purpose

pytestmark = pytest.mark.fault("S4")


@pytest.fixture(params=["lean", "aiohttp"])
async def walk(request: pytest.FixtureRequest, scene: Scene, tmp_path: Path) -> AsyncIterator[Walk]:
    """Both readers of requests; blue has asked something that is cached and may be judged."""
    changes: dict[str, Any] = {
        "http": request.param,
        "admin": "127.0.0.1:0",
        "keys": (
            KeyConfig("red", Secret(RED)),
            KeyConfig("blue", Secret(BLUE)),
            KeyConfig("staff", Secret(STAFF), admin=True),
        ),
        "keys_file": KeysFile(str(tmp_path / "keys.json"), Secret(PEPPER)),
        "cache": CacheConfig(semantic=False),
        "feedback": FeedbackConfig(keep=3600.0),
        "tenants": (TenantConfig("red", models=(MODEL,)),),
    }
    write(tmp_path / "keys.json", BOOK)
    async with FakeEngine([MODEL]) as engine:
        router = await scene.open(engine, **changes)
        walk = Walk(router, engine)
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": PROMPT}]}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {BLUE}\r\n"
        filled = await walk.reply("api", head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
        assert (filled.status, filled.headers["x-wrp-cache"]) == (200, "miss")
        walk.decision = filled.headers["x-wrp-decision"]
        asked = engine.counters.requests
        yield walk
        assert engine.counters.requests == asked
        cache = router.parts.rooms.cache
        assert cache is not None
        assert len(cache) == 1
        await scene.close()


def test_every_route_is_told_of_here():
    """A purpose that nobody decided on is for nobody."""
    assert set(get_args(Purpose)) == GENERATES | ANYBODYS | OF_TENANTS | OF_ALL
    assert {endpoint.purpose for endpoint in ENDPOINTS.values()} | {"model"} == set(get_args(Purpose))
    assert ADMINS | {"metrics"} == OF_ALL


@pytest.mark.parametrize("credential", [name for name in CREDENTIALS if name not in KNOWN])
async def test_strangers(walk: Walk, credential: str):
    """Every path by every method on both listeners: whoever has no key of this router sees its health alone."""
    for place in walk.places:
        for path in PATHS:
            for method in METHODS:
                sent = request(method, path, *CREDENTIALS[credential])
                reply = await walk.reply(place, sent)
                known = ENDPOINTS.get(path)
                if known is not None and known.purpose in ANYBODYS and method in known.methods:
                    assert reply.status == 200, sent
                    walk.tells_nothing(reply, sent)
                else:
                    walk.holds(reply, sent)
                    methods = ("GET", "HEAD") if known is None else known.methods
                    assert reply.status == (401 if method in methods else 405), (sent, reply)


@pytest.mark.fault("S5")
@pytest.mark.parametrize("credential", sorted(KNOWN))
async def test_tenants(walk: Walk, credential: str):
    """With a key of its own a tenant has the API and the list of its models; what concerns all is 403 or not there."""
    for place in walk.places:
        for path in PATHS:
            for method in METHODS:
                endpoint = ENDPOINTS.get(path)
                purpose = "model" if endpoint is None else endpoint.purpose
                sent = request(method, path, *CREDENTIALS[credential])
                reply = await walk.reply(place, sent)
                walk.tells_nothing(reply, sent)
                if method not in (("GET", "HEAD") if endpoint is None else endpoint.methods):
                    walk.holds(reply, sent)
                    assert reply.status == 405, (sent, reply)
                elif purpose in OF_ALL:
                    walk.holds(reply, sent)
                    assert reply.status in ((403,) if place == "admin" else (404,)), (sent, reply)
                elif purpose in GENERATES:
                    assert reply.status in (400, 404), (sent, reply)
                elif purpose not in ANYBODYS:
                    assert reply.status == (200 if place == "api" else 404), (sent, reply)


async def test_other_spellings(walk: Walk):
    """No spelling but the table's own leads anywhere, for nobody: not even for whoever runs the router."""
    for place in walk.places:
        for path in PATHS:
            for target in spellings(path):
                for method, lines in (
                    ("GET", ()),
                    ("POST", CREDENTIALS["a tenant's"]),
                    ("GET", (f"x-api-key: {STAFF}",)),
                ):
                    sent = request(method, target, *lines)
                    reply = await walk.reply(place, sent)
                    walk.holds(reply, sent)
                    assert reply.status != 403, sent


@pytest.mark.parametrize("host", ["", "a/b?c", "a#", "router/admin/servers?x=", "x@127.0.0.1", "router:http", "[::1"])
async def test_odd_hosts(walk: Walk, host: str):
    """A Host that is none is 400 or as good as any: it opens nothing."""
    for place in walk.places:
        for path in ("/v1/models", "/metrics", "/admin/servers", "/admin/cache/export"):
            for lines in CREDENTIALS["none"], CREDENTIALS["a tenant's"]:
                sent = request("GET", path, *lines, host=host)
                reply = await walk.reply(place, sent)
                walk.tells_nothing(reply, sent)
                if host or path != "/v1/models":
                    walk.holds(reply, sent)


@pytest.mark.parametrize(
    "query", ["api_key={}", "key={}", "authorization=Bearer%20{}", "x-api-key={}", "access_token={}"]
)
async def test_keys_in_queries(walk: Walk, query: str):
    """They are none: addresses are written down everywhere."""
    for place, path in (
        ("api", "/v1/models"),
        ("api", "/v1/feedback"),
        ("admin", "/metrics"),
        ("admin", "/admin/servers"),
    ):
        method = "POST" if path == "/v1/feedback" else "GET"
        sent = request(method, f"{path}?{query.format(STAFF)}")
        reply = await walk.reply(place, sent)
        walk.holds(reply, sent)
        assert reply.status == 401


async def test_whoever_runs_it(walk: Walk):
    """The control: the key that is marked opens what the others do not."""
    for path, word in (("/metrics", b"wrp_requests_total"), ("/admin/servers", b"warm"), ("/admin/cache", b"entries")):
        reply = await walk.reply("admin", request("GET", path, f"authorization: Bearer {STAFF}"))
        assert reply.status == 200
        assert word in reply.body


@pytest.mark.fault("S7")
async def test_what_is_anothers(walk: Walk):
    """Blue's decision is not there for red to judge, nor its answer for red to be served."""
    said = json.dumps({"decision": walk.decision, "score": 0.0}).encode()
    for key, status in ((RED, 404), (STAFF, 404), (BLUE, 200)):
        head = f"POST /v1/feedback HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: {key}\r\n"
        reply = await walk.reply("api", head.encode() + b"content-length: %d\r\n\r\n" % len(said) + said)
        assert reply.status == status, (key, reply)
