"""Who is there, and the last picture of them."""

from __future__ import annotations

import random

import pytest

from tests.fleet.makers import pool
from wrp_policies.warmth import COLD
from wrp_router.fleet import PoolSpec, ServerSpec, UnknownServer
from wrp_router.fleet.health import Event
from wrp_router.fleet.roster import Roster
from wrp_router.fleet.spec import PrefixSpec

PREFIX = (1, 2, 3)


def roster(*pools: PoolSpec) -> Roster:
    """A roster of these pools, or of one."""
    made = Roster()
    made.replace(pools or (pool(),))
    return made


def test_nobody_is_there_at_first() -> None:
    """An empty picture, and no server."""
    assert Roster().view(0.0) == ()
    with pytest.raises(UnknownServer, match="p/s0"):
        Roster().at("p", "s0")


def test_servers_are_found_by_pool_and_name() -> None:
    """In the order configured."""
    made = roster(pool(), pool("q", 1))
    assert list(made.pools) == ["p", "q"]
    assert list(made.servers) == [("p", "s0"), ("p", "s1"), ("q", "s0")]
    assert made.at("q", "s0") is made.pools["q"].servers[0]
    assert [server.place for server in made.servers.values()] == [0, 1, 0]


@pytest.mark.parametrize(("name", "server"), [("p", "typo"), ("typo", "s0"), ("", "")])
def test_unknown_servers_are_an_error(name: str, server: str) -> None:
    """It names what was looked for."""
    with pytest.raises(UnknownServer, match=f"{name}/{server}"):
        roster().at(name, server)


def test_a_picture_lasts_until_somebody_is_touched() -> None:
    """Then only that server and its pool are drawn anew, once, however often it was touched."""
    made = roster(pool(), pool("q"))
    before = made.view(0.0)
    assert made.view(1.0) is before
    server = made.at("p", "s1")
    server.in_flight = 3
    made.touch(server)
    made.touch(server)
    assert made.pools["p"].stale == [server]
    after = made.view(1.0)
    assert (after[0].servers[0], after[1]) == (before[0].servers[0], before[1])
    assert after[0].servers[0] is before[0].servers[0]
    assert after[1] is before[1]
    assert (before[0].servers[1].in_flight, after[0].servers[1].in_flight) == (0, 3)
    assert made.view(2.0) is after


def test_touching_all_reconsiders_the_pool() -> None:
    """Where all servers drain, there is panic, and all are drawn anew."""
    made = roster(pool())
    before = made.view(0.0)
    for server in made.servers.values():
        server.draining = True
    made.touch_all(made.pools["p"])
    after = made.view(0.0)
    assert made.pools["p"].answering.panic
    assert [server.up for server in after[0].servers] == [False, False]
    assert before[0].servers[0].up


def test_same_name_and_address_is_the_same_server() -> None:
    """Whatever else changed: order, limit, its neighbours."""
    made = roster(pool(servers=3))
    first, last = made.at("p", "s0"), made.at("p", "s2")
    specs = (ServerSpec("new", "http://new"), ServerSpec("s2", "http://p2:8000", 7), ServerSpec("s0", "http://moved"))
    made.replace([PoolSpec("p", "m", specs)])
    assert made.at("p", "s2") is last
    assert made.at("p", "s0") is not first
    assert (last.gone, last.place, last.spec.limit, last.home) == (False, 1, 7, made.pools["p"])
    assert first.gone
    assert [server.name for server in made.view(0.0)[0].servers] == ["new", "s2", "s0"]


def test_same_address_in_another_pool_is_another_server() -> None:
    """Pools are renamed by taking one away and adding one."""
    made = roster(pool())
    before = made.at("p", "s0")
    made.replace([PoolSpec("q", "m", tuple(pool().servers))])
    assert before.gone
    assert made.at("q", "s0") is not before


