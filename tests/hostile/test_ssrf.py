"""Whatever a request names (addresses, keys, files) in its body, its query or its headers: nobody goes there, and keys
of callers go to nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, CANARY, post
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig

pytestmark = pytest.mark.fault("S1")

PROVIDER = "sk-provider-0123456789abcdef"
CHANGES: dict[str, Any] = {"keys": (KeyConfig(tenant="canary", key=Secret(CANARY)),)}
FIELDS = ["api_base", "base_url", "api_url", "endpoint", "url", "host", "proxy", "custom_llm_provider", "callback_url"]
FIELDS += ["webhook", "redirect_uri", "model_url", "server", "upstream", "azure_endpoint", "api_key", "organization"]
HEADERS = ["x-forwarded-host", "x-original-url", "x-rewrite-url", "forwarded", "x-upstream", "x-portkey-custom-host"]
HEADERS += ["x-base-url", "x-gateway-destination-endpoint", "x-api-base", "referer", "origin", "x-wrp-server", "via"]


class Canary:
    """Listens, and counts whoever comes."""

    def __init__(self) -> None:
        self.hits = 0
        self.url = ""

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    """Nobody has a reason to connect to it."""
    made = Canary()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    await server.wait_closed()
    assert made.hits == 0


def asking(**fields: Any) -> bytes:
    """The usual question, with more in it."""
    return json.dumps({**json.loads(ASK), **fields}).encode()


async def test_fields_that_name_an_address(trial: Trial, canary: Canary):
    """One by one, all together, and deeper down: they are the engine's to ignore."""
    bodies = [asking(**{name: canary.url}) for name in FIELDS]
    bodies += [asking(**dict.fromkeys(FIELDS, canary.url)), asking(metadata={"api_base": canary.url})]
    bodies += [asking(extra_body={"api_base": canary.url}, extra_headers={"host": canary.url})]
    await trial.converses("/v1/chat/completions", bodies)


async def test_contents_that_name_an_address(trial: Trial, canary: Canary):
    """Pictures, files and tools by address are passed on as they are: the router fetches nothing."""
    parts = [
        {"type": "image_url", "image_url": {"url": f"{canary.url}/a.png"}},
        {"type": "input_audio", "input_audio": {"data": canary.url, "format": "wav"}},
        {"type": "file", "file": {"file_data": canary.url, "file_id": canary.url}},
        {"type": "text", "text": f"see {canary.url}"},
    ]
    bodies = [asking(messages=[{"role": "user", "content": [part]}]) for part in parts]
    bodies += [asking(tools=[{"type": "mcp", "server_url": canary.url, "function": {"name": "x"}}])]
    await trial.converses("/v1/chat/completions", bodies)
    picture = [{"type": "input_image", "image_url": canary.url}]
    asked = [{"model": "fake", "input": given} for given in (canary.url, picture)]
    await trial.converses("/v1/responses", [json.dumps(one).encode() for one in asked])


async def test_models_that_are_addresses(trial: Trial, canary: Canary):
    """They do not exist."""
    for name in (canary.url, f"openai/{canary.url}", f"fake@{canary.url}", "file:///etc/passwd", "../../fake"):
        await trial.refuses(post(body=asking(model=name)), 404)


async def test_headers_and_queries_that_name_an_address(trial: Trial, canary: Canary):
    """They lead nowhere, and no query reaches an engine."""
    for name in HEADERS:
        heard = await trial.tolerates(post(f"{name}: {canary.url}".encode()))
        assert heard.statuses == [200]
    for name in ("api_base", "url", "target"):
        heard = await trial.tolerates(post(target=f"/v1/chat/completions?{name}={canary.url}".encode()))
        assert heard.statuses == [200]
        assert trial.engine.seen[-1].path == "/v1/chat/completions"


async def test_a_host_that_is_another(trial: Trial, canary: Canary):
    """Neither in the Host header nor in the request line."""
    place = canary.url.removeprefix("http://").encode()
    raw = post().replace(b"host: router", b"host: " + place)
    assert (await trial.tolerates(raw)).statuses == [200]
    await trial.tolerates(post(first=b"POST " + canary.url.encode() + b"/v1/chat/completions HTTP/1.1"))
    await trial.tolerates(post(first=b"CONNECT " + place + b" HTTP/1.1"))


@pytest.mark.parametrize("changes", [CHANGES], indirect=True, ids=["keyed"])
async def test_keys_of_engines(trial: Trial, canary: Canary):
    """What the caller sends as one is not sent on, and what it asks for in its place changes nothing."""
    heard = await trial.tolerates(post(b"x-provider-key: " + PROVIDER.encode(), body=asking(api_base=canary.url)))
    assert heard.statuses == [200]
    assert CANARY not in repr(trial.engine.seen[-1].headers)
