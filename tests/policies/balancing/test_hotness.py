"""How deep a beginning must be looked at to spread it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import prompt
from wrp_policies.balancing.hotness import DEPTHS, Hotness

PREFIXES = st.lists(st.lists(st.integers(0, 3), max_size=7).map(tuple), max_size=80)


def note(hotness: Hotness, share: float, total: int, servers: int = 4, start: int = 0) -> None:
    """So many requests, of which a share (spread evenly, the others first) begins with block 1."""
    for number in range(start, start + total):
        common = int((number - start + 1) * share) > int((number - start) * share)
        hotness.note((1, *prompt(number)) if common else prompt(number), servers)


def test_a_prompt_is_known_by_its_first_block() -> None:
    """As long as nobody shares much; a prompt without blocks has no key of its own."""
    hotness = Hotness()
    assert hotness.key((7, 8, 9)) == 7
    assert hotness.key(()) == 0


def test_more_than_twice_the_fair_share_is_hot() -> None:
    """Of four servers' requests more than half: the key is one block deeper. Half of them exactly is not enough."""
    cool, hot = Hotness(window=100), Hotness(window=100)
    note(cool, 0.5, 100)
    note(hot, 0.52, 100)
    assert (cool.key((1, 2, 3)), cool.hot()) == (1, [])
    assert (hot.key((1, 2, 3)), hot.hot()) == (2, [1])


def test_the_ratio_is_of_a_fair_share() -> None:
    """With `ratio` 3 it takes more than three quarters."""
    hotness = Hotness(window=100, ratio=3.0)
    note(hotness, 0.7, 100)
    assert hotness.key((1, 2)) == 1
    note(hotness, 0.8, 100, start=100)
    assert hotness.key((1, 2)) == 2


def test_nothing_is_hot_before_enough_was_seen() -> None:
    """Nineteen requests prove nothing, twenty do."""
    hotness = Hotness()
    note(hotness, 1.0, 19)
    assert hotness.key((1, 2)) == 1
    note(hotness, 1.0, 1)
    assert hotness.key((1, 2)) == 2


def test_two_servers_need_no_deeper_key() -> None:
    """A key's two candidates are all there are: nothing can have more than twice a half."""
    hotness = Hotness()
    note(hotness, 1.0, 500, servers=2)
    assert hotness.hot() == []


def test_hot_until_below_the_fair_share() -> None:
    """Between one and two fair shares it stays what it was, below one it is a key again."""
    hotness = Hotness(window=100)
    note(hotness, 0.6, 100)
    note(hotness, 0.35, 100, start=100)
    assert hotness.key((1, 2)) == 2
    note(hotness, 0.2, 100, start=200)
    assert (hotness.key((1, 2)), hotness.hot()) == (1, [])


def test_a_false_start_is_corrected_before_the_window_is_full() -> None:
    """What was hot among the first twenty and rare ever since is found out when it comes next."""
    hotness = Hotness(window=1000)
    note(hotness, 1.0, 20)
    note(hotness, 0.0, 100, start=20)
    assert hotness.key((1, 2)) == 2
    hotness.note((1, 2), 4)
    assert hotness.key((1, 2)) == 1


def test_keys_grow_by_the_depths() -> None:
    """A prompt that everybody sends is looked at block by block, then in longer steps, to its end."""
    hotness, whole = Hotness(window=100), prompt(1, blocks=10)
    seen = [whole.index(hotness.key(whole)) + 1]
    for _ in range(300):
        hotness.note(whole, 8)
        seen.append(whole.index(hotness.key(whole)) + 1)
    assert list(dict.fromkeys(seen)) == [1, 2, 3, 4, 6, 8, 10]


def test_what_all_send_is_known_by_its_end() -> None:
    """Where even the last depth is hot nothing but the whole prompt is left; the window looks no deeper for that."""
    hotness, whole = Hotness(window=100), prompt(1, blocks=200)
    for _ in range(400):
        hotness.note(whole, 8)
    assert hotness.key(whole) == whole[-1]
    assert len(hotness) == len(DEPTHS)


def test_how_much_of_a_prompt_is_hot() -> None:
    """`split` says beside the key how many blocks many others begin with, too."""
    hotness = Hotness(window=100)
    assert hotness.split((1, 2, 3)) == (1, 0)
    note(hotness, 0.6, 100)
    assert hotness.split((1, 2, 3)) == (2, 1)
    assert hotness.split((9, 2, 3)) == (9, 0)
    assert hotness.split((1,)) == (1, 1)
    assert hotness.split(()) == (0, 0)


def test_continuations_of_a_hot_beginning_are_keys() -> None:
    """A shared system prompt splits by what follows; what does not share it is left alone."""
    hotness, rng = Hotness(window=200), random.Random(5)
    for number in range(400):
        hotness.note((1, rng.randrange(10, 30), number), 8)
    assert {hotness.key((1, follows, 0)) for follows in range(10, 30)} == set(range(10, 30))
    assert hotness.key((2, 3)) == 2


@given(prefixes=PREFIXES, servers=st.integers(1, 12))
def test_counts_are_those_of_the_window(prefixes: list[tuple[int, ...]], servers: int) -> None:
    """Nothing is counted that left, no more is kept than the window, and only what is counted is hot."""
    hotness = Hotness(window=25, least=5)
    for prefix in prefixes:
        hotness.note(prefix, servers)
        seen = hotness.seen()
        assert len(seen) <= 25
        assert len(hotness) == len({block for walked in seen for block in walked})
        assert set(hotness.hot()) <= {block for walked in seen for block in walked}


def test_memory_is_that_of_the_window() -> None:
    """Ten thousand prompts that share everything but their end leave no more than a window of them."""
    hotness, start = Hotness(window=100), prompt(0, blocks=30)
    for number in range(10_000):
        hotness.note(start + prompt(number), 64)
    assert len(hotness.seen()) == 100
    assert len(hotness) <= 100 + len(DEPTHS)


@given(before=PREFIXES, after=PREFIXES, asked=PREFIXES)
def test_restored_is_as_good_as_the_first(
    before: list[tuple[int, ...]], after: list[tuple[int, ...]], asked: list[tuple[int, ...]]
) -> None:
    """The same keys, and the same ones after more requests."""
    one, two = Hotness(window=25, least=5), Hotness(window=25, least=5)
    for prefix in before:
        one.note(prefix, 5)
    two.restore(one.seen(), one.hot())
    for prefix in after:
        one.note(prefix, 5)
        two.note(prefix, 5)
    assert (one.seen(), one.hot(), len(one)) == (two.seen(), two.hot(), len(two))
    assert [one.key(prefix) for prefix in asked] == [two.key(prefix) for prefix in asked]


def test_a_smaller_window_takes_up_the_newest() -> None:
    """What does not fit is the oldest; what is hot and gone is not hot."""
    one, two = Hotness(window=50), Hotness(window=20)
    note(one, 1.0, 30)
    note(one, 0.0, 20, start=30)
    two.restore(one.seen(), one.hot())
    assert two.seen() == one.seen()[-20:]
    assert (one.hot(), two.hot()) == ([1], [])
