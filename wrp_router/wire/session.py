"""Which conversation a request belongs to: what its client says, else a fingerprint. It refuses to guess identity:
two callers may share a session, so whoever keeps state by session keeps it by tenant first.

In order: ours; the clients' own (each names one conversation); the routers' and gateways' before us; the fields of the
body that name a conversation, then those that name a person; the fingerprint. Headers that name one request or one
trace (`x-request-id`, `x-correlation-id`, `x-trace-id`) are no session: every request would be one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from .headers import SESSION
from .view import text_of
from .words import Body

MAX_SESSION = 128
"""Characters of a session's name; longer ones are replaced by their digest, never cut (cutting makes two one)."""

FINGERPRINT, DIGEST = "fp:", "h:"
"""How the names begin that are ours. A client's name that begins so is replaced by its digest: no client can claim a
fingerprint."""

HEADERS = (
    SESSION,
    "x-claude-code-session-id",
    "session-id",  # Codex
    "session_id",
    "conversation_id",
    "x-session-id",  # OpenCode; vLLM router, vLLM Semantic Router
    "x-session-affinity",  # OpenCode
    "x-openwebui-chat-id",
    "x-grok-conv-id",
    "x-conversation-id",
    "x-thread-id",
    "x-chat-id",
    "x-dynamo-session-id",
    "x-aibrix-session-key",
    "x-session-token",  # llm-d
    "x-model-affinity",  # Plano
    "x-smg-routing-key",  # SGLang
    "x-litellm-session-id",
    "helicone-session-id",
)
"""Request headers that name a session, the most telling first."""

_FIELDS = (
    ("conversation", "id"),
    ("metadata", "session_id"),
    ("metadata", "conversation_id"),
    ("metadata", "thread_id"),
    ("metadata", "chat_id"),
    ("session_params", "session_id"),  # vLLM router
    ("session_id", ""),
    ("conversation_id", ""),
    ("litellm_session_id", ""),
    ("chat_id", ""),  # Open WebUI
    ("prompt_cache_key", ""),
    ("metadata", "user_id"),  # Claude Code writes its session in here
    ("user", ""),
)
"""Fields of the body, with the field within where they hold an object."""

_HEAD = 512
_HEADERS = frozenset(HEADERS)
_TELLING = frozenset([field for field, _ in _FIELDS])


def session_of(headers: Mapping[str, str], body: Body, *, tenant: str = "", secret: bytes = b"") -> str:
    """The session's name, at most MAX_SESSION printable characters, or "" where there is nothing to go by.

    `headers` have lower-case names (or ignore case). A header wins over the body, and both over a fingerprint
    `fp:…` of the tenant, the system prompt and the first user message, which stay the same as a conversation grows.
    `secret` (at most 64 bytes) keys it, so that a log with fingerprints does not tell who asked what.
    """
    if not _HEADERS.isdisjoint(headers):
        for name in HEADERS:
            value = headers.get(name)
            if value:
                return _kept(value)
    if not _TELLING.isdisjoint(body.tree):
        for field, inner in _FIELDS:
            held = body.tree.get(field)
            if type(held) is dict:
                held = held.get(inner)
            if type(held) is str and held:
                return _kept(held)
    return _fingerprint(body, tenant, secret)


def _kept(value: str) -> str:
    if len(value) <= MAX_SESSION and value.isprintable() and not value.startswith((FINGERPRINT, DIGEST)):
        return value
    return DIGEST + blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _fingerprint(body: Body, tenant: str, secret: bytes) -> str:
    """Only for the APIs in which a conversation comes back longer; "" if there is no text to tell it by."""
    tree = body.tree
    if body.operation == "chat":
        system, first = _opening(tree.get("messages"))
    elif body.operation == "messages":
        system, first = text_of(tree.get("system")), _opening(tree.get("messages"))[1]
    elif body.operation == "responses":
        asked = tree.get("input")
        system, first = _opening(asked) if type(asked) is list else ("", text_of(asked))
        system = text_of(tree.get("instructions")) or system
    else:
        return ""
    if not first:
        return ""
    # the heads suffice to tell conversations apart, and hashing a 100 KB system prompt would cost 0.1 ms
    told = f"{tenant}\0{len(system)}\0{system[:_HEAD]}\0{len(first)}\0{first[:_HEAD]}"
    return FINGERPRINT + blake2b(told.encode("utf-8", "replace"), digest_size=12, key=secret[:64]).hexdigest()


def _opening(messages: Any) -> tuple[str, str]:
    """The first system prompt and the first user message of a list of messages."""
    system = ""
    for item in messages if type(messages) is list else ():
        if type(item) is not dict:
            continue
        role = item.get("role")
        if role == "user":
            return system, text_of(item.get("content"))
        if not system and (role == "system" or role == "developer"):
            system = text_of(item.get("content"))
    return system, ""
