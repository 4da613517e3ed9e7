"""Who calls: keys to tenants. A key is only ever held as its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import msgspec

from wrp_router.errors import Unauthorised
from wrp_router.wire.headers import CREDENTIALS
from wrp_signals.facts import Priority

KEY_LIMIT = 4096
SCHEME = "bearer "
_OTHERS = tuple(sorted(CREDENTIALS - {"authorization", "x-api-key"}))
"""Headers with keys that are not ours to know, but may be for an engine."""


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Who asks. `admin`: with a key for what concerns all tenants. `priority` is the class of requests that ask for
    none, `max_priority` the highest that any may have. `key` is the public id of the key, where it has one."""

    tenant: str
    admin: bool = False
    priority: Priority = "default"
    max_priority: Priority = "critical"
    key: str = ""


class Issues(Protocol):
    """Keys that come and go while the router runs."""

    def find(self, key: str) -> Caller | None: ...


NOBODY = Caller("")
"""Who asks for what is open to all."""


class Tenants:
    """`callers` are known by the SHA-256 digests of their keys, others by who `issued` theirs. Without either,
    everybody may call, in any class, and callers with different keys are different tenants all the same: what one
    cached is never another's."""

    __slots__ = ("_callers", "_issued", "_secret")

    def __init__(self, callers: Mapping[bytes, Caller], secret: bytes, issued: Issues | None = None) -> None:
        self._callers = callers
        self._issued = issued
        self._secret = secret

    @property
    def keyed(self) -> bool:
        """Whether callers have keys at all."""
        return bool(self._callers) or self._issued is not None

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request, by its headers under lower-case names. Raises Unauthorised."""
        key = _key_of(headers)
        if not self.keyed:
            return self._by_any_key(key, headers)
        if not key:
            raise Unauthorised("No API key was given. Send it as Authorization: Bearer KEY.", code="missing_api_key")
        caller = self._callers.get(hashlib.sha256(_octets(key)).digest())
        if caller is None and self._issued is not None:
            caller = self._issued.find(key)
        if caller is None:
            raise Unauthorised("The API key is not known here.")
        return caller

    def _by_any_key(self, key: str, headers: Mapping[str, str]) -> Caller:
        """Where nobody needs a key, whoever has one. An engine may be sent each of them: so each of them tells callers
        apart, lest one with no good key be given what another's bought."""
        others = [f"{name}\n{headers[name]}" for name in _OTHERS if headers.get(name)]
        if not key and not others:
            return Caller("local")
        digest = hashlib.blake2b(_octets("\n".join([key, *others])), digest_size=8, key=self._secret)
        return Caller(f"key-{digest.hexdigest()}")


def _octets(key: str) -> bytes:
    """The bytes that came in: header values need not be UTF-8."""
    return key.encode("utf-8", "surrogateescape")


def _key_of(headers: Mapping[str, str]) -> str:
    """The one key of `Authorization: Bearer` and `x-api-key`. Raises Unauthorised where the two differ."""
    bearer = headers.get("authorization", "")
    other = headers.get("x-api-key", "")
    if bearer:
        if bearer[: len(SCHEME)].lower() != SCHEME:
            raise Unauthorised("The Authorization header is not of the form: Bearer KEY.")
        bearer = bearer[len(SCHEME) :].strip()
        if other and other != bearer:
            raise Unauthorised("Authorization and x-api-key carry different keys.")
    key = bearer or other
    if len(key) > KEY_LIMIT:
        raise Unauthorised("The API key is too long.")
    return key
