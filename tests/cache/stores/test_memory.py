"""Documents in a dict."""

from __future__ import annotations

from tests.cache.makers import axis, entry
from wrp_cache import MemoryStore


def test_kept_and_dropped() -> None:
    """What was put is got, until it is dropped; dropping twice is no error."""
    store = MemoryStore()
    store.put(b"n", entry(), axis(0))
    assert store.get(b"n") == entry()
    assert len(store) == 1
    store.drop(b"n")
    store.drop(b"n")
    assert store.get(b"n") is None
