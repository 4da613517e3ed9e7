"""What the gateway answers by itself: health, readiness, metrics, the list of models, and the state of servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from time import monotonic
from typing import Any, Protocol

import msgspec
from aiohttp import web

from wrp_policies.types import Pools
from wrp_router.accounts import Accounts
from wrp_router.errors import NotFound
from wrp_router.fleet import Heard
from wrp_router.telemetry.metrics import CONTENT_TYPE
from wrp_router.wire import models
from wrp_router.wire.paths import Purpose

from .gateway import Local
from .siblings import ALONE, Siblings, beside


class Tells(Protocol):
    """What the endpoints ask a router."""

    def ready(self) -> bool: ...

    async def exposition(self) -> bytes: ...

    def pools(self) -> Pools: ...

    def heard(self) -> Mapping[tuple[str, str], Heard]: ...


class Endpoints:
    """The handlers, by purpose. `names` are the models a client may ask for, listed as `created` then."""

    def __init__(self, router: Tells, names: Sequence[str], created: int, siblings: Siblings = ALONE) -> None:
        self._router, self._created, self._siblings = router, created, siblings
        siblings.answer("servers", self._fleet)
        self._models: dict[str, models.Model] = {name: (name, created, "wrp") for name in names}

    def public(self, *, metrics: bool) -> Mapping[Purpose, Local]:
        """Those of the API's own listener."""
        found: dict[Purpose, Local] = {
            "health": self.health,
            "ready": self.ready,
            "models": self.models,
            "model": self.model,
        }
        if metrics:
            found["metrics"] = self.metrics
        return found

    def own(self, accounts: Accounts | None) -> Mapping[str, Mapping[Purpose, Local]]:
        """What differs by tenant: which models those are told of that may not ask for every one; nothing for others."""
        found: dict[str, Mapping[Purpose, Local]] = {}
        for tenant, terms in accounts.terms.items() if accounts is not None else ():
            found[tenant] = {}
            if terms.models is not None:
                names = [name for name in self._models if name in terms.models]
                more = sorted(terms.models.difference(names))  # of a pool that takes any name
                some = Endpoints(self._router, (*names, *more), self._created)
                found[tenant] = {"models": some.models, "model": some.model}
        return found

    def admin(self) -> Mapping[Purpose, Local]:
        """Those of the admin listener."""
        return {"health": self.health, "ready": self.ready, "metrics": self.metrics, "servers": self.servers}

    async def health(self, argument: str) -> web.Response:
        return _json(b'{"status":"ok"}')

    async def ready(self, argument: str) -> web.Response:
        if self._router.ready():
            return _json(b'{"status":"ready"}')
        return _json(b'{"status":"not ready"}', status=503)

    async def metrics(self, argument: str) -> web.Response:
        body = await self._router.exposition()
        return web.Response(body=body, headers={"content-type": CONTENT_TYPE})

    async def models(self, argument: str) -> web.Response:
        return _json(models.listing(self._models.values()))

    async def model(self, argument: str) -> web.Response:
        if argument not in self._models:
            raise NotFound(f"The model {argument!r} does not exist.", code="model_not_found", param="model")
        return _json(models.single(self._models[argument]))

    async def servers(self, argument: str) -> web.Response:
        return _json(await beside(self._siblings, "servers", await self._fleet(b"")))

    async def _fleet(self, asked: bytes) -> bytes:
        """As it is seen here."""
        pools, heard = msgspec.to_builtins(self._router.pools(), enc_hook=_blocks), self._router.heard()
        for pool in pools:
            for server in pool["servers"]:
                server["report"] = _report(heard.get((pool["name"], server["name"])))
        return msgspec.json.encode({"pools": pools})


def _blocks(warm: object) -> int:
    """Who holds which prefix is a window, not data; how many blocks are known of is told."""
    return len(warm) if isinstance(warm, Sized) else 0


def _report(heard: Heard | None) -> dict[str, Any] | None:
    """What a server last said of its load, and how many seconds ago; nothing where that is too long."""
    if heard is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(heard)
    return {"age": monotonic() - told.pop("at"), **told}


def _json(body: bytes, *, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")
