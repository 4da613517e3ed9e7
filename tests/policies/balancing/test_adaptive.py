"""The default: soonest first token, at a price for work done twice; homes; and what happens when nobody is in time."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.policies.makers import Warm, facts, outcome, pool
from wrp_policies import Plan, Pool, Server
from wrp_policies.balancing.adaptive import Adapting, Adaptive, dearer, elsewhere, priced, stays, too_late
from wrp_policies.balancing.costs import Demand

RATE = 1e-3  # seconds a token
OLD = {"running": 3, "heard": -0.1}
"""Others' requests, as heard a while ago: it is not known how fast requests come."""
PREFIX = tuple(range(100, 110))


def servers(*pending: int, **changes: Any) -> tuple[Server, ...]:
    """s0, s1, …, with so many tokens to be computed."""
    return tuple(Server(f"s{i}", pending=tokens, prefill=RATE, **changes) for i, tokens in enumerate(pending))


def best(policy: Adapting, of: Pool, prompt: int = 1000, prefix: tuple[int, ...] = PREFIX) -> str:
    return policy.order(facts(prompt_tokens=prompt, prefix=prefix), of, 0.0, random.Random(1))[0]


def made(**fields: Any) -> Adapting:
    return Adaptive(**fields).build()


def test_cold_prompts_go_where_the_first_token_comes_soonest() -> None:
    """By what is to be computed before it, not by the number of requests."""
    assert best(made(), pool("p", of=servers(900, 100, 500))) == "s1"


def test_a_warm_server_is_worth_a_wait() -> None:
    """Up to the price of what it would be spared: 0.8 s of prefill, four times; a hair more or less is the same."""
    held = Warm({"s0": 800})
    assert best(made(), pool("p", of=servers(2900, 0), warm=held)) == "s0"
    assert best(made(), pool("p", of=servers(3500, 0), warm=held)) == "s1"
    assert best(made(price=0.0), pool("p", of=servers(1100, 0), warm=held)) == "s1"


def test_a_little_that_is_warm_is_worth_no_more_than_it_saves() -> None:
    """A common system prompt that is a tenth of the prompt keeps nobody in line."""
    held = Warm({"s0": 100})
    assert best(made(), pool("p", of=servers(300, 0), warm=held)) == "s1"
    assert best(made(), pool("p", of=servers(0, 300), warm=held)) == "s0"


def test_who_cannot_be_in_time_delays_nobody_who_can() -> None:
    """Every server begins too late: the one that is behind most takes it. One that is in time is taken at any price."""
    assert best(made(slo_ttft=5.0), pool("p", of=servers(5000, 9000, 6000))) == "s1"
    assert best(made(slo_ttft=5.0), pool("p", of=servers(5000, 9000, 3900))) == "s2"


def test_a_long_prompt_is_not_late_for_being_long() -> None:
    """What takes twenty seconds by itself is late nowhere, as long as a server could begin with it soon."""
    assert best(made(slo_ttft=5.0), pool("p", of=servers(4000, 0, 9000)), prompt=20_000) == "s1"


def test_what_usually_comes_later_counts() -> None:
    """A server whose first tokens overrun what is expected is late sooner."""
    slow = Server("s0", pending=3500, prefill=RATE, overrun=1.0)
    late = Server("s1", pending=4400, prefill=RATE)
    assert best(made(slo_ttft=5.0), pool("p", of=(slow, late)), prompt=500, prefix=()) == "s1"


def test_equals_are_parted_by_their_load() -> None:
    """Of idle prefill and many answers under way: those that decode slow each other down."""
    busy = Server("s0", in_flight=100, prefill=RATE)
    assert best(made(), pool("p", of=(busy, Server("s1", in_flight=7, prefill=RATE)))) == "s1"


def test_where_nothing_differs_a_prompt_goes_home() -> None:
    """The same server every time, whatever the noise in what was measured; another prompt has another home."""
    for turn in range(12):
        of = pool("p", of=servers(10 * turn % 70, 30, 0, 90 - turn), turn=turn)
        assert best(made(), of) == best(made(), pool("p", of=servers(0, 0, 0, 0)))
    homes = [best(made(), pool("p", of=servers(0, 0, 0, 0)), prefix=(n, 2 * n)) for n in range(100)]
    assert min(homes.count(f"s{i}") for i in range(4)) > 10


def test_a_home_gets_no_more_than_its_share() -> None:
    """A quarter more than the others, then prompts go to their next home."""
    policy, of = made(), pool("p", of=servers(0, 0, 0, 0))
    home = best(policy, of)
    for n in range(40):
        policy.placed(facts(prefix=(n, n)), home, 0.0)
    assert best(policy, of) != home


