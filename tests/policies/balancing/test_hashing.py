"""Every key's own order of all servers."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import pool
from wrp_policies.balancing.hashing import MOST, WORD, Rendezvous, first_of, key_of, mixed, seed_of
from wrp_policies.types import Pool, Server

NAMES = st.lists(st.text(min_size=1, max_size=6), min_size=2, max_size=12, unique=True)


def named(names: list[str], **changes: int) -> Pool:
    """A pool of idle servers."""
    return Pool("p", "m", tuple(Server(name) for name in names), **changes)


def finalised(key: int, seed: int) -> int:
    """MurmurHash3's finaliser in plain integers."""
    x = (key ^ seed) & WORD
    x = ((x ^ (x >> 33)) * 0xFF51AFD7ED558CCD) & WORD
    x = ((x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53) & WORD
    return x ^ (x >> 33)


def is_even(counts: Counter[str], draws: int, parts: int) -> bool:
    """Whether each part has its share of the draws, within five standard deviations."""
    sigma = (draws * (1 / parts) * (1 - 1 / parts)) ** 0.5
    return len(counts) == parts and all(abs(count - draws / parts) <= 5 * sigma for count in counts.values())


def test_all_routers_agree() -> None:
    """Nothing of the process is in an order: these are the values wherever it runs."""
    assert key_of("session-1") == 12459036657078585774
    assert seed_of("a", "one") == 5897168994954895758
    assert "".join(Rendezvous().order(key_of("session-1"), named(list("abcdefgh")))) == "fhaedgcb"


def test_the_first_of_a_key_is_known_once_it_was_asked_for() -> None:
    """Before that nobody is; afterwards it is the first of the order."""
    ring, of = Rendezvous(), named(list("abcdefgh"))
    assert ring.first(7) == ""
    order = ring.order(7, of)
    assert ring.first(7) == order[0]


@given(key=st.integers(-(2**70), 2**70), seeds=st.lists(st.integers(0, WORD), min_size=1, max_size=9))
def test_draws_are_those_of_the_finaliser(key: int, seeds: list[int]) -> None:
    """Many at once are what each is alone, in 64 bits, whatever the key."""
    assert mixed(key, np.array(seeds, np.uint64)).tolist() == [finalised(key, seed) for seed in seeds]


@given(names=NAMES, key=st.integers(0, WORD), data=st.data())
def test_who_leaves_moves_only_its_own_keys(names: list[str], key: int, data: st.DataObject) -> None:
    """Without a server every order is the same with that name left out; wherever the others stand in the pool."""
    gone = data.draw(st.sampled_from(names))
    left = data.draw(st.permutations([name for name in names if name != gone]))
    before = Rendezvous().order(key, named(names))
    assert sorted(before) == sorted(names)
    assert Rendezvous().order(key, named(left)) == tuple(name for name in before if name != gone)


def test_keys_are_spread_evenly() -> None:
    """Each of 16 servers is first for its share of 20,000 keys, and inherits its share of a lost server's."""
    ring, servers, rng = Rendezvous(), pool("s", servers=16), random.Random(3)
    orders = [ring.order(rng.getrandbits(63), servers) for _ in range(20_000)]
    firsts = Counter(order[0] for order in orders)
    assert is_even(firsts, 20_000, 16)
    assert is_even(Counter(order[1] for order in orders if order[0] == "s3"), firsts["s3"], 15)


def test_keys_that_differ_little_are_spread_as_well() -> None:
    """Consecutive numbers are as good as random ones."""
    ring, servers = Rendezvous(), pool("s", servers=16)
    assert is_even(Counter(ring.order(key, servers)[0] for key in range(20_000)), 20_000, 16)


def test_salts_draw_on_their_own() -> None:
    """The pairs of firsts by two salts are spread evenly, too; and each is what it would be alone."""
    both, servers, rng = Rendezvous("one", "two"), pool("s", servers=6), random.Random(4)
    pairs = Counter[str]()
    for _ in range(20_000):
        one, two = both.orders(rng.getrandbits(63), servers)
        pairs[f"{one[0]} {two[0]}"] += 1
    assert is_even(pairs, 20_000, 36)
    for key in range(20):
        alone = [Rendezvous(salt).order(key, servers) for salt in ("one", "two")]
        assert both.orders(key, servers) == alone


def test_a_new_edition_is_looked_at() -> None:
    """So is another number of servers, and another pool."""
    ring = Rendezvous()
    for asked in (named(["a", "b"]), named(["a", "c"], edition=1), named(["a"], edition=1), pool("q", servers=1)):
        assert sorted(ring.order(7, asked)) == sorted(server.name for server in asked.servers)


def test_few_orders_are_remembered() -> None:
    """Memory is bounded, and an order that was forgotten is the same again."""
    ring, servers = Rendezvous(), pool("s", servers=3)
    before = [ring.order(key, servers) for key in range(50)]
    for key in range(3 * MOST):
        ring.order(key, servers)
        assert len(ring._orders) <= MOST
    assert before == [ring.order(key, servers) for key in range(50)]


def test_any_text_has_a_hash() -> None:
    """Lone surrogates, as JSON can bring them, are no error; server names that have them stay apart."""
    assert 0 <= key_of("\ud800") <= WORD
    assert seed_of("a\ud800", "") != seed_of("a\ud801", "")


@pytest.mark.parametrize(
    ("usable", "without", "expected"),
    [("abc", "", "b"), ("ac", "", "c"), ("abc", "b", "c"), ("b", "b", None), ("", "", None)],
)
def test_first_of(usable: str, without: str, expected: str | None) -> None:
    """The first in order that is usable and is not the one left out."""
    found = first_of(("b", "c", "a"), {name: Server(name) for name in usable}, without)
    assert (found.name if found else None) == expected
