"""What it takes to be a store."""

from __future__ import annotations

from wrp_cache.stores import Store, StoreFailed
from wrp_cache.stores.memory import MemoryStore


def test_the_one_in_memory_has_what_the_protocol_names():
    """Every method."""
    methods = [name for name in vars(Store) if not name.startswith("_")]
    assert methods == ["get", "put", "drop"]
    assert [name for name in methods if not callable(getattr(MemoryStore(), name))] == []


def test_a_store_that_fails_raises_no_os_error():
    """Whoever catches it catches nothing else with it."""
    assert StoreFailed.__mro__[1] is Exception
