"""Keys to tenants."""

from __future__ import annotations

import hashlib

import pytest

from wrp_router.errors import Unauthorised
from wrp_router.live.tenants import KEY_LIMIT, Caller, Tenants

pytestmark = pytest.mark.fault("S3")

KEY = "sk-red-0123456789"
GUARDED = Tenants({hashlib.sha256(KEY.encode()).digest(): Caller("red")}, b"secret")
OPEN = Tenants({}, b"secret")


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bEARER  {KEY} "},
        {"x-api-key": KEY},
        {"authorization": f"Bearer {KEY}", "x-api-key": KEY},
        {"authorization": "", "x-api-key": KEY},
        {"authorization": "Bearer ", "x-api-key": ""} | {"x-api-key": KEY, "authorization": ""},
    ],
)
def test_known_keys(headers: dict[str, str]):
    """In either header, or the same in both."""
    assert GUARDED.identify(headers).tenant == "red"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"authorization": "Bearer "}, "missing_api_key"),
        ({"x-api-key": ""}, "missing_api_key"),
        ({"authorization": "Bearer sk-blue"}, "invalid_api_key"),
        ({"authorization": f"Bearer {KEY[:-1]}"}, "invalid_api_key"),
        ({"authorization": f"Bearer {KEY}\udcff"}, "invalid_api_key"),
        ({"x-api-key": "ä€🎉"}, "invalid_api_key"),
        ({"authorization": f"Basic {KEY}"}, "invalid_api_key"),
        ({"authorization": KEY}, "invalid_api_key"),
        ({"authorization": f"Bearer {KEY}", "x-api-key": "sk-blue"}, "invalid_api_key"),
        ({"authorization": "Bearer ", "x-api-key": KEY}, "invalid_api_key"),
        ({"x-api-key": "k" * (KEY_LIMIT + 1)}, "invalid_api_key"),
    ],
)
def test_unknown_keys(headers: dict[str, str], code: str):
    """401, without a word of what was sent."""
    with pytest.raises(Unauthorised) as refused:
        GUARDED.identify(headers)
    assert refused.value.code == code
    assert "sk-" not in refused.value.message


def test_who_may_more():
    """It goes by the key, not by the tenant; nobody does without a key."""
    keys = {"one": Caller("red", admin=True), "two": Caller("red")}
    tenants = Tenants({hashlib.sha256(key.encode()).digest(): caller for key, caller in keys.items()}, b"secret")
    one, two = (tenants.identify({"x-api-key": key}) for key in ("one", "two"))
    assert [(caller.tenant, caller.admin) for caller in (one, two)] == [("red", True), ("red", False)]
    assert not OPEN.identify({}).admin


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "one"}])
def test_without_keys_everybody_is_believed(headers: dict[str, str]):
    """In which class they ask: there is nobody whom the operator would have told apart."""
    caller = OPEN.identify(headers)
    assert (caller.priority, caller.max_priority) == ("default", "critical")


def test_without_keys_callers_differ_all_the_same():
    """Who sends a key is known by its digest, keyed by a secret: nobody can tell the key from it."""
    one, other = OPEN.identify({"x-api-key": "one"}), OPEN.identify({"x-api-key": "other"})
    assert one == OPEN.identify({"authorization": "Bearer one"})
    assert one != other
    assert one != Tenants({}, b"another secret").identify({"x-api-key": "one"})
    assert "one" not in one.tenant
    assert OPEN.identify({}).tenant == "local"
    assert OPEN.identify({"x-api-key": "\udcff\udcfe"}).tenant.startswith("key-")


@pytest.mark.parametrize("name", ["api-key", "x-goog-api-key", "ocp-apim-subscription-key"])
def test_without_keys_callers_differ_by_an_engines_key(name: str):
    """Whoever has no good key, and would be refused by the engine, must not be given what another's key bought."""
    one, other, none = OPEN.identify({name: "one"}), OPEN.identify({name: "other"}), OPEN.identify({})
    both = OPEN.identify({name: "one", "authorization": "Bearer other"})
    assert len({caller.tenant for caller in (one, other, none, both, OPEN.identify({"x-api-key": "one"}))}) == 5
    assert one == OPEN.identify({name: "one"})
    assert GUARDED.identify({"x-api-key": KEY, name: "one"}).tenant == "red"
