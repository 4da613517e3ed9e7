"""Who may ask the cache's desk: whoever runs the router, by key where there are keys, and no page of a browser."""

from __future__ import annotations

import aiohttp
import pytest

from tests.live.asking import KEEPING, KEYS, Desk, cache_of
from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import Scene
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("S4")

JSON = {"content-type": "application/json"}
ASKED = [("GET", ""), ("POST", "/purge"), ("GET", "/export"), ("POST", "/import")]


@pytest.mark.parametrize(("method", "path"), ASKED)
@pytest.mark.parametrize("header", ["origin", "sec_fetch_site", "sec_fetch_mode", "host"])
async def test_no_page_may(desk: Desk, method: str, path: str, header: str):
    """Whatever a browser adds to what a page asks; and under a name, which could be rebound to this address."""
    await desk.fill("one")
    value = "rebound.example:8081" if header == "host" else "null"
    status, told = await desk.ask(method, path, b'{"all":true}' if method == "POST" else None, **{header: value})
    assert (status, told["error"]["code"]) == (403, "forbidden")
    assert len(cache_of(desk)) == 1


@pytest.mark.parametrize(("method", "path"), ASKED[1:])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
async def test_no_form_may(desk: Desk, method: str, path: str, kind: str):
    """The content types that pages send without asking first."""
    await desk.fill("one")
    data = b'{"all":true}' if method == "POST" else None
    status, told = await desk.ask(method, path, data, content_type=kind)
    assert (status, told["error"]["code"]) == (415, "unsupported_media_type")
    assert len(cache_of(desk)) == 1


async def test_no_preflight_is_answered(desk: Desk):
    """So that a page that asks first gets no leave."""
    status, told = await desk.ask("OPTIONS", "/purge", origin="http://page.example")
    assert (status, told["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(("method", "path"), ASKED)
async def test_with_keys(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, method: str, path: str):
    """One is needed that is marked: a tenant's own opens nothing of it. Then any name is good."""
    desk = Desk(await scene.open(engine, admin="127.0.0.1:0", **KEEPING, keys=KEYS), http)
    data = b'{"all":true}' if path == "/purge" else None
    assert (await desk.ask(method, path, data))[0] == 401
    mine = await desk.ask(method, path, data, authorization="Bearer sk-red-0123456789")
    assert mine[0] == 403
    staff = await desk.ask(method, path, data, authorization="Bearer sk-staff-0123456789", host="router.internal")
    assert staff[0] == (400 if path == "/import" else 200)


async def test_only_there(desk: Desk, http: aiohttp.ClientSession):
    """The API's own listener has no such desk."""
    for method, path in ASKED:
        url = f"{desk.router.url}/admin/cache{path}"
        async with http.request(method, url, data=b"{}", headers=JSON) as answer:
            assert answer.status == 404


async def test_without_a_cache(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """There is no desk."""
    desk = Desk(await scene.open(engine, admin="127.0.0.1:0"), http)
    assert (await desk.ask("GET"))[0] == 404


@pytest.mark.parametrize("path", ["/metrics", "/admin/servers"])
async def test_what_is_looked_at(scene: Scene, engine: FakeEngine, connect: Connect, path: str):
    """By people with browsers, too; but without keys under no name that could be rebound to this address."""
    router = await scene.open(engine, admin="127.0.0.1:0")
    assert router._admin is not None
    for host, status in (("127.0.0.1", 200), ("localhost:1", 200), ("[::1]", 200), ("rebound.example:8081", 403)):
        raw = await connect(router._admin.address)
        await raw.send(request(None, path, "GET", host=host, sec_fetch_mode="navigate"))
        assert (await raw.answer())[0] == status
