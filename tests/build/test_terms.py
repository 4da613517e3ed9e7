"""From a configuration to the terms on which heads are accepted."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from tests.build.written import config_of
from wrp_router.build.terms import terms_of
from wrp_router.config import Config
from wrp_router.config.structs import KeyConfig
from wrp_router.errors import Unauthorised
from wrp_router.live.preamble import Terms

POOL = "version: 1\npools:\n  - {name: small, model: m, servers: [http://a:8000]}\n"
OTHER = "  - {name: large, model: n, servers: [http://b:8000], timeouts: {total: 900s, stream: 60s}}\n"
DIGEST = hashlib.sha256(b"sk-blue").hexdigest()


def loaded_with(more: str = "") -> Config:
    """One pool, and what is said more."""
    return config_of(POOL + more)


def terms(more: str = "") -> Terms:
    """What is made of it."""
    return terms_of(loaded_with(more), b"secret")


def test_keys():
    """In plain or as digests; others are not known."""
    tenants = terms(f"keys: [{{tenant: red, key: sk-red}}, {{tenant: blue, sha256: {DIGEST}}}]\n").tenants
    for key, tenant in (("sk-red", "red"), ("sk-blue", "blue")):
        assert tenants.identify({"authorization": f"Bearer {key}"}).tenant == tenant
    with pytest.raises(Unauthorised):
        tenants.identify({"authorization": "Bearer sk-green"})
    with pytest.raises(Unauthorised):
        tenants.identify({})


def test_keys_for_what_concerns_all():
    """Only those that say so."""
    tenants = terms(f"keys: [{{tenant: red, key: sk-red, admin: true}}, {{tenant: red, sha256: {DIGEST}}}]\n").tenants
    assert [tenants.identify({"x-api-key": key}).admin for key in ("sk-red", "sk-blue")] == [True, False]


def test_a_key_that_says_nothing():
    """Is nobody's. The configuration's checks see to it that there is none."""
    config = msgspec.structs.replace(loaded_with(), keys=(KeyConfig("red"),))
    assert terms_of(config, b"secret").tenants.identify({}).tenant == "local"


def test_without_keys():
    """Everybody may ask, and is somebody of their own under the secret."""
    tenants = terms().tenants
    assert tenants.identify({}).tenant == "local"
    assert tenants.identify({"x-api-key": "a"}) != tenants.identify({"x-api-key": "b"})


def test_headers():
    """How large they may be, and which of them signals see: those that were named, and those that signals want."""
    assert (terms().headers, terms().visible) == (32 << 10, frozenset())
    more = "limits: {headers: 2KiB}\nheaders: [X-One]\nsignals: {team: {kind: header, name: X-Team}}\n"
    assert (terms(more).headers, terms(more).visible) == (2048, {"x-one", "x-team"})


def test_the_longest_waits():
    """Of all pools, since which of them answers is not known yet."""
    assert terms().longest == (600.0, 3600.0)
    assert terms(OTHER).longest == (900.0, 3600.0)
    assert terms(OTHER + "timeouts: {total: 1000s}\n").longest == (1000.0, 3600.0)


@pytest.mark.parametrize(
    ("said", "own", "most"),
    [
        ("", "default", "default"),
        (", priority: sheddable", "sheddable", "sheddable"),
        (", priority: sheddable, max_priority: default", "sheddable", "default"),
        (", max_priority: critical", "default", "critical"),
        (", priority: critical", "critical", "critical"),
    ],
)
def test_classes_of_keys(said: str, own: str, most: str):
    """A header raises nobody above their own class unless the operator allows it."""
    caller = terms(f"keys: [{{tenant: red, key: sk-red{said}}}]\n").tenants.identify({"x-api-key": "sk-red"})
    assert (caller.priority, caller.max_priority) == (own, most)