def test_with_other_routers_a_home_is_worth_a_wait() -> None:
    """They may have warmed it; but a busy home is left."""
    idle = servers(0, 0, 0, 0, running=3)
    home = best(made(), pool("p", of=idle))
    for tokens, waits in ((800, True), (4000, False)):
        busy = tuple(Server(s.name, pending=tokens * (s.name == home), prefill=RATE, running=3) for s in idle)
        assert (best(made(), pool("p", of=busy)) == home) is waits
    assert best(made(), pool("p", of=servers(*[800 * (s.name == home) for s in idle]))) != home


def test_what_others_may_have_sent_keeps_a_prompt_at_home() -> None:
    """What looked shorter elsewhere two seconds ago may have got as much since; what is seen now has not."""
    idle = servers(0, 0, 0, 0, running=3)
    home = best(made(), pool("p", of=idle))
    for heard, stays_there in ((0.0, False), (-2.0, True)):
        busy = servers(*[3000 * (server.name == home) for server in idle], running=3, heard=heard)
        assert (best(made(), pool("p", of=busy)) == home) is stays_there


def answered(policy: Adapting, of: Pool, server: str, cached: int, number: int) -> None:
    """A request that begins like no other was served there, and so much of its 1000 tokens was there."""
    asked = facts(prompt_tokens=1000, prefix=(number, number))
    policy.order(asked, of, 0.0, random.Random(1))
    policy.placed(asked, server, 0.0)
    policy.learn(asked, Plan((), ""), outcome("p", server, tokens_in=1000, tokens_cached=cached))


@pytest.mark.parametrize(("cached", "waits"), [(900, True), (1, False)])
def test_how_long_a_home_is_worth_waiting_for_follows_from_what_is_found_there(cached: int, waits: bool) -> None:
    """Where next to nothing of others' is found at homes, a prompt does not wait for its own."""
    policy, idle = made(), pool("p", of=servers(0, 0, 0, 0, running=3))
    home = best(policy, idle)
    for number in range(200):
        first = best(policy, idle, prefix=(number, number))
        answered(policy, idle, first, cached, number)
    fresh = made()
    fresh.restore(policy.state())
    for one in (policy, fresh):
        busy = servers(*[800 * (server.name == home) for server in idle.servers], running=3)
        assert (best(one, pool("p", of=busy)) == home) is waits


def test_what_is_found_says_nothing_where_it_was_not_counted() -> None:
    """Estimates, prompts without a beginning, and prompts that others begin with altogether."""
    policy, idle = made(), pool("p", of=servers(0, 0, 0, 0, running=3))
    home = best(policy, idle)
    before = policy.state()
    asked = facts(prompt_tokens=1000, prefix=PREFIX)
    policy.learn(asked, Plan((), ""), outcome("p", home, tokens_in=1000, tokens_cached=500, estimated=True))
    policy.learn(asked, Plan((), ""), outcome("p", home))
    policy.learn(facts(prefix=()), Plan((), ""), outcome("p", home, tokens_in=1000, tokens_cached=500))
    policy.learn(facts(prefix=(1, 2)), Plan((), ""), outcome("p", home, tokens_in=1000, tokens_cached=500))  # not asked
    assert policy.state() == before
    policy.learn(asked, Plan((), ""), outcome("p", home, tokens_in=1000, tokens_cached=500))
    assert policy.state() != before


def test_homes_differ_from_prefix_to_prefix() -> None:
    """Two hundred prefixes find all four servers."""
    of = pool("p", of=servers(0, 0, 0, 0, running=3))
    policy = made()
    found = [best(policy, of, prefix=(1000 + n, 2000 + n)) for n in range(200)]
    assert min(found.count(f"s{i}") for i in range(4)) > 25


def test_what_many_prompts_begin_with_is_spread() -> None:
    """A hot beginning that one server holds does not draw all of its prompts there: each has a home by what follows."""
    policy, held = made(), Warm({"s0": 200})
    of = pool("p", of=servers(0, 0, 0, 0), warm=held)
    cold = [best(policy, of, prefix=(7, 5000 + n)) for n in range(40)]
    assert set(cold) == {"s0"}  # before anybody knows that it is hot
    for n in range(100):
        policy.placed(facts(prompt_tokens=1000, prefix=(7, 5000 + n)), "s0", 0.0)
    later = [pool("p", of=servers(0, 0, 0, 0), warm=held, turn=turn) for turn in range(40)]
    assert len({best(policy, one, prefix=(7, 6000 + n)) for n, one in enumerate(later)}) >= 3


