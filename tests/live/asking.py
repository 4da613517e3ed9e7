"""Asks the cache's desk of a router, as whoever runs it would."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from tests.live.scene import ASK
from wrp_cache import Cache
from wrp_router.build import Router
from wrp_router.config import KeyConfig, Secret
from wrp_router.config.caching import CacheConfig
from wrp_router.live.lifecycle import Listener

KEEPING = {"cache": CacheConfig(semantic=False), "secret": Secret("0123456789abcdef")}
"""A cache whose exports another router takes in."""
KEYS = (
    KeyConfig("red", Secret("sk-red-0123456789")),
    KeyConfig("blue", Secret("sk-blue-0123456789")),
    KeyConfig("staff", Secret("sk-staff-0123456789"), admin=True),
)


class Desk:
    """Asks a router's admin listener."""

    def __init__(self, router: Router, http: aiohttp.ClientSession) -> None:
        assert isinstance(router._admin, Listener)
        self.router = router
        self._http = http
        self._base = "http://{}:{}".format(*router._admin.address)

    async def ask(self, method: str, path: str = "", data: Any = None, **headers: str) -> tuple[int, Any]:
        """Status, and the body: decoded where it is JSON."""
        given = {"content-type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
        async with self._http.request(method, f"{self._base}/admin/cache{path}", data=data, headers=given) as answer:
            raw = await answer.read()
            kind = answer.headers["content-type"]
        return answer.status, json.loads(raw) if kind.startswith("application/json") else raw

    async def purge(self, **order: Any) -> tuple[int, Any]:
        """An order to purge."""
        return await self.ask("POST", "/purge", json.dumps(order).encode())

    async def fill(self, *questions: str, key: str = "") -> list[str]:
        """Asks the router, one after the other; what came of the cache."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        found = []
        for question in questions:
            body = {**ASK, "messages": [{"role": "user", "content": question}]}
            url = f"{self.router.url}/v1/chat/completions"
            async with self._http.post(url, json=body, headers=headers) as answer:
                await answer.read()
                found.append(answer.headers["x-wrp-cache"])
        return found


def cache_of(desk: Desk) -> Cache:
    """What the router remembers with."""
    cache = desk.router.parts.rooms.cache
    assert cache is not None
    return cache
