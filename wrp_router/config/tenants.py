"""The part of the configuration that says what tenants may ask for and use."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from .secret import Secret
from .stores import RedisServer
from .words import Name, NameOrOthers, Positive, means

_PER = {"s": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0, "day": 86_400.0}
_PER |= {"week": 7 * 86_400.0, "month": 30 * 86_400.0}
_WITHIN = f"(?:{'|'.join(_PER)})"

Count = Annotated[
    str, Meta(pattern=rf"^[0-9]{{1,12}} ?/ ?{_WITHIN}$", extra={"form": "write it like 60/min; a time is s to month"})
]
"""So many within any such time."""

Spending = Annotated[
    str,
    Meta(
        pattern=rf"^\$ ?[0-9]{{1,6}}(?:\.[0-9]{{1,9}})? ?/ ?{_WITHIN}$",
        extra={"form": "write it like $20/day; a time is s to month"},
    ),
]
"""So many US$ within any such time."""


def amount_of(text: str) -> tuple[float, float]:
    """How much, and in how many seconds."""
    number, _, unit = text.partition("/")
    return float(number.replace("$", "")), _PER[unit.strip()]


class TenantLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all keys of a tenant may use together, within any stretch of time of that length; what comes from the cache
    takes nothing of it."""

    requests: Annotated[Count | None, means("Requests that go to engines, such as `60/min`.")] = None
    tokens: Annotated[Count | None, means("Tokens of prompts and answers, such as `100000/min`.")] = None
    budget: Annotated[Spending | None, means("What they cost by the prices of the pools, such as `$20/day`.")] = None
    concurrent: Annotated[Annotated[int, Meta(ge=0)] | None, means("Requests under way at the same time.")] = None


class TenantConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tenant may ask for and use, whichever of its keys it calls with."""

    name: Annotated[
        NameOrOthers,
        means("The tenant, as `keys` have it; `*` is every other one, and each of these has limits of its own."),
    ]
    models: Annotated[
        tuple[str, ...] | None,
        means(
            "The model names that it may ask for, and that `/v1/models` lists it; without them all, or with `routes` "
            "those of `auto`."
        ),
    ] = None
    routes: Annotated[
        tuple[Name, ...] | None, means("The routes that it may be led to; others are answered with 403.")
    ] = None
    limits: Annotated[TenantLimits, means("How much it may use.")] = TenantLimits()


class KeysFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that `wrp keys` makes and revokes; routers that run find out by themselves."""

    path: Annotated[str, Meta(min_length=1), means("The file. It holds digests, and no keys.")]
    pepper: Annotated[
        Secret,
        means("Keys these digests, such as `${WRP_KEY_PEPPER}`; kept elsewhere than the file. There is no default."),
    ]
    every: Annotated[Positive, means("How often routers look whether it changed.")] = 2.0


class KeysRedis(RedisServer, frozen=True, kw_only=True):
    """A Redis or Valkey server with keys that `wrp keys` makes and revokes, for routers on several hosts."""

    shorthand: ClassVar[str] = ""  # without a pepper it is none

    pepper: Annotated[
        Secret,
        means("Keys the digests there, such as `${WRP_KEY_PEPPER}`; kept elsewhere. There is no default."),
    ]
    namespace: Annotated[Name, means("Routers with the same one know the same keys.")] = "default"
    every: Annotated[Positive, means("How often routers ask whether there is something new.")] = 1.0
    deadline: Annotated[Positive, means("How long an answer may take; what was known holds meanwhile.")] = 2.0


class AccountsRedis(RedisServer, frozen=True, kw_only=True):
    """A Redis or Valkey server on which several routers, or workers, count together."""

    namespace: Annotated[Name, means("Routers with the same one share the accounts of their tenants.")] = "default"
    deadline: Annotated[Positive, means("How long a request waits; then none does, for a while.")] = 0.05


class AccountsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the use of tenants is counted."""

    assume: Annotated[
        int,
        Meta(ge=0, le=10_000_000),
        means("The tokens that are set aside for an answer where the request does not bound it by `max_tokens`."),
    ] = 1024
    redis: Annotated[
        AccountsRedis | None,
        means("The server on which routers count together; without it, each process counts for itself, in memory."),
    ] = None
    on_loss: Annotated[
        Literal["local", "refuse", "allow"],
        means(
            "What becomes of requests of limited tenants while it is away: each router counts alone (`local`), "
            "they are answered with 503 (`refuse`), or let through (`allow`). What they took is counted afterwards."
        ),
    ] = "local"
