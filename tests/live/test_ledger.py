"""Accounts on a server: the rules of the books, kept by scripts, by all routers together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cache.stores.kit import redis_server
from tests.cache.stores.test_redis import speaking
from wrp_cache.stores.link import Server
from wrp_router.accounts import NOTHING, OTHERS, Books, Ceiling, Charge, Level, Quota, Refused, Reserved
from wrp_router.flow import Reserve, Settle
from wrp_router.live.ledger import COMMANDS, Ledger

QUOTA = Quota(Ceiling(6, 10.0), Ceiling(100, 20.0), Ceiling(1000, 40.0), 4)
FEW = Quota(requests=Ceiling(3, 60.0))
SERIAL = count()
START = 1_000_000
"""Milliseconds."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server for all of these tests."""
    with redis_server(tmp_path_factory.mktemp("redis")) as (port, _):
        yield port


def ledger(port: int, quota: Quota = QUOTA, name: str = "a", hold: float = 1e6, **server: Any) -> Ledger:
    return Ledger(Server("127.0.0.1", port, **server), {name: quota}, "default", hold, 10.0)


def in_milliseconds(said: Reserved | Refused) -> Any:
    """What books say whose second is a millisecond, in the words of a ledger."""
    levels = tuple([Level(one.kind, one.limit, one.remaining, one.reset / 1e3) for one in said.levels])
    if isinstance(said, Reserved):
        return Reserved(levels)
    wait = said.wait if said.wait == inf else 1.0 if said.kind == "concurrent" else said.wait / 1e3
    return Refused(said.kind, wait, said.wanted, levels)


async def test_more_than_the_server_can_count(port: int):
    """An engine may say anything of what it took. That is settled as everything else, those beside it are, too, and the
    account has nothing left."""
    there = ledger(port, name="absurd")
    for name in ("absurd", "as usual"):
        assert isinstance(await there.reserve(Reserve("absurd", name, Charge(1, 10, 10)), START), Reserved)
    absurd = Settle("absurd", "absurd", Charge(1, 10**30, 10**300))
    await there.settle([absurd, Settle("absurd", "as usual", Charge(1, 5, 5))], START)
    refused = await there.reserve(Reserve("absurd", "next", Charge(1, 1, 1)), START)
    assert isinstance(refused, Refused)
    assert [level.remaining for level in refused.levels] == [4, 0, 0]
    await there.close()


async def test_absurd_again_and_again(port: int):
    """So often that the server's integers would not hold the sum: nothing fails, nothing is stuck."""
    there = ledger(port, Quota(tokens=Ceiling(10, 60.0)), "absurder")
    absurd = [Settle("absurder", f"{number}", Charge(1, 10**30, 0)) for number in range(1100)]
    await there.settle(absurd, START)
    refused = await there.reserve(Reserve("absurder", "next", Charge(1, 1)), START)
    assert isinstance(refused, Refused)
    assert refused.levels[0].remaining == 0
    await there.close()


EVENTS = st.lists(
    st.tuples(st.integers(0, 9000), st.integers(0, 60), st.integers(0, 600), st.floats(0, 1.5), st.booleans()),
    max_size=40,
)
"""Milliseconds that go by, what comes then wants, what a share of it somebody takes, and whether somebody leaves."""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_the_scripts_have_the_rules_of_the_books(port: int, events: list[Any]):
    """Whatever comes and goes: the same answers, to the millisecond, and the same sums."""
    asyncio.run(same_story(port, events, f"t{next(SERIAL)}"))


