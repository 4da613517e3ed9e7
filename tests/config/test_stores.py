"""Where answers are kept."""

from __future__ import annotations

import pytest

from tests.config.makers import config
from wrp_router.config.stores import RedisStore, SqliteStore, split_redis

SECRET = "secret: '0123456789abcdef'"


def store_of(text: str):
    """The store that a file asks for."""
    loaded = config(f"cache: {{store: {text}}}\n{SECRET}\n")
    assert loaded.config is not None, loaded.problems
    return loaded.config.cache.store


def test_every_kind_of_store():
    """Memory needs no more than its name."""
    assert store_of("memory") == "memory"
    assert store_of("{kind: sqlite, path: x.db, max_file: 1GiB}") == SqliteStore(path="x.db", max_file=1 << 30)
    redis = store_of("{kind: redis, url: 'redis://127.0.0.1', deadline: 20ms, namespace: eu}")
    assert redis == RedisStore(url="redis://127.0.0.1", deadline=0.02, namespace="eu")


def test_an_address_says_what_kind_of_store():
    """As one writes it of a database: a file by its path from the root, a server by its URL; from a variable, too."""
    assert store_of("sqlite:///srv/x.db") == SqliteStore(path="/srv/x.db")
    assert store_of("'${STORE:-sqlite:///srv/y.db}'") == SqliteStore(path="/srv/y.db")
    assert store_of("redis://127.0.0.1:6379/2") == RedisStore(url="redis://127.0.0.1:6379/2")
    assert store_of("rediss://cache.example") == RedisStore(url="rediss://cache.example")
    accounts = config("accounts: {redis: 'redis://127.0.0.1'}").config
    assert accounts is not None
    assert accounts.accounts.redis.url == "redis://127.0.0.1"


@pytest.mark.parametrize("text", ["sqlite://x.db", "x.db", "http://h", "postgres://h/d"])
def test_other_text_is_no_store(text):
    """The error says what may stand there."""
    loaded = config(f"cache: {{store: '{text}'}}\n{SECRET}\n")
    (problem,) = [one for one in loaded.problems if one.code == "E012"]
    assert problem.hint == "write {kind: …}, one of: sqlite, redis, or sqlite:///…, or redis://…, or rediss://…"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("redis://h", ("http", "h", None, 0)),
        ("rediss://h:1/15", ("https", "h", 1, 15)),
        ("redis://[::1]:2/", ("http", "::1", 2, 0)),
        ("http://h", None),
        ("redis:///0", None),
        ("redis://h:99999", None),
        ("redis://h/x", None),
        ("redis://h/123456", None),
        ("redis://h/²", None),
        ("redis://h/-1", None),
    ],
)
def test_urls_of_servers(url, parts):
    """A host, and a database by its number."""
    found = split_redis(url)
    assert (found and (found[0].scheme, found[0].hostname, found[0].port, found[1])) == parts