def test_what_was_hot_survives() -> None:
    """`restore` takes up what `state` gave."""
    policy, again = made(), made()
    for n in range(100):
        policy.placed(facts(prefix=(7, n)), "s0", 0.0)
    again.restore(policy.state())
    assert again.state() == policy.state()
    again.restore(b"")
    assert again.state() == policy.state()
    with pytest.raises(msgspec.DecodeError):
        again.restore(b"{}")


def test_prices() -> None:
    """Queue plus work at its price; at face value where hardly anything is warm; last where it is barred."""
    assert priced([1.0, 0.0], [0.1, 1.0], 1.0, 3.0, [False, False]) == pytest.approx([1.4, 4.0])
    assert priced([1.0, 0.0], [0.9, 1.0], 1.0, 3.0, [False, False]) == pytest.approx([1.9, 1.0])
    near, far = priced([1.0, 8.0], [1.0, 1.0], 1.0, 3.0, [False, True])
    assert near == pytest.approx(2.0)
    assert far > 1e6


def test_all_but_home_are_dearer() -> None:
    """By what may have come to each."""
    assert dearer([1.0, 2.0, 3.0], [0.1, 0.2, 0.3], servers(0, 0, 0), "s1") == pytest.approx([1.1, 2.0, 3.3])


def test_what_is_too_late() -> None:
    """By when it begins and how long it takes, of which no more counts than half of what is allowed."""
    assert too_late([1.0, 4.5, 2.0, 2.6], [1.0, 1.0, 90.0, 90.0], 5.0) == [False, True, False, True]


def test_who_is_a_stranger_to_a_prompt() -> None:
    """Who is no home of it and holds no more than a quarter."""
    wanted = Demand(1000, {"s1": 250, "s2": 251}, RATE)
    assert elsewhere(servers(0, 0, 0, 0), ("s0",), wanted) == [False, True, False, True]


def test_it_leaves_homes_that_are_late_where_most_others_are_not() -> None:
    """One home that is in time keeps it."""
    idle = servers(0, 0, 0, 0, **OLD)
    first = best(made(), pool("p", of=idle))
    others = tuple(Server(s.name, pending=20_000 * (s.name == first), prefill=RATE, **OLD) for s in idle)
    waits = {first: 9_000, best(made(), pool("p", of=others)): 6_000}
    late = tuple(Server(s.name, pending=waits.get(s.name, 0), prefill=RATE, **OLD) for s in idle)
    assert best(made(), pool("p", of=late)) not in waits
    one = tuple(Server(s.name, pending=9_000 * (s.name == first), prefill=RATE, **OLD) for s in idle)
    assert best(made(), pool("p", of=one)) in waits


@pytest.mark.parametrize(
    ("late", "away", "keeps"),
    [
        ("..LL", "..aa", True),  # a home is in time
        ("LL..", "..aa", False),
        ("LLL.", "..aa", True),  # most are late
        ("L...", "aaaa", False),  # none of its homes is up
    ],
)
def test_who_stays(late: str, away: str, keeps: bool) -> None:
    """By who is late, and who is away from home."""
    assert stays([one == "L" for one in late], [one == "a" for one in away]) is keeps


def test_where_most_requests_are_others_a_prompt_keeps_to_two_homes() -> None:
    """Also when both are late and another server is idle, where most are late; but what is known to be warm elsewhere
    is as good as a home, and where everything is late it goes, as always, where it delays nobody."""
    idle = servers(0, 0, 0, 0, **OLD)
    first = best(made(), pool("p", of=idle))
    others = tuple(Server(s.name, pending=20_000 * (s.name == first), prefill=RATE, **OLD) for s in idle)
    second = best(made(), pool("p", of=others))
    assert second != first
    third = next(s.name for s in idle if s.name not in (first, second))
    waits = {first: 9_000, second: 6_000, third: 7_000}
    late = tuple(Server(s.name, pending=waits.get(s.name, 0), prefill=RATE, **OLD) for s in idle)
    assert best(made(), pool("p", of=late)) == second
    stranger = next(s.name for s in idle if s.name not in waits)
    assert best(made(), pool("p", of=late, warm=Warm({stranger: 900}))) == stranger
    lost = tuple(Server(s.name, pending=9_000 + 1_000 * (s.name == stranger), prefill=RATE, **OLD) for s in idle)
    assert best(made(), pool("p", of=lost)) == stranger
    alone = tuple(Server(s.name, pending=waits.get(s.name, 0), prefill=RATE) for s in idle)
    assert best(made(), pool("p", of=alone)) not in waits
    away = tuple(Server(s.name, up=s.name not in waits, prefill=RATE, **OLD) for s in idle)
    assert best(made(), pool("p", of=away)) not in waits
