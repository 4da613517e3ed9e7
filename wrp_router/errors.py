"""Errors by whose fault they are. `wire.errors` turns them into the caller's dialect; nothing else builds error bodies.

Programming errors are not in here and are not caught as these.
"""

from __future__ import annotations


class RouterError(Exception):
    """Something that ends a request with an HTTP status.

    `code` is stable and machine-readable, `param` names the offending field, `retry_after` is in seconds and
    `final` says that the gateway has already spent its retries (clients are told not to add their own).
    """

    status = 500
    kind = "server_error"
    code = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.param = param
        self.retry_after = retry_after
        self.final = final


class BadRequest(RouterError):
    """The client sent something that cannot be served."""

    status, kind, code = 400, "invalid_request_error", "invalid_request"


class Unauthorised(RouterError):
    """No key, or one that we do not know."""

    status, kind, code = 401, "authentication_error", "invalid_api_key"


class Forbidden(RouterError):
    """Not for who asks."""

    status, kind, code = 403, "permission_error", "forbidden"


class NotFound(RouterError):
    """No such path or model."""

    status, kind, code = 404, "invalid_request_error", "not_found"


class MethodNotAllowed(RouterError):
    """The path exists, the method does not."""

    status, kind, code = 405, "invalid_request_error", "method_not_allowed"


class BodyTimeout(RouterError):
    """The client stopped sending its request."""

    status, kind, code = 408, "invalid_request_error", "request_timeout"


class TooLarge(RouterError):
    """The request is over a bound."""

    status, kind, code = 413, "invalid_request_error", "request_too_large"


class Unsupported(RouterError):
    """A content type or encoding that we do not read; `accepts`: which encoding we do, where that was wrong (RFC 9110
    section 15.5.16)."""

    status, kind, code = 415, "invalid_request_error", "unsupported_media_type"
    accepts = ""


class RateLimited(RouterError):
    """The caller's own limit. Always says when to come back."""

    status, kind, code = 429, "rate_limit_error", "rate_limit_exceeded"


class Overloaded(RouterError):
    """No server has room, or none is up. Always says when to come back."""

    status, kind, code = 503, "server_error", "overloaded"


class UpstreamFailed(RouterError):
    """Every server we may try failed."""

    status, kind, code = 502, "server_error", "upstream_failed"


class UpstreamTimedOut(RouterError):
    """Nothing came in time."""

    status, kind, code = 504, "server_error", "upstream_timeout"


class Interrupted(RouterError):
    """The engine's stream ended before it said that it was done."""

    status, code = 502, "upstream_stream_interrupted"


class NotCached(RouterError):
    """The caller wanted a cached answer or none (`x-wrp-cache: only-if-cached`; 504 as in RFC 9111 5.2.1.7)."""

    status, code = 504, "not_cached"
