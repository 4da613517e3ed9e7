"""The cache's desk, made of the parts of a router."""

from __future__ import annotations

from tests.live.scene import config
from wrp_router.build import assemble
from wrp_router.build.desk import desks_of, heading_of
from wrp_router.config import Secret
from wrp_router.config.caching import CacheConfig
from wrp_signals import HashingEmbedder


def test_no_cache_no_desk():
    """There is nothing to answer."""
    assert desks_of(assemble(config("http://127.0.0.1:1"))) == {}


def test_a_desk():
    """For all four errands, with an embedder or without."""
    for embedder in (None, HashingEmbedder(8)):
        made = config("http://127.0.0.1:1", cache=CacheConfig(semantic=False), secret=Secret("0123456789abcdef"))
        desks = desks_of(assemble(made, embedder=embedder))
        assert set(desks) == {"cache", "cache_purge", "cache_export", "cache_import"}


def test_headings_tell_secrets_apart():
    """And give nothing of them away."""
    one, same, other = heading_of(b"one", "e"), heading_of(b"one", "e"), heading_of(b"other", "e")
    assert (one.embedder, one.keyed) == ("e", same.keyed)
    assert one.keyed != other.keyed
    assert "one" not in one.keyed
    assert one.taken <= same.taken
