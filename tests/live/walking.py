"""Every way to ask for something that is not for whoever asks: routes, methods, spellings, credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.hostile.wire import Reply, Transcript, dial
from tests.live.scene import MODEL
from wrp_router.accounts.keys import Issued, KeyBook, digest_of, made_of
from wrp_router.build import Router
from wrp_router.fakes.engine import FakeEngine
from wrp_router.wire.paths import ENDPOINTS, Purpose

RED, BLUE, STAFF = "sk-red-0123456789abcdef", "sk-blue-0123456789abcdef", "sk-staff-0123456789abcdef"
PROMPT = "a question that blue alone may know of"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
ADMINS: frozenset[Purpose] = frozenset({"servers", "cache", "cache_purge", "cache_export", "cache_import"})
"""What only the admin listener has."""

GENERATES: frozenset[Purpose] = frozenset({"generate", "count_tokens", "feedback"})
ANYBODYS: frozenset[Purpose] = frozenset({"health", "ready"})
OF_TENANTS: frozenset[Purpose] = frozenset({"models", "model"})

PATHS = [*ENDPOINTS, f"/v1/models/{MODEL}"]
"""All of the table, and one of the models that it has a rule for."""

PEPPER = "a pepper that is kept elsewhere"
MADE = [made_of(bytes([number]) * 8, bytes([number]) * 32) for number in (1, 2)]
BOOK = KeyBook(1, tuple(
    Issued(id, "staff", digest_of(key, PEPPER.encode()), 0.0, admin=True, **ended)
    for (id, key), ended in zip(MADE, ({"revoked": 1.0}, {"expires": 1.0}), strict=True)
))  # fmt: skip

CREDENTIALS = {
    "none": (),
    "empty": ("authorization: Bearer ", "x-api-key: "),
    "a tenant's": (f"authorization: Bearer {RED}",),
    "a tenant's, as Anthropic has it": (f"x-api-key: {RED}",),
    "two": (f"authorization: Bearer {RED}", f"x-api-key: {STAFF}"),
    "the same header twice": (f"authorization: Bearer {RED}", f"authorization: Bearer {STAFF}"),
    "malformed": (f"authorization: {STAFF}",),
    "another scheme": (f"authorization: Basic {STAFF}",),
    "a piece": (f"authorization: Bearer {STAFF[:-1]}",),
    "one more": (f"authorization: Bearer {STAFF}x",),
    "revoked": (f"authorization: Bearer {MADE[0][1]}",),
    "expired": (f"x-api-key: {MADE[1][1]}",),
    "in a cookie": (f"cookie: authorization=Bearer {STAFF}; api_key={STAFF}",),
    "by word": ("x-wrp-admin: true", "x-wrp-tenant: staff", "x-forwarded-user: staff", "x-forwarded-for: 127.0.0.1"),
}
KNOWN = {"a tenant's", "a tenant's, as Anthropic has it"}


def spellings(path: str) -> Iterator[str]:
    """What some server or other takes for this path."""
    first, _, rest = path[1:].partition("/")
    yield f"http://router{path}"
    yield f"http://127.0.0.1{path}"
    yield f"/{path}"
    yield f"{path}/"
    yield f"{path};x=1"
    yield f"{path}%00"
    yield f"{path}%2f"
    yield f"/%2e{path}"
    yield f"/.{path}"
    yield f"/v1/..{path}"
    yield f"/healthz/..{path}"
    yield f"/healthz/..;{path}"
    yield f"/healthz%2f..{path}"
    yield f"/{first}%2f{rest}" if rest else f"%2f{first}"
    yield f"/{first}//{rest}" if rest else f"//{first}"
    yield f"/{first.capitalize()}/{rest.capitalize()}" if rest else f"/{first.upper()}"
    yield "\\" + path[1:].replace("/", "\\")


def request(method: str, target: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    """With a body that any path would take for one, if it took it at all; CONNECT has none (RFC 9110 9.3.6)."""
    body = b"" if method in ("GET", "HEAD", "CONNECT") else json.dumps({"all": True}).encode()
    head = [f"{method} {target} HTTP/1.1", f"host: {host}", "content-type: application/json", *lines]
    return "\r\n".join([*head, f"content-length: {len(body)}", "", ""]).encode() + body


class Walk:
    """A router with and without an admin listener, keys, and something to steal."""

    def __init__(self, router: Router, engine: FakeEngine) -> None:
        self.router, self._engine, self.decision = router, engine, ""
        assert router.listener is not None
        self.places = {"api": router.listener.address}
        if router._admin is not None:
            self.places["admin"] = router._admin.address

    async def ask(self, place: str, sent: bytes) -> Transcript:
        """All that comes back."""
        line = await dial(self.places[place])
        try:
            await line.send(sent)
            return await line.converse(bodiless=sent.startswith(b"HEAD "))
        finally:
            line.close()

    async def reply(self, place: str, sent: bytes) -> Reply:
        """The one answer that there must be."""
        heard = await self.ask(place, sent)
        assert len(heard.replies) == 1, (sent, heard.raw)
        return heard.replies[0]

    def holds(self, reply: Reply, sent: bytes) -> None:
        """It is a refusal, as JSON in the dialect of its path, and nothing of what others have is in it."""
        assert reply.status in (400, 401, 403, 404, 405), (sent, reply)
        assert reply.headers["content-type"] == "application/json", sent
        assert "access-control-allow-origin" not in reply.headers, sent
        if not sent.startswith(b"HEAD "):
            told = json.loads(reply.body)
            anthropic = sent.split(b" ")[1].startswith(b"/v1/messages")
            assert set(told) == ({"type", "error", "request_id"} if anthropic else {"error"}), (sent, told)
        self.tells_nothing(reply, sent)

    def tells_nothing(self, reply: Reply, sent: bytes) -> None:
        """Whatever it is: not where engines are, what others asked, what they may use, or how much was asked."""
        engine = self._engine.url.partition("//")[2]
        for word in (engine, "wrp_requests_total", PROMPT, "sha256", "warm", "entries", STAFF, BLUE, "sk-of-the-pool"):
            assert word not in reply.body.decode() + repr(reply.headers), (sent, reply)
