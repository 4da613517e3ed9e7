"""The soak's requests: each is one that HTTP can read, hardly any twice, and the same ones from the same seed."""

from __future__ import annotations

from collections import Counter

from bench.soak_inside import containers
from bench.soak_mix import KINDS, Mix


def test_always_the_same():
    """From the same seed; others from another."""
    one, two, other = Mix(3), Mix(3), Mix(4)
    first = [one.next() for _ in range(200)]
    assert first == [two.next() for _ in range(200)]
    assert first != [other.next() for _ in range(200)]


def test_every_kind_comes_and_says_how_long_it_is():
    """Head and body are framed by the length that the head names."""
    mix = Mix(1)
    asked = [mix.next() for _ in range(3000)]
    assert {one.kind for one in asked} == set(KINDS)
    for one in asked:
        head, _, body = one.data.partition(b"\r\n\r\n")
        if head.startswith(b"POST"):
            assert head.endswith(b"content-length: %d" % len(body))
        assert one.right


def test_hardly_any_comes_twice():
    """But those that are to be hits."""
    mix = Mix(2)
    asked = Counter(one.data for one in (mix.next() for _ in range(3000)) if one.kind in ("unique", "stream", "turns"))
    assert max(asked.values()) == 1


class Keeper:
    """Of a module that is not the router's: what it keeps is told by its kind alone."""

    def __init__(self) -> None:
        self.kept = dict.fromkeys(range(100))


def test_containers_are_found():
    """Those that are large enough."""
    assert containers([Keeper()]) == Counter({"a dict": 100})
    assert containers([Keeper()], least=101) == Counter()
