"""Who holds which prefix: beside the slow and obvious way, within bounds, and what engines say of it."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.prefixes import FEWEST, Prefixes

BLOCK = 128
RULER = range(0, 1 << 40, BLOCK)
SERVERS = [f"s{number}" for number in range(5)]
Prefix = tuple[int, ...]


def prefix(*turns: int) -> Prefix:
    """One block for each turn of a tree, named by all turns up to its own: equal names are equal beginnings."""
    names, name = [], 1
    for turn in turns:
        name = 4 * name + turn
        names.append(name)
    return tuple(names)


def parent(block: int) -> int:
    """The block before it; 1 before the first."""
    return block // 4


class Plain:
    """An LRU list of blocks per server."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held: dict[str, list[int]] = {}

    def note(self, server: str, blocks: Prefix) -> int:
        held = self.held.setdefault(server, [])
        had = len(set(held) & set(blocks))
        for block in reversed(blocks):
            if block in held:
                held.remove(block)
            held.append(block)
        del held[: max(0, len(held) - self.capacity)]
        return had

    def tokens(self, blocks: Prefix) -> dict[str, int]:
        counts = {server: self.leading(held, blocks) for server, held in self.held.items()}
        return {server: count * BLOCK for server, count in counts.items() if count}

    @staticmethod
    def leading(held: list[int], blocks: Prefix) -> int:
        return next((depth for depth, block in enumerate(blocks) if block not in held), len(blocks))


PREFIX = st.lists(st.integers(0, 3), min_size=1, max_size=7).map(lambda turns: prefix(*turns))
STEP = st.one_of(
    st.tuples(st.just("note"), st.sampled_from(SERVERS), PREFIX),
    st.tuples(st.just("note"), st.sampled_from(SERVERS), PREFIX),
    st.tuples(st.just("forget"), st.sampled_from(SERVERS), st.just(())),
    st.tuples(st.just("keep"), st.sets(st.sampled_from(SERVERS)), st.just(())),
)


@given(st.lists(STEP, max_size=60), st.integers(3, 30), st.lists(PREFIX, min_size=1, max_size=5))
def test_agrees_with_a_plain_list(steps: list[tuple[str, str, Prefix]], capacity: int, asked: list[Prefix]) -> None:
    """The same tokens for all servers, the same number of blocks, and no block without the one before it."""
    ours, plain = Prefixes(RULER, capacity), Plain(capacity)
    for what, who, blocks in steps:
        if what == "note":
            had = plain.leading(plain.held.get(who, []), blocks)
            assert ours.note(who, blocks) == plain.note(who, blocks) == had
        elif what == "forget":
            ours.forget(who)
            plain.held.pop(who, None)
        else:
            ours.keep(who)
            plain.held = {server: held for server, held in plain.held.items() if server in who}
        for one in [*asked, blocks]:
            assert ours.tokens(one) == plain.tokens(one)
            assert [ours.held(server, one) for server in SERVERS] == [plain.tokens(one).get(s, 0) for s in SERVERS]
        assert len(ours) == sum(map(len, plain.held.values()))
        for held in plain.held.values():
            assert all(parent(block) in {1, *held} for block in held)


def test_nobody_holds_what_nobody_was_given() -> None:
    """Nor has anybody anything of a prompt without blocks."""
    ours = Prefixes(RULER, 64)
    assert ours.tokens(prefix(1, 2)) == ours.tokens(()) == {}
    assert ours.note("s0", ()) == 0
    assert ours.tokens(()) == {}


def test_a_tail_without_its_head_is_worth_nothing() -> None:
    """Should anybody note less than a whole beginning, no server is thought to hold what it cannot use."""
    ours = Prefixes(RULER, 64)
    whole = prefix(1, 2, 3)
    ours.note("s0", whole[1:])
    assert ours.tokens(whole) == {}
    ours.note("s1", whole[:1] + whole[2:])
    assert ours.tokens(whole) == {"s1": BLOCK}


