"""A router with a cache and an admin listener, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from typing import Any

import msgspec

from wrp_cache import Entry
from wrp_router.build import Router
from wrp_router.config import Secret
from wrp_router.config.caching import CacheConfig
from wrp_router.live.lifecycle import Listener
from wrp_router.zero import config_for

SECRET = "0123456789abcdef"


def entry(number: int, tenant: str = "local") -> Entry:
    """An answer to a question, made now."""
    key = number.to_bytes(16, "big")
    return Entry(key, b"p", tenant, "default", f"question {number}", b"{}", "application/json", monotonic())


@contextmanager
def remembering(count: int = 3, secret: str = SECRET, **changes: Any) -> Iterator[str]:
    """The address of its admin listener. It remembers so many answers."""
    address: Future[str] = Future()
    ending: Future[asyncio.Event] = Future()

    async def run() -> None:
        made = config_for({"http://127.0.0.1:1": ["fake"]}, "127.0.0.1:0")
        own = {"admin": "127.0.0.1:0", "cache": CacheConfig(semantic=False), "secret": Secret(secret)}
        config = msgspec.structs.replace(made, **(own | changes))
        async with Router(config) as router:
            remembers = router.parts.rooms.cache
            for number in range(count):
                assert remembers is not None
                assert remembers.put(entry(number), None, monotonic())
            end = asyncio.Event()
            ending.set_result(end)
            assert isinstance(router._admin, Listener)
            address.set_result("http://{}:{}".format(*router._admin.address))
            await end.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        yield address.result(10)
    finally:
        loop.call_soon_threadsafe(ending.result(10).set)
        thread.join(10)
        loop.close()
