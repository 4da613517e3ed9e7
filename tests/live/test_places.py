"""How many connections there may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.places import KEPT, Places, affordable, files_for


def test_all_together():
    """As many as there are places; who leaves makes room."""
    places = Places(3, each=3)
    assert [places.take(source) for source in "abcd"] == [True, True, True, False]
    assert (places.open, places.turned_away) == (3, 1)
    places.leave("b")
    assert places.take("d")


def test_of_one_source():
    """Others are not turned away for it; and of those behind a proxy nobody is counted alone."""
    places = Places(100, each=2)
    assert [places.take("a") for _ in range(3)] == [True, True, False]
    assert places.take("b")
    assert all(places.take("") for _ in range(50))


def test_no_address_has_them_all():
    """A sixteenth is kept for those that hold less than that."""
    places = Places(160)
    assert sum([places.take("a") for _ in range(1000)]) == 150
    assert [places.take("b") for _ in range(11)] == [True] * 10 + [False]
    assert places.open == 160


def test_what_is_kept_is_for_those_that_hold_few():
    """Not for proxies, nor for many addresses that each have what one may: a probe still finds a place."""
    places = Places(160, each=20)
    assert sum([places.take("") for _ in range(1000)]) == 150
    assert [places.take("probe") for _ in range(11)] == [True] * 10 + [False]
    places = Places(160, each=20)
    assert sum([places.take(f"a{number % 8}") for number in range(1000)]) == 150
    assert places.take("probe")
    assert not places.take("")


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), st.booleans()), max_size=300))
def test_books(moves: list[tuple[str, bool]]):
    """What is open is what was taken and not left, and never over the bounds."""
    places, held = Places(32, each=20), {"a": 0, "b": 0, "c": 0, "": 0}
    for source, coming in moves:
        if coming:
            held[source] += places.take(source)
        elif held[source]:
            places.leave(source)
            held[source] -= 1
        assert places.open == sum(held.values()) <= 32
        assert max(held["a"], held["b"], held["c"]) <= 20


def test_files():
    """Each connection may need another one, to an engine; some are left for the router."""
    assert [affordable(files) for files in (1, 256, 1024, 20_000)] == [1, 64, 256, 9_744]
    assert files_for(9_744) == 20_000
    assert affordable(20_000) - affordable(20_000) // KEPT > 9_000
