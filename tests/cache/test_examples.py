"""Texts of past answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.examples import Example, Texts

NAMES = st.tuples(st.text(max_size=2), st.text(max_size=2))


def example(text: str = "a", partition: bytes = b"p") -> Example:
    return Example("q", text, partition)


@given(mine=NAMES, theirs=NAMES)
def test_found_by_tenant_and_id(mine: tuple[str, str], theirs: tuple[str, str]) -> None:
    """And never by another's, whatever names are made of."""
    texts = Texts()
    texts.put(*mine, example())
    assert bool(texts.find(theirs[0], [theirs[1]])) == (mine == theirs)
    texts.drop(*theirs)
    assert len(texts) == (mine != theirs)


def test_in_the_order_asked_for() -> None:
    """What is not there is left out."""
    texts = Texts()
    for id in ("1", "2", "3"):
        texts.put("t", id, example(id))
    assert [one.answer for one in texts.find("t", ("3", "9", "1"))] == ["3", "1"]


def test_what_an_order_to_purge_means() -> None:
    """A tenant's, a partition's, one's in the other, or all."""
    texts = Texts()
    for tenant in ("a", "b"):
        for id, partition in (("1", b"p"), ("2", b"q")):
            texts.put(tenant, id, example(partition=partition))
    assert texts.named("a", None) == [("a", "1"), ("a", "2")]
    assert texts.named(None, b"q") == [("a", "2"), ("b", "2")]
    assert texts.named("b", b"p") == [("b", "1")]
    assert len(texts.named(None, None)) == 4
    for name in texts.named("a", None):
        texts.drop(*name)
    texts.drop("a", "1")
    assert (len(texts), list(texts._held)) == (2, ["b"])
