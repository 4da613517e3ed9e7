"""Whose prompts an engine's cache may meet: vLLM takes blocks for the same only where `cache_salt` is.
Without one, the time to a first token tells a tenant what others asked.
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec
import orjson

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAME = b'"cache_salt"'


def salt_of(tenant: str, secret: bytes) -> str:
    """The same for all requests of a tenant, and nobody else's; who does not know the secret cannot make it."""
    return blake2b(tenant.encode(), key=blake2b(secret).digest(), digest_size=16, person=b"wrp-salt").hexdigest()


def salted(raw: bytes, salt: str) -> bytes:
    """A request's body, a JSON object that is not empty, with this salt and no other: a caller's own would let it meet
    whom it likes."""
    if _NAME not in raw and b"\\u" not in raw:  # its name may be written in escapes
        return b'%b,"cache_salt":"%b"}' % (raw.rstrip()[:-1], salt.encode())
    fields = _FIELDS.decode(raw)
    fields["cache_salt"] = msgspec.Raw(orjson.dumps(salt))
    return msgspec.json.encode(fields)
