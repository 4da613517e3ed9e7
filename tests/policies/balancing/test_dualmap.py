"""Two candidates by hash."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts, pool, prompt, warm_pool
from wrp_policies.balancing import DualMap
from wrp_policies.balancing.dualmap import DualMapped
from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts

RNG = random.Random(0)
ASKED = facts(prompt_tokens=1_000, prefix=prompt(1, blocks=10))
RATE = 0.001


def pair_of(asked: Facts, servers: Pool, policy: DualMapped | None = None) -> tuple[str, ...]:
    """The names of the two candidates."""
    made = policy or DualMap().build()
    return tuple(server.name for server in made.candidates(asked, servers, usable_servers(servers)))


ONE, TWO = pair_of(ASKED, pool("s", servers=8))


def first(held: dict[str, int], slo: float = 5.0, **pending: int) -> str:
    """ "one" or "two", for candidates with so many tokens to compute, at a millisecond each."""
    queued = {ONE: pending["one"], TWO: pending["two"]}
    servers = [Server(f"s{i}", prefill=RATE, pending=queued.get(f"s{i}", 0)) for i in range(8)]
    warm = {ONE: held.get("one", 0), TWO: held.get("two", 0)}
    order = DualMap(slo_ttft=slo).build().order(ASKED, warm_pool(warm, *servers), 0.0, RNG)
    assert {order[0], order[1]} == {ONE, TWO}
    return "one" if order[0] == ONE else "two"


@given(seed=st.integers(0, 10**6), count=st.integers(2, 20))
def test_two_distinct_candidates_and_all_routers_agree(seed: int, count: int) -> None:
    """Objects built apart have the same pair for a prompt."""
    asked, servers = facts(prefix=prompt(seed)), pool("s", servers=count)
    pair = pair_of(asked, servers)
    assert len(set(pair)) == 2
    assert pair == pair_of(asked, servers)


def test_pairs_are_fixed() -> None:
    """Nothing of the process is in them: these are the values wherever it runs."""
    pairs = [pair_of(facts(prefix=(block,)), pool("s", servers=8)) for block in (12345, 12346, 12347)]
    assert pairs == [("s7", "s3"), ("s1", "s7"), ("s7", "s6")]


@pytest.mark.parametrize(
    ("held", "one", "two", "expected"),
    [
        ({"one": 600}, 400, 0, "one"),
        ({"two": 600}, 0, 400, "two"),
        ({"one": 600, "two": 900}, 0, 2_500, "two"),  # half of the SLO: still in time
        ({"one": 600, "two": 900}, 2_300, 2_501, "two"),  # 2601 before 2700
        ({"one": 600, "two": 900}, 2_100, 2_501, "one"),  # 2500 before 2601
        ({"two": 900}, 0, 2_501, "one"),  # over it, and the other is sooner
        ({"two": 900}, 2_000, 2_501, "two"),  # over it, and still sooner
        ({"two": 900}, 9_000, 9_500, "two"),
        ({"two": 900}, 8_500, 9_500, "one"),
        ({}, 100, 50, "two"),
        ({}, 50, 100, "one"),
        ({"one": 500, "two": 500}, 100, 50, "two"),
    ],
)
def test_the_warmer_one_unless_it_is_late(held: dict[str, int], one: int, two: int, expected: str) -> None:
    """Over half of the SLO in its queue it is the one with the lower TTFT; equally warm ones go by queue."""
    assert first(held, one=one, two=two) == expected


def test_the_slo_is_the_bar() -> None:
    """With a longer one more queue is borne."""
    assert first({"two": 900}, slo=5.0, one=0, two=3_000) == "one"
    assert first({"two": 900}, slo=6.0, one=0, two=3_000) == "two"


def test_nobody_else_is_asked_however_idle() -> None:
    """With both candidates deep in overload the others stay spares, the soonest first."""
    servers = [Server(f"s{i}", prefill=RATE, pending=90_000 if f"s{i}" in (ONE, TWO) else i) for i in range(8)]
    order = DualMap().build().order(ASKED, warm_pool({}, *servers), 0.0, RNG)
    assert set(order[:2]) == {ONE, TWO}
    assert list(order[2:]) == [f"s{i}" for i in range(8) if f"s{i}" not in (ONE, TWO)]


def test_without_a_prefix_the_soonest_first_token() -> None:
    """In turn among equals."""
    servers = [Server("a", pending=5), Server("b"), Server("c")]
    assert DualMap().build().order(facts(), warm_pool({}, *servers, turn=2), 0.0, RNG) == ("c", "b", "a")


def test_who_is_lost_moves_only_that_candidate() -> None:
    """The other one stays, and the lost one is back when it is up again. A single server is a pair of one."""
    policy, idle = DualMap().build(), pool("s", servers=8)
    hurt = pool("s", of=tuple(Server(s.name, up=s.name != ONE) for s in idle.servers))
    after = pair_of(ASKED, hurt, policy)
    assert (len(set(after)), ONE in after) == (2, False)
    assert after[1] == TWO or after[0] == TWO
    assert pair_of(ASKED, idle, policy) == (ONE, TWO)
    alone = pool("s", of=(Server("x"), Server("y", up=False)))
    assert policy.order(ASKED, alone, 0.0, RNG) == ("x",)


def test_a_hot_beginning_gets_more_than_a_pair() -> None:
    """Once more than 2/n of what was placed begins alike, the continuations have pairs of their own."""
    policy, servers = DualMap(window=100).build(), pool("s", servers=16)
    talks = [facts(prompt_tokens=900, prefix=(1, *prompt(seed))) for seed in range(40)]
    assert len({pair_of(talk, servers, policy) for talk in talks}) == 1
    for talk in talks:
        policy.placed(talk, policy.order(talk, servers, 0.0, RNG)[0], 0.0)
    assert len({pair_of(talk, servers, policy) for talk in talks}) > 20
    for number in range(200):
        policy.placed(facts(prefix=prompt(1_000 + number)), "s0", 0.0)
    assert len({pair_of(talk, servers, policy) for talk in talks}) == 1


def test_how_hot_is_a_setting() -> None:
    """With `hot` 12 it takes three quarters of what 16 servers get; half of it is not enough."""
    servers = pool("s", servers=16)
    talks = [facts(prefix=(1, *prompt(seed))) for seed in range(40)]
    for hot, split in ((2.0, True), (12.0, False)):
        policy = DualMap(hot=hot).build()
        policy.order(ASKED, servers, 0.0, RNG)
        for number, talk in enumerate(talks):
            policy.placed(facts(prefix=prompt(number)), "s0", 0.0)
            policy.placed(talk, "s0", 0.0)
        assert (len({pair_of(talk, servers, policy) for talk in talks}) > 1) is split


def test_what_has_no_beginning_teaches_nothing() -> None:
    """Neither does how a request went."""
    policy = DualMap().build()
    before = policy.state()
    policy.placed(facts(), "s0", 0.0)
    policy.restore(b"")
    assert policy.state() == before


def test_state_is_taken_up() -> None:
    """A new object knows what is hot, and how many servers there are; bytes that are no window raise."""
    old, new, servers = DualMap(window=100).build(), DualMap(window=100).build(), pool("s", servers=16)
    old.order(ASKED, servers, 0.0, RNG)
    for seed in range(40):
        old.placed(facts(prefix=(1, *prompt(seed))), "s0", 0.0)
    new.restore(old.state())
    for seed in range(40, 90):
        asked = facts(prefix=(1, *prompt(seed)))
        assert pair_of(asked, servers, new) == pair_of(asked, servers, old)
        old.placed(asked, "s0", 0.0)
        new.placed(asked, "s0", 0.0)
    assert new.state() == old.state()
    with pytest.raises(msgspec.DecodeError):
        new.restore(b'{"seen": 5}')
