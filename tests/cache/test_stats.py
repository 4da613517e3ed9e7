"""What a cache says of itself."""

from __future__ import annotations

import msgspec

from tests.cache.makers import cache, entry
from wrp_cache import CacheStats


def test_numbers_only() -> None:
    """They can be written as they are, and name categories but no tenant."""
    room = cache()
    room.put(entry(tenant="secret-tenant"), None, 0.0)
    written = msgspec.json.encode(room.stats())
    assert b"secret-tenant" not in written
    assert msgspec.json.decode(written, type=CacheStats) == room.stats()