def test_tails_are_forgotten_before_heads() -> None:
    """A prompt longer than all a server keeps is kept as far as there is room, from its beginning."""
    ours = Prefixes(RULER, 3)
    ours.note("s0", prefix(0, 0, 0, 0, 0))
    assert ours.tokens(prefix(0, 0, 0, 0, 0)) == {"s0": 3 * BLOCK}
    ours.note("s0", prefix(0, 1))
    assert ours.tokens(prefix(0, 0, 0)) == {"s0": 2 * BLOCK}


def test_more_servers_than_bits_in_a_word() -> None:
    """A hundred and fifty, each with one block more than the one before."""
    ours, long = Prefixes(RULER, 1000), tuple(range(1, 151))
    for number in range(150):
        ours.note(f"s{number}", long[: number + 1])
    assert ours.tokens(long) == {f"s{number}": (number + 1) * BLOCK for number in range(150)}


def test_ten_thousand_prefixes_take_bounded_memory() -> None:
    """Blocks, their servers and the names of groups: all within capacity times servers and a constant."""
    rng, ours = random.Random(3), Prefixes(RULER, 100)
    for _ in range(10_000):
        turns = [rng.randrange(4) for _ in range(rng.randrange(1, 12))]
        ours.note(rng.choice(SERVERS), prefix(*turns))
        ours.tokens(prefix(*turns[:-1]))
    assert len(ours) <= 100 * len(SERVERS)
    assert len(ours._where) <= len(ours)
    assert len(ours._names) <= 2 ** len(SERVERS)


def test_names_of_groups_are_bounded_and_right() -> None:
    """Two thousand groups of servers, one after the other, and back to the first."""
    ours = Prefixes(RULER, 10_000)
    groups = [[f"s{bit}" for bit in range(12) if number >> bit & 1] for number in range(1, 2200)]
    for number, group in enumerate(groups):
        for server in group:
            ours.note(server, (number,))
    for _ in range(2):
        for number, group in enumerate(groups):
            assert ours.tokens((number,)) == dict.fromkeys(group, BLOCK)
        assert len(ours._names) <= 1024


def test_places_of_the_gone_go_to_newcomers_empty() -> None:
    """A thousand reloads need no more places than there were servers at once; who joins holds nothing."""
    ours = Prefixes(RULER, 64)
    ours.note("stays", prefix(1, 2))
    for number in range(1000):
        ours.note(f"s{number}", prefix(1, 2, 3))
        assert ours.tokens(prefix(1, 2, 3)) == {"stays": 2 * BLOCK, f"s{number}": 3 * BLOCK}
        ours.keep(["stays", f"s{number + 1}"])
        assert ours.tokens(prefix(1, 2, 3)) == {"stays": 2 * BLOCK}
        ours.note(f"s{number + 1}", prefix(0))
        assert ours.tokens(prefix(1)) == {"stays": BLOCK}
    assert len(ours._servers) == len(ours._kept) == 2
    assert len(ours) == 3


def test_keeping_all_changes_nothing() -> None:
    """And keeping none forgets everything."""
    ours = Prefixes(RULER, 64)
    ours.note("s0", prefix(1, 2))
    ours.keep(["s0", "s1"])
    assert ours.tokens(prefix(1, 2)) == {"s0": 2 * BLOCK}
    ours.keep([])
    assert (ours.tokens(prefix(1, 2)), len(ours), len(ours._where)) == ({}, 0, 0)
    ours.forget("s0")


def fill(ours: Prefixes, server: str, blocks: int) -> int:
    """How many of so many new blocks it keeps."""
    before = len(ours)
    for number in range(blocks):
        ours.note(server, (1000 + number,))
    return len(ours) - before


def test_prefixes_that_were_gone_shrink_what_a_server_is_thought_to_keep() -> None:
    """Down to a few blocks and not beyond; other servers stay as they are."""
    ours = Prefixes(RULER, 1000)
    ours.note("s0", prefix(1, 2))
    ours.observed("s0", 2 * BLOCK, 0)
    assert fill(ours, "s0", 2000) == 970 - 2
    for _ in range(200):
        ours.observed("s0", 2 * BLOCK, BLOCK - 1)
    assert len(ours) == FEWEST
    assert fill(ours, "s1", 2000) == 1000


