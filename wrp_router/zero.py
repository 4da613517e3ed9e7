"""A router without a file: a configuration made of what the backends say they serve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

from wrp_policies.selection import Static
from wrp_router.config.address import server_name
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
    names = _pool_names(by_model)
    pools = tuple(
        PoolConfig(
            name=names[model],
            model=model,
            servers=tuple(ServerConfig(url) for url in {server_name(url): url for url in urls}.values()),
            abilities=EVERYTHING,
        )
        for model, urls in by_model.items()
    )
    route = RouteConfig(name="all", use=Static(tuple(pool.name for pool in pools)))
    return Config(version=1, pools=pools, listen=listen, routes=(route,))


def _pool_names(models: Iterable[str]) -> dict[str, str]:
    """Names for logs and metrics out of model ids, which may hold anything; no two models share one."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for model in models:
        plain = _pool_name(model)
        numbered = (f"{plain[: NAME_LIMIT - 6]}-{number}" for number in count(2))
        names[model] = next(name for name in chain((plain,), numbered) if name not in taken)
        taken.add(names[model])
    return names


def _pool_name(model: str) -> str:
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in model)
    return kept.lstrip(".-_")[:NAME_LIMIT].rstrip(".-_") or "pool"
