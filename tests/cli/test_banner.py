"""Who may do what, said at every start."""

from __future__ import annotations

import pytest

from tests.build.written import config_of
from wrp_router.cli.banner import guard, security

POOL = "version: 1\npools:\n  - {{name: p, model: m, {more}servers: ['http://{host}:8000']}}\n"
KEYS = "keys: [{tenant: a, key: sk-0123456789abcdef, admin: true}]\n"
FILE = "keys_file: {path: keys.json, pepper: 0123456789abcdef}\n"


def said(text: str = "", host: str = "127.0.0.1", more: str = "") -> str:
    return "\n".join(security(config_of(POOL.format(host=host, more=more) + text)))


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("", "no keys: everybody on this host may call"),
        (KEYS, "1 keys"),
        (FILE, "keys of keys.json"),
        (KEYS + FILE, "1 keys and keys of keys.json"),
    ],
)
def test_who_may_call(text: str, who: str):
    """By which keys."""
    assert guard(config_of(POOL.format(host="127.0.0.1", more="") + text)) == who


def test_from_where():
    """And where the admin listener is, and for whom."""
    open_ = said(f"listen: 0.0.0.0:80\nadmin: 127.0.0.1:81\n{KEYS}")
    assert "from other machines; TLS: none here" in open_
    assert "admin: 127.0.0.1:81, from this host alone, for 1 keys" in open_
    assert "from this host alone" in said()
    assert "admin: off" in said()
    assert "for everybody on this host" in said("admin: 127.0.0.1:81\n")


def test_what_is_apart_and_what_is_not():
    """Limits, caches of engines, ways that others may listen to."""
    tenants = "tenants: [{name: a, limits: {requests: 1/s}}]\n"
    assert "1 with limits, counted by each process for itself" in said(KEYS + tenants)
    shared = "accounts: {redis: {url: 'redis://127.0.0.1'}}\n"
    assert "counted by a server that routers share" in said(KEYS + tenants + shared)
    assert "caches: of no pool" in said(KEYS)
    assert "caches: p" in said(KEYS, more="kv_isolation: tenant, ")
    assert "without TLS: p" in said(host="10.0.0.7")
    assert "without TLS" not in said()


def test_no_secret_is_in_it():
    """Neither a key nor the pepper."""
    whole = said(KEYS + FILE + "secret: top-secret-0123456789\n")
    assert "0123456789" not in whole
    assert "a random one" not in whole
