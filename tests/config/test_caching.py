"""What the cache is told."""

from __future__ import annotations

from wrp_router.config.caching import CacheConfig, CategoryConfig

LAW, REST = CategoryConfig(threshold=0.92), CategoryConfig(ttl=60.0)


def test_the_bar_of_a_category():
    """Its own, else that of `default`, else the built-in one."""
    cache = CacheConfig(categories={"law": LAW, "default": REST})
    assert (cache.bar("law"), cache.bar("math")) == (LAW, REST)
    assert CacheConfig(categories={"law": LAW}).bar("math") == CategoryConfig()
