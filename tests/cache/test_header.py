"""Entries without their bodies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.cache.makers import entry
from wrp_cache.header import carried, pack, unpack
from wrp_cache.shelf import Home, Shelf

TEXT = st.text(max_size=20)


@given(st.binary(max_size=40), TEXT, TEXT, st.integers(0, 1 << 40), st.floats(allow_nan=False))
def test_there_and_back(key: bytes, asked: str, model: str, tokens: int, cost: float) -> None:
    """Everything but the body comes back."""
    whole = entry(key, asked=asked, model=model, tokens_in=tokens, cost=cost, created=5.0, body=b"")
    home = Home((whole.tenant, whole.partition, whole.category), Shelf("default"))
    assert unpack(pack(whole), home, 5.0) == whole


@given(st.text(st.characters(categories=["L", "Cs"]), max_size=5), st.text(st.characters(categories=["L", "Cs"])))
def test_text_that_is_none(asked: str, model: str) -> None:
    """Lone surrogates, which a request may have, come back too."""
    whole = entry(b"k", asked=asked + "\ud800", model=model, created=5.0, body=b"")
    home = Home((whole.tenant, whole.partition, whole.category), Shelf("default"))
    assert unpack(pack(whole), home, 5.0) == whole


def test_it_is_small() -> None:
    """A usual header takes less than a hundred bytes beside the question, and is charged with what Python adds."""
    packed = pack(entry(b"k" * 32, asked="", model="a-model-of-some-name", served_by="pool", tokens_in=900, cost=0.01))
    assert len(packed) < 100 < carried(packed)
