"""One salt for each tenant, whatever the caller says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.salting import salt_of, salted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(max_size=12) | st.just("cache_salt")


@given(st.dictionaries(NAMES, JSON, min_size=1, max_size=5), st.booleans(), st.text(" \n\r\t", max_size=3))
def test_it_is_there_once_and_all_else_stays(body: dict[str, object], plain: bool, space: str):
    """However the body is written."""
    raw = (json.dumps(body, ensure_ascii=plain) + space).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return  # no such body gets here
    pairs = json.loads(salted(raw, "5a17"), object_pairs_hook=list)
    assert [value for name, value in pairs if name == "cache_salt"] == ["5a17"]
    assert json.loads(salted(raw, "5a17")) == {**body, "cache_salt": "5a17"}


@pytest.mark.parametrize("name", ['"cache_salt"', '"cache\\u005fsalt"', '"\\u0063ache_salt"'])
def test_a_callers_own_counts_for_nothing(name: str):
    """However it is spelt."""
    raw = f'{{"model": "m", {name}: "another tenant\'s"}}'.encode()
    assert json.loads(salted(raw, "5a17"), object_pairs_hook=list) == [("model", "m"), ("cache_salt", "5a17")]


def test_tenants_have_their_own():
    """Under the secret."""
    salts = [salt_of(*each) for each in (("a", b"1"), ("b", b"1"), ("a", b"2"))]
    assert len(set(salts)) == 3
    assert salt_of("a", b"1") == salts[0]
    assert salt_of("a", b"1" * 200) != salts[0]