def test_prefixes_that_were_there_let_it_grow_again_to_the_limit() -> None:
    """And never beyond."""
    ours = Prefixes(RULER, 1000)
    ours.note("s0", prefix(1, 2))
    for _ in range(200):
        ours.observed("s0", 2 * BLOCK, 0)
    for _ in range(2000):
        ours.observed("s0", 2 * BLOCK, BLOCK)
    assert fill(ours, "s0", 2000) == 1000 - 2


@pytest.mark.parametrize("blocks", [64, 100, 1000])
def test_a_limit_of_few_blocks_is_kept(blocks: int) -> None:
    """However often reports agree or not."""
    ours, rng = Prefixes(RULER, blocks), random.Random(1)
    ours.note("s0", prefix(1))
    for _ in range(500):
        ours.observed("s0", BLOCK, rng.choice([0, BLOCK]))
    assert fill(ours, "s0", 2 * blocks) <= blocks


def test_what_was_not_believed_says_nothing() -> None:
    """A cold prompt, and a server that is not known."""
    ours = Prefixes(RULER, 100)
    ours.note("s0", prefix(1))
    ours.observed("s0", BLOCK, 0)
    for _ in range(50):
        ours.observed("s0", 0, 0)
        ours.observed("s0", 0, BLOCK)
        ours.observed("gone", BLOCK, 0)
    assert fill(ours, "s0", 200) == 97 - 1


def test_newcomers_are_not_thought_small_for_the_gone() -> None:
    """Whoever had the place before."""
    ours = Prefixes(RULER, 100)
    ours.note("s0", prefix(1))
    for _ in range(10):
        ours.observed("s0", BLOCK, 0)
    ours.keep([])
    assert fill(ours, "s1", 200) == 100


class Engine:
    """A server's real prefix cache."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept: OrderedDict[int, None] = OrderedDict()

    def serve(self, blocks: Prefix) -> int:
        had = next((depth for depth, block in enumerate(blocks) if block not in self.kept), len(blocks))
        for block in reversed(blocks):
            self.kept[block] = None
            self.kept.move_to_end(block)
        while len(self.kept) > self.capacity:
            self.kept.popitem(last=False)
        return had


def chats(rng: random.Random, count: int) -> Iterator[Prefix]:
    """Conversations that come back a little longer, some more often than others, and end after twenty blocks."""
    open_chats: list[list[int]] = [[rng.getrandbits(60)] for _ in range(count)]
    while True:
        place = min(int(rng.expovariate(4 / count)), count - 1)
        chat = open_chats[place]
        chat.append(rng.getrandbits(60))
        yield tuple(chat)
        if len(chat) >= 20:
            open_chats[place] = [rng.getrandbits(60)]


def share_wrong(ours: Prefixes, engine: Engine, asked: Iterator[Prefix], times: int) -> float:
    """Serves so many prompts, telling what the engine had: how often half of what was believed was not there."""
    wrong = 0
    for _ in range(times):
        blocks = next(asked)
        believed, cached = ours.note("s0", blocks) * BLOCK, engine.serve(blocks) * BLOCK
        ours.observed("s0", believed, cached)
        wrong += cached < believed // 2
    return wrong / times


def test_settles_at_what_an_engine_really_keeps() -> None:
    """A cache of a tenth of the limit is found out, with one belief in ten wrong at most."""
    ours, engine, asked = Prefixes(RULER, 4000), Engine(400), chats(random.Random(1), 100)
    share_wrong(ours, engine, asked, 1500)
    assert share_wrong(ours, engine, asked, 1000) < 0.1
    assert 300 < len(ours) < 700


def test_a_restart_is_got_over() -> None:
    """All is gone at once: the belief falls behind for a while, and is right and whole again soon after."""
    ours, engine, asked = Prefixes(RULER, 2000), Engine(2000), chats(random.Random(2), 60)
    assert share_wrong(ours, engine, asked, 1000) == 0.0
    engine.kept.clear()
    assert share_wrong(ours, engine, asked, 100) > 0.2
    share_wrong(ours, engine, asked, 1000)
    assert share_wrong(ours, engine, asked, 1000) == 0.0
    assert len(ours) > 1000
