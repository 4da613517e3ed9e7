"""The part of the configuration that says where answers are kept when they shall outlive the router, or be shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from urllib.parse import SplitResult

import msgspec
from msgspec import Meta

from .address import split_url
from .secret import Secret
from .units import Duration, Size
from .words import Name, Positive, means

_HTTP = {"redis://": "http://", "rediss://": "https://"}


Memory = Annotated[Size, Meta(ge=1 << 20), means("How much of `max_bytes` is for answers lately used.")]
Backlog = Annotated[Size, Meta(ge=1 << 20), means("What may wait to be written; beyond that, answers are lost.")]
MEMORY, BACKLOG = 64 << 20, 16 << 20


class SqliteStore(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="sqlite"
):
    """A file, for one router. Answers survive it, be it killed. `sqlite:///srv/wrp.db` stands for `/srv/wrp.db`."""

    shorthand: ClassVar[str] = "path"
    begins: ClassVar[Mapping[str, str]] = {"sqlite:///": "/"}

    memory: Memory = MEMORY
    backlog: Backlog = BACKLOG
    path: Annotated[
        str,
        Meta(min_length=1),
        means("The file. What has its name and `-wal`, `-shm` or `.index` belongs to it."),
    ]
    max_file: Annotated[Size, Meta(ge=1 << 20), means("What the file may take.")] = 4 << 30
    deadline: Annotated[Positive, means("How long a request waits for the file.")] = 0.1
    snapshots: Annotated[
        Duration,
        means("How often large indexes and what bars have learnt are written beside it, for a quick start; 0: never."),
    ] = 300.0


class RedisServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a Redis or Valkey server is, and as whom to speak to it."""

    shorthand: ClassVar[str] = "url"
    begins: ClassVar[Mapping[str, str]] = {scheme: scheme for scheme in _HTTP}

    url: Annotated[str, Meta(min_length=1), means("`redis://host:port/database`, or `rediss://` for TLS.")]
    user: Annotated[str | None, means("The user; without one, `default`.")] = None
    password: Annotated[Secret | None, means("The user's password, such as `${WRP_REDIS_PASSWORD}`.")] = None
    ca: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        means("A file of certificates to trust, for `rediss://`; without it, the system's."),
    ] = None


class RedisStore(RedisServer, frozen=True, kw_only=True, tag_field="kind", tag="redis"):
    """A Redis or Valkey server, for several routers that share their answers."""

    memory: Memory = MEMORY
    backlog: Backlog = BACKLOG
    namespace: Annotated[Name, means("Routers with the same one share their answers.")] = "default"
    history: Annotated[int, Meta(ge=100), means("About how many entries a router that starts can hear of.")] = 100_000
    deadline: Annotated[Positive, means("How long a request waits; then none does, for a while.")] = 0.05


StoreConfig = Literal["memory"] | SqliteStore | RedisStore
"""In this process, in a file, or on a server."""


def split_redis(url: str) -> tuple[SplitResult, int] | None:
    """The parts of a redis:// or rediss:// URL, with http or https for scheme, and the number of the database."""
    for scheme, instead in _HTTP.items():
        if url.startswith(scheme):
            parts = split_url(instead + url.removeprefix(scheme))
            database = parts.path.strip("/") or "0" if parts is not None else ""
            if parts is not None and database.isascii() and database.isdigit() and len(database) < 6:
                return parts, int(database)
    return None
