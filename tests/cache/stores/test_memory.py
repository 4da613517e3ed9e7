"""Documents in a dict."""

from __future__ import annotations

from tests.cache.makers import axis, entry
from wrp_cache import MemoryStore


def test_kept_and_dropped() -> None:
    """What was put is got, until it is dropped; dropping twice is no error."""
    store = MemoryStore()
    store.put(1, entry(), axis(0))
    assert store.get(1) == entry()
    assert len(store) == 1
    store.drop(1)
    store.drop(1)
    assert store.get(1) is None
