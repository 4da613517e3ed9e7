"""Where attempts go: one engine's address, its connections, and how it wants to be spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wrp_router.config.bounds import Timeouts
from wrp_router.wire import headers as wire_headers
from wrp_router.wire.handing import Handing, Place
from wrp_router.wire.salting import salt_of, salted

from .upstream.origin import Origin

DEFAULT = Timeouts()

REDACTED = b"[redacted]"

KeyMode = Literal["own", "client", "none"]
"""Which key an engine gets: the pool's own, the one the client sent, or none."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """`authorization` or `api_key` (for Anthropic) is the pool's own key; `vendor` engines also get the vendor's own
    headers; `done_marker` is False for engines that end a stream without `[DONE]`. `handing` is how servers are told of
    prompts that are computed elsewhere, if their pool does that, and `place` where this one is found for them.
    `logprobs`: its engine may be asked for log-probabilities by us. With `salts` each tenant's prompts are cached
    apart, under that secret. `unspoken` is the key where it is a secret: no answer may have it."""

    origin: Origin
    key_mode: KeyMode = "none"
    authorization: str | None = None
    api_key: str | None = None
    vendor: bool = False
    done_marker: bool = True
    timeouts: Timeouts = DEFAULT
    handing: Handing | None = None
    place: Place | None = None
    logprobs: bool = False
    salts: bytes | None = None
    unspoken: bytes = b""

    def redacted(self, said: bytes) -> bytes:
        """What this engine says, an answer or an error, without the key that it was sent."""
        return said.replace(self.unspoken, REDACTED) if self.unspoken else said

    def body(self, raw: bytes, tenant: str) -> bytes:
        """A request's body as this engine gets it of this tenant."""
        return raw if self.salts is None else salted(raw, salt_of(tenant, self.salts))

    def head(self, path: str, inbound: list[tuple[str, str]], trace: str) -> bytes:
        """The request's head for `path`, up to but without content-length. Only what may cross crosses; answers are
        asked for uncompressed, since they are metered."""
        headers = wire_headers.to_upstream(
            inbound,
            authorization=self.authorization,
            api_key=self.api_key,
            keep_credentials=self.key_mode == "client",
            vendor=self.vendor,
        )
        lines = [f"POST {self.origin.base}{path} HTTP/1.1\r\nhost: {self.origin.host_header}\r\n"]
        lines += [f"{name}: {value}\r\n" for name, value in headers if not (trace and name == "traceparent")]
        lines.append("accept-encoding: identity\r\n")
        if trace:
            lines.append(f"traceparent: {trace}\r\n")
        return "".join(lines).encode("utf-8", "surrogateescape")  # as the server decoded it
