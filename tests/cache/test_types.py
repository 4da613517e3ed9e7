"""Names of documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.types import Names, name_of

TENANT = st.text(st.characters(), max_size=4)
KEY = st.binary(max_size=4)


@given(TENANT, KEY, TENANT, KEY)
def test_no_two_share_a_name(one: str, key: bytes, other: str, another: bytes) -> None:
    """Whatever tenants and keys look like, NUL included."""
    assert (name_of(one, key) == name_of(other, another)) == ((one, key) == (other, another))
    assert len(name_of(one, key)) == 16


def test_a_tenant_that_is_no_text() -> None:
    """A lone surrogate is a name like any other."""
    assert len({name_of("\ud800", b"k"), name_of("\ud801", b"k"), name_of("?", b"k"), name_of("", b"k")}) == 4


def test_the_same_everywhere() -> None:
    """The name is part of what routers share, so it may never change."""
    assert name_of("acme", b"key").hex() == "077db49376bf6605f109fae676cfb581"


@given(st.lists(st.tuples(TENANT, KEY), max_size=20))
def test_the_quick_way_gives_the_same(asked: list[tuple[str, bytes]]) -> None:
    """Also when tenants come back."""
    names = Names()
    for tenant, key in asked * 2:
        assert names.of(tenant, key) == name_of(tenant, key)


def test_tenants_are_bounded() -> None:
    """However many come, few are remembered, and all are named rightly."""
    names = Names()
    for number in range(3000):
        assert names.of(f"t{number}", b"k") == name_of(f"t{number}", b"k")
    assert len(names._begun) <= 1024