def test_the_gone_are_drawn_no_more() -> None:
    """Whatever happens to them."""
    made = roster(pool())
    made.view(0.0)
    before = made.at("p", "s1")
    made.replace([pool(servers=1)])
    view = made.view(0.0)
    made.touch(before)
    assert made.view(0.0) is view


def test_a_reload_may_leave_only_the_doubtful() -> None:
    """Then they are used at once, and no more once a sound one joins."""
    made = roster(pool())
    made.at("p", "s0").breaker.move(Event.FAILED_ENOUGH, 0.0, random.Random(1))
    made.replace([pool(servers=1)])
    assert [server.up for server in made.view(0.0)[0].servers] == [True]
    made.replace([pool()])
    assert [server.up for server in made.view(0.0)[0].servers] == [False, True]


def test_a_server_touched_before_a_reload_is_drawn_after_it() -> None:
    """Whether it was drawn in between or not, and again when it is touched again."""
    made = roster(pool())
    server = made.at("p", "s0")
    server.in_flight = 1
    made.touch(server)
    made.replace([pool()])
    assert made.view(0.0)[0].servers[0].in_flight == 1
    server.in_flight = 2
    made.touch(server)
    assert made.view(0.0)[0].servers[0].in_flight == 2


def test_every_reload_is_an_edition() -> None:
    """Counted from the first configuration; the turn of a pool goes on."""
    made = roster(pool(), pool("q"))
    made.pools["p"].turn = 5
    made.replace([pool(), pool("r")])
    assert [(one.name, one.edition, one.turn) for one in made.view(0.0)] == [("p", 2, 5), ("r", 2, 0)]


def test_namesakes_change_nothing() -> None:
    """Refused before anything else."""
    made = roster(pool())
    view, server = made.view(0.0), made.at("p", "s0")
    with pytest.raises(ValueError, match="two pools share the name 'q'"):
        made.replace([pool("q"), pool("q")])
    assert made.view(0.0) is view
    assert (made.at("p", "s0"), server.gone, view[0].edition) == (server, False, 1)


def holders(made: Roster) -> dict[str, int]:
    """Who holds how much of the prefix."""
    return dict(made.view(0.0)[0].warm.tokens(PREFIX))


def warm(servers: int = 3, spec: PrefixSpec | None = None) -> Roster:
    """A roster of a pool whose servers all hold the prefix."""
    made = roster(pool(servers=servers, prefix=spec or PrefixSpec(100)))
    prefixes = made.pools["p"].prefixes
    assert prefixes is not None
    for number in range(servers):
        prefixes.note(f"s{number}", PREFIX)
    return made


def test_who_held_what_outlives_a_reload() -> None:
    """For servers that stay; who left and who moved to another address hold nothing, nor does who comes."""
    made = warm()
    moved = ServerSpec("s1", "http://moved")
    kept, new = ServerSpec("s2", "http://p2:8000"), ServerSpec("new", "http://new")
    made.replace([PoolSpec("p", "m", (moved, kept, new), prefix=PrefixSpec(100))])
    assert holders(made) == {"s2": 300}
    made.replace([pool(servers=3, prefix=PrefixSpec(100))])
    assert holders(made) == {"s2": 300}


@pytest.mark.parametrize("spec", [PrefixSpec(200), PrefixSpec(100, 64), None])
def test_other_blocks_make_a_new_memory(spec: PrefixSpec | None) -> None:
    """What was remembered in other words is of no use; without any, nobody asks."""
    made = warm()
    made.replace([pool(servers=3, prefix=spec)])
    assert holders(made) == {}
    assert (made.view(0.0)[0].warm is COLD) == (spec is None)


def test_a_pool_that_begins_to_remember_starts_cold() -> None:
    """And one that comes back after a reload without it does, too."""
    made = roster(pool(servers=3))
    made.replace([pool(servers=3, prefix=PrefixSpec(100))])
    assert holders(made) == {}
    made = warm()
    made.replace([pool("q")])
    made.replace([pool(servers=3, prefix=PrefixSpec(100))])
    assert holders(made) == {}
