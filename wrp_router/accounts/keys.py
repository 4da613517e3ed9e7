"""Keys that this program hands out: a public id by which logs and people know them, and a secret that nobody keeps.
What is kept is an HMAC of the whole key under a pepper that is elsewhere: whoever steals the file has no keys, and
cannot try any.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Literal

import msgspec

from wrp_signals.facts import Priority

ID_BYTES, SECRET_BYTES = 8, 32
"""Chance that makes a key: its id need only be another's nowhere else, its secret nobody ever guesses."""

_SHAPE = re.compile(r"wrp_([a-z2-7]{13})_[A-Za-z0-9_-]{43}")


class Issued(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key as it is kept. `digest` is in hex; times are in seconds since the epoch. `pepper`: the fingerprint of that
    under which it is, where that is known."""

    id: str
    tenant: str
    digest: str
    created: float
    admin: bool = False
    priority: Priority = "default"
    max_priority: Priority | None = None
    expires: float | None = None
    revoked: float | None = None
    pepper: str = ""

    def good(self, now: float) -> bool:
        """Whether it opens anything."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class KeyBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All keys of a file."""

    version: Literal[1] = 1
    keys: tuple[Issued, ...] = ()

    def revoke(self, id: str, now: float) -> KeyBook:
        """The same without that one. Raises KeyError where there is none of that id, or no more."""
        if not any(one.id == id and one.revoked is None for one in self.keys):
            raise KeyError(id)
        kept = [msgspec.structs.replace(one, revoked=now) if one.id == id else one for one in self.keys]
        return KeyBook(1, tuple(kept))


def made_of(id_chance: bytes, secret_chance: bytes) -> tuple[str, str]:
    """Id and whole key, of ID_BYTES and SECRET_BYTES random bytes."""
    id = b32encode(id_chance).decode().rstrip("=").lower()
    return id, f"wrp_{id}_{urlsafe_b64encode(secret_chance).decode().rstrip('=')}"


def id_of(key: str) -> str:
    """The public part of a whole key; "" for anything else, a piece of a key included."""
    found = _SHAPE.fullmatch(key)
    return found[1] if found is not None else ""


def digest_of(key: str, pepper: bytes) -> str:
    """What is kept of it."""
    return hmac.digest(pepper, key.encode("utf-8", "surrogateescape"), "sha256").hex()


def fingerprint_of(pepper: bytes) -> str:
    """By which people and programs see that two peppers are not the same. It tells nothing of one that is worth its
    name."""
    return hmac.digest(pepper, b"which pepper this is", "sha256").hex()[:8]


def under_another(keys: Iterable[Issued], pepper: bytes, now: float) -> tuple[Issued, ...]:
    """Those that would be good, and open nothing where this is the pepper."""
    ours = fingerprint_of(pepper)
    return tuple([one for one in keys if one.pepper not in ("", ours) and one.good(now)])


class KeyRing:
    """Keys by id, under one pepper. Looking for one that is not there takes as long as for one that is."""

    __slots__ = ("_keys", "_nobody", "_pepper")

    def __init__(self, keys: Iterable[Issued], pepper: bytes) -> None:
        self._keys = {one.id: one for one in keys}
        self._pepper = pepper
        self._nobody = Issued("", "", digest_of("", pepper), 0.0, revoked=0.0)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, key: str, now: float) -> Issued | None:
        """The one that this whole key is, while it is good."""
        issued = self._keys.get(id_of(key), self._nobody)
        same = hmac.compare_digest(digest_of(key, self._pepper), issued.digest)
        return issued if same and issued.good(now) else None

    def ended(self, since: float, now: float) -> bool:
        """Whether one came to its end in between."""
        return any(one.expires is not None and since < one.expires <= now for one in self._keys.values())
