"""Which headers cross the router, and which it writes itself. It refuses to forward what is meant for one hop only,
what names the router's own affairs, and what could carry a caller's secret to an engine or an engine's to a caller.
(RFC 9110 section 7.6.1.)
"""

from __future__ import annotations

from collections.abc import Iterable

REQUEST_ID = "x-request-id"
ANTHROPIC_REQUEST_ID = "request-id"

DECISION = "x-wrp-decision"
ROUTE = "x-wrp-route"
POLICY = "x-wrp-policy"
MODEL = "x-wrp-model"
MODEL_REQUESTED = "x-wrp-model-requested"
POOL = "x-wrp-pool"
SERVER = "x-wrp-server"
CACHE = "x-wrp-cache"
OVERHEAD_MS = "x-wrp-overhead-ms"
ATTEMPTS = "x-wrp-attempts"
WHY = "x-wrp-why"
SIGNALS = "x-wrp-signals"

EXPLAIN = "x-wrp-explain"

SESSION = "x-wrp-session"
DEADLINE_MS = "x-wrp-deadline-ms"

Headers = list[tuple[str, str]]

MAX_REQUEST_ID = 128

_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
    )
)
CREDENTIALS = frozenset(("authorization", "x-api-key", "api-key", "x-goog-api-key", "ocp-apim-subscription-key"))
"""In which callers send their keys."""
_NOT_UPSTREAM = _HOP_BY_HOP | {
    *(
        "host",
        "content-length",
        "content-encoding",
        "content-md5",
        "content-digest",
        "digest",
        "accept-encoding",
        "expect",
        "cookie",
        "cookie2",
        "forwarded",
        "via",
    ),
    *("x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "origin", "referer"),
    *(REQUEST_ID, "x-client-request-id"),
}
_NOT_TO_CLIENT = _HOP_BY_HOP | {
    *("content-length", "content-encoding", "set-cookie", "set-cookie2", "server", "date", "via", "alt-svc"),
    *("strict-transport-security", "x-powered-by", REQUEST_ID, ANTHROPIC_REQUEST_ID),
}
_OURS = ("x-wrp-", "x-forwarded-", "x-envoy-", "proxy-", "sec-")
_OURS_TO_CLIENT = ("x-wrp-", "x-forwarded-", "x-envoy-", "proxy-", "access-control-")
_VENDOR = ("openai-", "x-stainless-")


def to_upstream(
    headers: Iterable[tuple[str, str]],
    *,
    authorization: str | None = None,
    api_key: str | None = None,
    request_id: str | None = None,
    keep_credentials: bool = False,
    vendor: bool = False,
) -> Headers:
    """The headers of a request to an engine: names in lower case, order kept, ours at the end.

    The caller's credentials are replaced by the pool's (`authorization` is the whole value, `api_key` goes into
    `x-api-key`) and otherwise pass only with `keep_credentials`; `vendor` lets `openai-*` and `x-stainless-*` through.
    Names with an underscore are dropped, since many servers take them for the same name with a dash.
    """
    replaced = authorization is not None or api_key is not None
    dropped = _NOT_UPSTREAM if keep_credentials and not replaced else _NOT_UPSTREAM_NOR_CREDENTIALS
    prefixes = _OURS if vendor else _OURS_AND_VENDOR
    kept: Headers = []
    listed: list[str] = []
    for given, value in headers:
        name = given.lower()
        if name not in dropped:
            if not name.startswith(prefixes) and "_" not in name:
                kept.append((name, value))
        elif name == "connection" and value.lower() not in _HARMLESS:
            listed.append(value)
    if listed:
        kept = _without(kept, listed)
    if authorization is not None:
        kept.append(("authorization", authorization))
    if api_key is not None:
        kept.append(("x-api-key", api_key))
    if request_id is not None:
        kept.append((REQUEST_ID, request_id))
    return kept


def to_client(headers: Iterable[tuple[str, str]], *, vendor: bool = False) -> Headers:
    """The headers of an engine's response that the caller may see: names in lower case, order kept.

    Values that could break out of their line (CR, LF, NUL) or cannot be written in latin-1 are dropped. Request ids
    are dropped as well: the router sends its own. So are CORS permissions: who may read the router's answers in a
    browser is not the engine's to say. And so is the encoding of a body: what is relayed is not encoded.
    """
    prefixes = _OURS_TO_CLIENT if vendor else _OURS_TO_CLIENT_AND_VENDOR
    kept: Headers = []
    listed: list[str] = []
    for given, value in headers:
        name = given.lower()
        if name not in _NOT_TO_CLIENT:
            if not name.startswith(prefixes) and is_safe(value) and _is_token(name):
                kept.append((name, value))
        elif name == "connection" and value.lower() not in _HARMLESS:
            listed.append(value)
    return _without(kept, listed) if listed else kept


def is_safe(value: str) -> bool:
    """Whether a header value stays on its line: latin-1 without control characters other than tab."""
    return (value.isascii() and value.isprintable()) or not any(
        character in _CONTROLS or character > "\xff" for character in value
    )


def request_id(inbound: str | None, fresh: str) -> str:
    """The caller's request id if it is 1 to 128 visible ASCII characters, else the fresh one."""
    if (
        inbound
        and len(inbound) <= MAX_REQUEST_ID
        and inbound.isascii()
        and inbound.isprintable()
        and " " not in inbound
    ):
        return inbound
    return fresh


def _without(headers: Headers, listed: list[str]) -> Headers:
    """The headers less those that a `Connection` header declared to be for one hop."""
    named = {name.strip().lower() for value in listed for name in value.split(",")}
    return [item for item in headers if item[0] not in named]


def _is_token(name: str) -> bool:
    return name.isascii() and (name.replace("-", "").isalnum() or (bool(name) and _TOKEN.issuperset(name)))


_CONTROLS = frozenset(chr(code) for code in (*range(9), *range(10, 32), 127))
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")
_HARMLESS = frozenset(("", "close", "keep-alive"))  # drops nothing that is not dropped anyway
_NOT_UPSTREAM_NOR_CREDENTIALS = _NOT_UPSTREAM | CREDENTIALS
_OURS_AND_VENDOR = _OURS + _VENDOR
_OURS_TO_CLIENT_AND_VENDOR = _OURS_TO_CLIENT + _VENDOR
