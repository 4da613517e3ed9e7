"""A router without a file: a configuration made of what the backends say they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wrp_policies.static import Static
from wrp_router.config.pools import Ability, PoolConfig, ServerConfig
from wrp_router.config.structs import Config, RouteConfig

EVERYTHING: tuple[Ability, ...] = (
    "chat",
    "completion",
    "embedding",
    "responses",
    "messages",
    "tools",
    "vision",
    "audio",
    "json_schema",
)
NAME_LIMIT = 64


def config_for(served: Mapping[str, Sequence[str]], listen: str) -> Config:
    """One pool per model, of all backends that serve it, in the order found. `served` maps URLs to model ids; a backend
    that named none takes any model name as it comes. Nothing is cached: nobody said that it may be."""
    by_model: dict[str, list[str]] = {}
    for url, models in served.items():
        for model in models or ("*",):
            by_model.setdefault(model, []).append(url)
    pools = tuple(
        PoolConfig(
            name=_pool_name(model, place),
            model=model,
            servers=tuple(ServerConfig(url) for url in urls),
            abilities=EVERYTHING,
        )
        for place, (model, urls) in enumerate(by_model.items())
    )
    route = RouteConfig(name="all", use=Static(tuple(pool.name for pool in pools)))
    return Config(version=1, pools=pools, listen=listen, routes=(route,))


def _pool_name(model: str, place: int) -> str:
    """A name for logs and metrics out of a model id, which may hold anything."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in model)
    return kept.strip(".-_")[:NAME_LIMIT] or f"pool-{place}"
