"""What of a request's head is refused although the parser lets it pass: whatever two servers could read differently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from aiohttp import HttpVersion10, HttpVersion11
from aiohttp.http import HttpVersion

from wrp_router.errors import BadRequest, RouterError

_is_host = re.compile(r"(?:[\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?", re.ASCII).fullmatch
_AROUND = len(": \r\n")


class HeadersTooLarge(RouterError):
    """The request's headers are over a bound."""

    status, kind, code = 431, "invalid_request_error", "headers_too_large"


class Malformed(BadRequest):
    """Where this request ends is in doubt: nothing that follows it on its connection may be read."""

    code = "malformed_http"


def check_head(version: HttpVersion, headers: Mapping[str, str], pairs: list[tuple[str, str]], limit: int) -> None:
    """`headers` (one value each, under lower-case names) and `pairs` (all of them) are the same request's. Raises
    Malformed; BadRequest for a Host that is none (RFC 9112 section 3.2); HeadersTooLarge over `limit` bytes in all."""
    coding = headers.get("transfer-encoding")
    if version is not HttpVersion11 and (version != HttpVersion10 or coding is not None):
        raise Malformed("This is not a well-formed HTTP/1.1 or HTTP/1.0 request.")  # RFC 9112 sections 2.3 and 6.1
    if coding is not None and coding.lower() != "chunked":
        raise Malformed("Transfer-Encoding may only be: chunked.")
    if _is_host(headers.get("host", "")) is None:
        raise BadRequest("The Host header is not a host with or without a port.", code="invalid_host")
    if len("".join(chain.from_iterable(pairs))) + _AROUND * len(pairs) > limit:  # half the time of adding lengths up
        raise HeadersTooLarge(f"The headers are over {limit} bytes in all.")