async def same_story(port: int, events: list[Any], name: str) -> None:
    scaled = Quota(*[Ceiling(one.most, one.seconds * 1e3) for one in QUOTA.ceilings() if one], QUOTA.concurrent)
    books, there = Books({name: scaled}), ledger(port, name=name)
    now, opened = START, []
    try:
        for number, (later, tokens, nanos, share, leaves) in enumerate(events):
            now += later
            if leaves and opened:
                id, most = opened.pop(0)
                took = Charge(1, int(most.tokens * share), int(most.nanos * share))
                books.settle(name, id, took, now)
                await there.settle([Settle(name, id, took)], now)
                continue
            most = Charge(1, tokens, nanos)
            here = books.reserve(name, str(number), most, now)
            assert await there.reserve(Reserve(name, str(number), most), now) == in_milliseconds(here)
            if isinstance(here, Reserved):
                opened.append((str(number), most))
    finally:
        await there.close()


async def test_two_routers_share_an_account(port: int):
    """What one lets in, the other counts; by the server's own clock."""
    one, other = ledger(port, FEW, "shared"), ledger(port, FEW, "shared")
    asked = [(one, other)[number % 2].reserve(Reserve("shared", str(number), Charge())) for number in range(8)]
    said = await asyncio.gather(*asked)
    assert sum(isinstance(answer, Reserved) for answer in said) == 3
    refused = next(answer for answer in said if isinstance(answer, Refused))
    assert refused.kind == "requests"
    assert 0 < refused.wait <= 63
    await one.close()
    await other.close()


async def test_others_have_accounts_of_their_own(port: int):
    """On the terms of OTHERS, each for itself."""
    shared = ledger(port, FEW, OTHERS)
    for name in ("somebody", "somebody else"):
        said = [await shared.reserve(Reserve(name, str(number), Charge())) for number in range(4)]
        assert [isinstance(answer, Reserved) for answer in said] == [True, True, True, False]
        await shared.settle([Settle(name, "0", NOTHING)])
    await shared.close()


@pytest.mark.fault("S8")
async def test_saying_it_again_changes_nothing(port: int):
    """Neither a reservation nor a settlement."""
    there = ledger(port, Quota(tokens=Ceiling(100, 60.0)), "again")
    for _ in range(3):
        assert await there.reserve(Reserve("again", "1", Charge(1, 60)), START) == Reserved(
            (Level("tokens", 100, 40, 63.0 - START / 1e3 % 3),)
        )
    for _ in range(3):
        await there.settle([Settle("again", "1", Charge(1, 50))] * 2, START)
    said = await there.reserve(Reserve("again", "2", Charge(1, 0)), START)
    assert said.levels[0].remaining == 50
    await there.close()


@pytest.mark.fault("S8")
async def test_a_settlement_that_overtakes_its_reservation(port: int):
    """As of a client that left at once: what comes late is not set aside any more."""
    there = ledger(port, Quota(tokens=Ceiling(100, 60.0), concurrent=1), "overtaken")
    await there.settle([Settle("overtaken", "1", NOTHING)], START)
    await there.reserve(Reserve("overtaken", "1", Charge(1, 60)), START)
    said = await there.reserve(Reserve("overtaken", "2", Charge(1, 100)), START)
    assert isinstance(said, Reserved)
    await there.close()


@pytest.mark.fault("R18", "S8")
async def test_a_router_that_was_killed_keeps_nothing_for_ever(port: int):
    """Its places are free when its longest request would have ended. What it had set aside counts as used, for nobody
    knows what it took; where it was only away, what it settles later takes its place."""
    there = ledger(port, Quota(budget=Ceiling(100, 3600.0), concurrent=1), "killed", hold=10.0)
    assert isinstance(await there.reserve(Reserve("killed", "1", Charge(1, 0, 90)), START), Reserved)
    soon = await there.reserve(Reserve("killed", "2", Charge(1, 0, 5)), START + 9_999)
    assert isinstance(soon, Refused)
    assert soon.kind == "concurrent"
    more = await there.reserve(Reserve("killed", "2", Charge(1, 0, 20)), START + 10_000)
    assert isinstance(more, Refused)
    assert more.kind == "budget"
    later = await there.reserve(Reserve("killed", "2", Charge(1, 0, 10)), START + 10_000)
    assert isinstance(later, Reserved)
    await there.settle(
        [Settle("killed", "1", Charge(1, 0, 30)), Settle("killed", "2", Charge(1, 0, 10))], START + 10_001
    )
    said = await there.reserve(Reserve("killed", "3", Charge(1, 0, 1)), START + 10_002)
    assert said.levels[0].remaining == 100 - 30 - 10 - 1
    much_later = START + 10_002 + 4_000_000
    said = await there.reserve(Reserve("killed", "4", Charge(1, 0, 0)), much_later)
    assert said.levels[0].remaining == 100
    async with speaking(port) as client:
        assert await client.hlen("wrp:default:accounts:{killed}:held") == 1
    await there.close()


