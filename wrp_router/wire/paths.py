"""Which path is which API. A pure table: what is not spelt exactly like one of its paths does not exist, whatever dots,
double slashes or escapes would make of it elsewhere.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import unquote_to_bytes

import msgspec

from wrp_router.errors import MethodNotAllowed, NotFound
from wrp_signals.facts import Operation

Purpose = Literal[
    "generate",
    "count_tokens",
    "models",
    "model",
    "health",
    "ready",
    "metrics",
    "servers",
    "cache",
    "cache_purge",
    "cache_export",
    "cache_import",
    "feedback",
]


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """What a path is for. `operation` is the API whose bodies it takes, `argument` the model that `/v1/models/…` names.

    `generate` answers are chosen, cached and metered; `count_tokens` is relayed as it is.
    """

    purpose: Purpose
    operation: Operation | None = None
    methods: tuple[str, ...] = ("POST",)
    argument: str = ""


_GET = ("GET", "HEAD")
_MODEL_PREFIX = "/v1/models/"
_LONGEST_MODEL = 256

ENDPOINTS: dict[str, Endpoint] = {
    "/v1/chat/completions": Endpoint("generate", "chat"),
    "/v1/completions": Endpoint("generate", "completion"),
    "/v1/embeddings": Endpoint("generate", "embedding"),
    "/v1/responses": Endpoint("generate", "responses"),
    "/v1/messages": Endpoint("generate", "messages"),
    "/v1/messages/count_tokens": Endpoint("count_tokens", "messages"),
    "/v1/models": Endpoint("models", methods=_GET),
    "/v1/feedback": Endpoint("feedback"),
    "/healthz": Endpoint("health", methods=_GET),
    "/readyz": Endpoint("ready", methods=_GET),
    "/metrics": Endpoint("metrics", methods=_GET),
    "/admin/servers": Endpoint("servers", methods=_GET),
    "/admin/cache": Endpoint("cache", methods=("GET",)),
    "/admin/cache/purge": Endpoint("cache_purge"),
    "/admin/cache/export": Endpoint("cache_export", methods=("GET",)),
    "/admin/cache/import": Endpoint("cache_import"),
}

OF_ALL: frozenset[Purpose] = frozenset({"metrics", "servers", "cache", "cache_purge", "cache_export", "cache_import"})
"""What concerns all tenants: nothing of it is for a tenant's key."""


def find(method: str, path: str) -> Endpoint:
    """The endpoint of a request. `path` is as it stands in the request line, without its query.

    Raises NotFound, or MethodNotAllowed (whose message names the methods that are; `allowed` lists them).
    """
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        endpoint = _model(path)
    if method not in endpoint.methods:
        allowed = ", ".join(endpoint.methods)
        raise MethodNotAllowed(f"this path takes {allowed} only")
    return endpoint


def allowed(path: str) -> tuple[str, ...]:
    """The methods of a path, for the `Allow` header; none for a path that does not exist."""
    try:
        return (ENDPOINTS.get(path) or _model(path)).methods
    except NotFound:
        return ()


def shown(path: str) -> str:
    """The path as it may be written down: whoever puts a key where a model belongs has not said it to a log."""
    return path if path in ENDPOINTS else _MODEL_PREFIX + "{id}"


def _model(path: str) -> Endpoint:
    """`/v1/models/{id}`; ids may hold slashes, spelt out or escaped."""
    if path.startswith(_MODEL_PREFIX) and len(path) <= len(_MODEL_PREFIX) + 3 * _LONGEST_MODEL:
        try:
            name = unquote_to_bytes(path[len(_MODEL_PREFIX) :]).decode()
        except UnicodeError:
            name = ""
        if name and len(name) <= _LONGEST_MODEL and name.isprintable():
            return Endpoint("model", methods=_GET, argument=name)
    raise NotFound("there is nothing at this path")
