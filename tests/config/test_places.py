"""Where decoded structs came from."""

from __future__ import annotations

from tests.config.makers import mapping
from wrp_router.config.places import Places
from wrp_router.config.structs import Drain, Limits


def test_by_identity():
    """Two equal structs have each their own place."""
    places, first, second = Places(), Drain(), Drain()
    one, two = mapping("notice: 5s"), mapping("grace: 1m")
    places.note(first, one)
    places.note(second, two)
    assert (places.node(first), places.node(second)) == (one, two)
    assert places.node(Drain()) is None


def test_fields():
    """Also of fields; None where the file does not set them."""
    places, value = Places(), Limits()
    places.note(value, mapping("a: {b: 1}\nc: 2\n"))
    inner = places.field(value, "a", "b")
    assert inner is not None
    assert inner.at.line == 1
    assert places.field(value, "c", "d") is None
    assert places.field(value, "x") is None


def test_all_of_a_kind():
    """In the order in which they were decoded."""
    places, values = Places(), [Drain(), Limits(), Drain()]
    for value in values:
        places.note(value, mapping("a: 1"))
    assert [*places.decoded(Drain)] == [values[0], values[2]]