@pytest.mark.fault("S8")
async def test_a_clock_that_goes_back(port: int):
    """What counts counts from then on for its time, and not until the clock is again where it was."""
    there = ledger(port, Quota(requests=Ceiling(2, 60.0)), "back")
    for number in range(2):
        assert isinstance(await there.reserve(Reserve("back", f"{number}", Charge()), START + 7_200_000), Reserved)
        await there.settle([Settle("back", f"{number}", Charge())], START + 7_200_000)
    refused = await there.reserve(Reserve("back", "3", Charge()), START)
    assert isinstance(refused, Refused)
    assert 0 < refused.wait <= 63
    assert isinstance(await there.reserve(Reserve("back", "4", Charge()), START + 64_000), Reserved)
    await there.close()


@pytest.mark.fault("K2", "S8")
async def test_limits_of_before_shorten_nothing(port: int):
    """A router that is still to read the new ones settles: what counts for a month is not forgotten with the minute."""
    before = ledger(port, Quota(requests=Ceiling(9, 1.0)), "reloaded", hold=1.0)
    after = ledger(port, Quota(requests=Ceiling(9, 86_400.0)), "reloaded", hold=1.0)
    await before.reserve(Reserve("reloaded", "1", Charge()))
    await after.reserve(Reserve("reloaded", "2", Charge()))
    await before.settle([Settle("reloaded", "1", Charge())])
    async with speaking(port) as client:
        for name in ("use", "held", "due"):
            assert await client.pttl(f"wrp:default:accounts:{{reloaded}}:{name}") > 86_400_000
    await before.close()
    await after.close()


async def test_what_nobody_uses_is_forgotten(port: int):
    """Every key has an end, and all of an account are in one slot of a cluster."""
    there = ledger(port, FEW, "fading")
    await there.reserve(Reserve("fading", "1", Charge()))
    await there.settle([Settle("fading", "2", Charge())])
    async with speaking(port) as client:
        keys = await client.keys("wrp:default:accounts:{fading}:*")
        assert len(keys) == 4
        for key in keys:
            assert 0 < await client.pttl(key) <= (2 * 60 + 1e6 + 60) * 1e3
    await there.close()


async def test_the_commands_that_it_needs(tmp_path: Path):
    """No more than these, and only on its own keys."""
    allowed = [f"+{command.lower()}" for command in COMMANDS]
    with redis_server(tmp_path) as (port, _):
        async with speaking(port) as client:
            await client.execute_command("ACL", "SETUSER", "wrp", "on", ">pw", "~wrp:default:*", "-@all", *allowed)
        there = ledger(port, FEW, user="wrp", password="pw")
        await there.ping()
        assert isinstance(await there.reserve(Reserve("a", "1", Charge())), Reserved)
        await there.settle([Settle("a", "1", Charge())])
        await there.close()


async def test_who_leaves_is_not_waited_for(port: int):
    """And the others of its round have their answers."""
    there = ledger(port, FEW, "leaving")
    asked = [asyncio.create_task(there.reserve(Reserve("leaving", str(n), Charge()))) for n in range(3)]
    await asyncio.sleep(0)
    asked[1].cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in found] == [Reserved, asyncio.CancelledError, Reserved]
    await there.close()
