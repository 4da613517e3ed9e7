"""Who may ask what concerns all tenants, be it to see it: whoever runs the router, and no page in a browser of theirs.

A page can send requests to addresses that only its reader reaches, and, with a name of its own that suddenly means
such an address (DNS rebinding), read the answers. It cannot do so without `Origin` or `Sec-Fetch-…`, with a content
type that forms have not, and under a host that is no name.
"""

from __future__ import annotations

from ipaddress import ip_address

from wrp_router.errors import Forbidden, Unsupported

from .preamble import Preamble

TYPES = frozenset({"application/json", "application/x-ndjson"})
"""What no form of a page can send."""

_OF_PAGES = ("origin", "sec-fetch-site", "sec-fetch-mode")


def check(preamble: Preamble, *, keyed: bool, orders: bool = True) -> None:
    """`keyed`: callers have keys. `orders`: what is asked shows or changes entries. Raises Forbidden, Unsupported."""
    headers = preamble.headers
    if any(name in headers for name in _OF_PAGES):
        raise Forbidden("Pages in browsers may not ask this.")
    look(preamble, keyed=keyed)
    if orders and headers.get("content-type", "").partition(";")[0].strip().lower() not in TYPES:
        raise Unsupported("Send it with Content-Type: application/json, which no page can do unasked.")


def look(preamble: Preamble, *, keyed: bool) -> None:
    """What is only looked at, of all tenants, also by a person with a browser. Raises Forbidden."""
    if not keyed and not _is_number(preamble.headers.get("host", "")):
        raise Forbidden("The Host header must be an IP address or localhost: a name could be that of a page.")
    if keyed and not preamble.caller.admin:
        raise Forbidden(
            "This key opens only what its tenant asks; mark the key of whoever may do this with admin: true."
        )


def _is_number(host: str) -> bool:
    """Whether it is an address, `localhost`, or (HTTP/1.0) missing: none that a name server could answer for."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return name.lower() in ("", "localhost") or bool(ip_address(name))
    except ValueError:
        return False
