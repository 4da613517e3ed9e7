"""Checks of stores that outlive the router."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

SECRET = "secret: '0123456789abcdef'"


def of(store: str, more: str = SECRET) -> list[str]:
    return codes(config(f"cache: {{store: {store}}}\n{more}\n"))


def test_what_outlives_the_router_is_found_again():
    """By the same secret; what does not needs none."""
    assert of("memory", "") == []
    assert of("{kind: sqlite, path: x.db}") == []
    assert of("{kind: sqlite, path: x.db}", "") == ["E046"]


def test_memory_is_within_the_caches():
    """Something is left for what is known of answers elsewhere."""
    assert of("{kind: sqlite, path: x.db, memory: 256MiB}") == ["E046"]
    assert of("{kind: sqlite, path: x.db, memory: 255MiB}") == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("url: 'redis://127.0.0.1:6379/2'", []),
        ("url: 'rediss://cache.example', user: wrp, password: 'pw', ca: ca.pem", []),
        ("url: 'redis://cache.example'", ["W009"]),
        ("url: 'http://cache.example'", ["E042"]),
        ("url: 'rediss://cache.example?db=1'", ["E042"]),
        ("url: 'rediss://user:pw@cache.example'", ["E043"]),
        ("url: 'redis://localhost', ca: ca.pem", ["E046"]),
    ],
)
def test_servers(fields, found):
    """Are reached by a URL without a password in it, and in secret where others could listen."""
    pytest.importorskip("redis")
    assert of(f"{{kind: redis, {fields}}}") == found


def test_a_password_is_not_shown():
    """Neither what a URL holds, nor the field."""
    loaded = config(f"cache: {{store: {{kind: redis, url: 'rediss://u:hidden@h', password: hidden}}}}\n{SECRET}\n")
    assert all("hidden" not in str(problem) for problem in loaded.problems)
    assert loaded.config is None or "hidden" not in repr(loaded.config)
