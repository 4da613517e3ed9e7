"""Servers with roles: a request takes one of each, and each half stands and falls by itself."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.fleet.makers import Watched, asked, done, failed
from wrp_policies.types import Role
from wrp_router.fleet import CannotLease, PoolSpec, ServerSpec
from wrp_router.fleet.spec import PrefixSpec

PREFIX = tuple(range(1, 9))
ROLES: dict[str, Role] = {"p": "prefill", "d": "decode"}


def divided(*servers: str, limit: int = 0, **changes: Any) -> PoolSpec:
    """Servers by name, their role by its first letter; by default two of each half."""
    named = servers or ("p0", "p1", "d0", "d1")
    specs = tuple(ServerSpec(name, f"http://{name}", limit, role=ROLES.get(name[0], "")) for name in named)
    return PoolSpec("p", "m", specs, **changes)


def test_the_picture_names_roles() -> None:
    """For policies to see."""
    (seen,) = Watched(divided("p0", "d0", "both")).snapshot(0.0)
    assert [server.role for server in seen.servers] == ["prefill", "decode", ""]


@pytest.mark.parametrize("full", ["p0", "d0"])
def test_there_is_room_where_both_have_some(full: str) -> None:
    """Who comes when either half is full waits, and is woken when it is not any more."""
    fleet = Watched(divided("p0", "d0", limit=1))
    lease = fleet.lease("p", full, 0.0)
    assert fleet.must_wait(("p",), 0.0)
    ticket = fleet.join(("p",))
    lease.end(done(), 1.0)
    assert fleet.woken == [ticket]
    assert not Watched(divided("p0", "d0", limit=1)).must_wait(("p",), 0.0)


@pytest.mark.parametrize("servers", [("p0", "d0"), ("p0", "d0", "both")])
def test_who_can_do_without_prefill_servers_does_not_wait_for_them(servers: tuple[str, ...]) -> None:
    """Decode servers that may answer alone, and servers that do both."""
    fleet = Watched(divided(*servers, limit=1, alone=len(servers) == 2))
    fleet.lease("p", "p0", 0.0)
    assert not fleet.must_wait(("p",), 0.0)


def test_a_half_opens_when_both_may_be_tried() -> None:
    """The later of the two: one that cools, and one whose breaker is open."""
    fleet = Watched(divided("p0", "p1", "d0"))
    fleet.cool("p", "d0", 7.0, 0.0)
    assert fleet.next_free(("p",), 0.0) == 7.0
    for name in ("p0", "p1"):
        fleet.drain("p", name)
    assert fleet.next_free(("p",), 0.0) == math.inf


def test_a_pool_is_as_busy_as_its_busier_half() -> None:
    """Room that the other has is no use."""
    fleet = Watched(divided("p0", "p1", "d0", limit=2))
    fleet.lease("p", "d0", 0.0)
    fleet.lease("p", "p0", 0.0)
    assert fleet.load("p") == 0.5


def test_the_last_of_a_half_is_not_ejected() -> None:
    """However many the others are; but of two prefill servers one is."""
    fleet = Watched(divided("p0", "d0", "d1", "d2"))
    fleet.fail("p0", 0.0, 50)
    assert fleet.up(0.0) == "p0 d0 d1 d2"
    fleet = Watched(divided("p0", "p1", "d0"))
    fleet.fail("p0", 0.0)
    assert fleet.up(0.0) == "p1 d0"


def test_a_half_that_is_all_out_is_used_all_the_same() -> None:
    """A doubtful server is better than none, whatever the other half is like."""
    fleet = Watched(divided("p0", "d0", "d1"))
    fleet.fail("p0", 0.0, 1, failed(reason="connect"))
    fleet.fail("p0", 0.0, 50, failed(reason="connect"))
    assert fleet.up(0.0) == "p0 d0 d1"
    fleet.lease("p", "p0", 0.0).abandon(0.0)


def test_a_prefill_server_is_taken_whatever_was_promised() -> None:
    """Who waited was promised a server that answers; the one that computes is there for whoever has that."""
    fleet = Watched(divided("p0", "d0", limit=2))
    leases = [fleet.lease("p", "d0", 0.0) for _ in range(2)]
    fleet.join(("p",))
    leases[0].end(done(), 1.0)
    assert len(fleet.woken) == 1
    with pytest.raises(CannotLease):
        fleet.lease("p", "d0", 1.0)
    fleet.lease("p", "p0", 1.0)


def test_turns_are_counted_once_a_request() -> None:
    """By the server that answers: else a round robin over two would always meet the same one."""
    fleet = Watched(divided())
    fleet.lease("p", "p0", 0.0)
    fleet.lease("p", "d0", 0.0)
    assert fleet.snapshot(0.0)[0].turn == 1


def test_a_prefill_server_learns_by_its_own_answer() -> None:
    """What a token takes there: not by what was expected, though the client asked for a whole answer."""
    fleet = Watched(divided(prefix=PrefixSpec(100, 100)))
    for number in range(20):
        now = 10.0 * number
        lease = fleet.lease("p", "p0", now, None, asked(1000 + 100 * number, stream=False))
        assert fleet.server("p0", now + 2.0).pending == 1000 + 100 * number
        lease.first(now + 2.0 + 0.2 * number)
        lease.end(done(), now + 2.0 + 0.2 * number)
    assert fleet.server("p0", 300.0).prefill == pytest.approx(0.002)


def test_a_server_that_gets_a_prompt_computes_nothing() -> None:
    """It is not charged with it, and learns nothing of it; but it will hold it."""
    fleet = Watched(divided(prefix=PrefixSpec(100, 100)))
    lease = fleet.lease("p", "d0", 0.0)
    fleet.receive(lease, asked(800, PREFIX))
    assert (fleet.server("d0", 0.0).pending, lease.caller) == (0, "local")
    lease.first(5.0)
    lease.end(done(tokens_cached=799), 6.0)
    (seen,) = fleet.snapshot(6.0)
    assert dict(seen.warm.tokens(PREFIX)) == {"d0": 800}
    assert fleet.server("d0", 6.0).prefill == 0.0


def test_it_may_be_charged_later() -> None:
    """When nobody else computes the prompt; its time begins then."""
    fleet = Watched(divided())
    lease = fleet.lease("p", "d0", 0.0)
    fleet.charge(lease, asked(800, stream=True), 3.0)
    assert (fleet.server("d0", 3.0).pending, lease.taken) == (800, 3.0)
    lease.abandon(4.0)
    assert fleet.server("d0", 4.0).pending == 0


def test_a_reload_may_change_roles() -> None:
    """The server keeps its state, and stands with others from then on."""
    fleet = Watched(divided("p0", "d0", "d1"))
    fleet.lease("p", "d1", 0.0)
    specs = divided("p0", "d0", "d1").servers
    moved = (*specs[:2], ServerSpec("d1", "http://d1", role="prefill"))
    fleet.replace([PoolSpec("p", "m", moved)])
    assert fleet.server("d1", 0.0).in_flight == 1
    fleet.fail("p0", 0.0)
    assert fleet.up(0.0) == "d0 d1"
