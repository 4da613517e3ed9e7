"""Keys that are handed out: whole ones open, pieces of them do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.accounts.keys import (
    ID_BYTES,
    SECRET_BYTES,
    Issued,
    KeyBook,
    KeyRing,
    digest_of,
    fingerprint_of,
    id_of,
    made_of,
    under_another,
)

PEPPER = b"a pepper that is kept elsewhere"
CHANCE = st.tuples(st.binary(min_size=ID_BYTES, max_size=ID_BYTES), st.binary(min_size=32, max_size=32))
ID, KEY = made_of(b"12345678", b"s" * SECRET_BYTES)


def issued(**fields: object) -> Issued:
    return Issued(ID, "a", digest_of(KEY, PEPPER), 100.0, **fields)  # type: ignore[arg-type]


@given(CHANCE)
def test_a_key_says_its_id_and_nothing_else(chance: tuple[bytes, bytes]):
    """The id is in it, and the secret is not in the id."""
    id, key = made_of(*chance)
    assert id_of(key) == id
    assert len(id) == 13
    assert len(key) == 61
    assert digest_of(key, PEPPER) != digest_of(key, b"another")


@pytest.mark.fault("S3")
@given(CHANCE, st.integers(0, 60))
def test_no_piece_of_a_key_opens_anything(chance: tuple[bytes, bytes], length: int):
    """However much of it: not even all but the last character, nor one with something after it."""
    id, key = made_of(*chance)
    ring = KeyRing([Issued(id, "a", digest_of(key, PEPPER), 0.0)], PEPPER)
    assert ring.find(key, 1.0) is not None
    for other in (key[:length], key[length + 1 :], key + "x", key + "\n", key.upper(), f"wrp_{id}_" + "A" * 43):
        if other != key:
            assert ring.find(other, 1.0) is None


@pytest.mark.fault("S2")
@given(st.text(max_size=80))
def test_nothing_else_is_found(text: str):
    """Whatever it is made of, lone surrogates too."""
    assert KeyRing([issued()], PEPPER).find(text, 1.0) is None


@pytest.mark.fault("S3")
@given(CHANCE, CHANCE)
def test_keys_with_the_same_id_are_not_the_same(one: tuple[bytes, bytes], other: tuple[bytes, bytes]):
    """The whole key counts, under its pepper."""
    id, key = made_of(one[0], one[1])
    _, stranger = made_of(one[0], other[1])
    ring = KeyRing([Issued(id, "a", digest_of(key, PEPPER), 0.0)], PEPPER)
    assert (ring.find(stranger, 1.0) is None) == (stranger != key)
    assert KeyRing([Issued(id, "a", digest_of(key, PEPPER), 0.0)], b"another").find(key, 1.0) is None


def test_ends():
    """Expired and revoked keys open nothing."""
    assert KeyRing([issued(expires=200.0)], PEPPER).find(KEY, 199.9) is not None
    assert KeyRing([issued(expires=200.0)], PEPPER).find(KEY, 200.0) is None
    assert KeyRing([issued(revoked=150.0)], PEPPER).find(KEY, 120.0) is None
    ring = KeyRing([issued(expires=200.0)], PEPPER)
    assert [ring.ended(*span) for span in ((100.0, 199.0), (199.0, 200.0), (200.0, 201.0))] == [False, True, False]


def test_revoking():
    """One, once; the others stay."""
    book = KeyBook(1, (issued(), Issued("other", "b", "00", 0.0)))
    revoked = book.revoke(ID, 150.0)
    assert [one.revoked for one in revoked.keys] == [150.0, None]
    for id in (ID, "unknown"):
        with pytest.raises(KeyError):
            revoked.revoke(id, 160.0)


def test_keys_under_another_pepper():
    """Are told by a fingerprint, where they have one and are good otherwise; it is no key and no pepper."""
    ours, theirs = fingerprint_of(PEPPER), fingerprint_of(b"another")
    assert ours != theirs
    assert ours not in digest_of(KEY, PEPPER)
    keys = [issued(pepper=ours), issued(pepper=theirs), issued(), issued(pepper=theirs, revoked=1.0)]
    assert under_another(keys, PEPPER, 200.0) == (keys[1],)
    assert under_another(keys, b"another", 200.0) == (keys[0],)
