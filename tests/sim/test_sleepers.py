"""Waiting on virtual time: who is woken goes on at once, who waited in vain goes on when patience ends."""

from __future__ import annotations

import random

import msgspec

from tests.fleet.makers import done, pool
from wrp_policies.queueing import Fifo
from wrp_router.fleet import Fleet
from wrp_router.fleet.queue import Ticket
from wrp_router.fleet.ranks import DEFAULT
from wrp_router.fleet.spec import QueueSpec
from wrp_router.flow import Enter
from wrp_router.record import Shed
from wrp_router.sim.sleepers import Sleepers
from wrp_router.sim.world import World
from wrp_signals.facts import Facts

ENTER = Enter(("p",), 5.0, 60.0, "default", "local")
FACTS = Facts("r", "chat", "m", prompt_tokens=100, stream=True)


class Stage:
    """One server with room for one, and who wakes."""

    def __init__(self, queue: int = 8, line: bool = False) -> None:
        self.world = World()
        spec = pool(servers=1, limit=1, queue=QueueSpec(Fifo(), prefills=1, depth=2) if line else None)
        self.fleet = Fleet([spec], random.Random(1), lambda change: None, lambda one: self.sleepers.wake(one), queue)
        self.sleepers = Sleepers(self.world, self.fleet)
        self.told: list[tuple[float, object]] = []

    def enter(self, ticket: Ticket | None, shed: Shed) -> None:
        self.tell(shed or ticket)

    def tell(self, what: object) -> None:
        self.told.append((self.world.now, what))


def test_room_wakes() -> None:
    """The ticket is granted when the lease ends, and nobody gives up after that."""
    stage = Stage()
    lease = stage.fleet.lease("p", "s0", 0.0)
    stage.sleepers.enter(ENTER, 5.0, stage.enter)
    stage.world.at(2.0, lambda: lease.end(done(), 2.0))
    stage.world.run()
    ((at, ticket),) = stage.told
    assert at == 2.0
    assert isinstance(ticket, Ticket)
    assert ticket.granted


def test_patience_ends() -> None:
    """At its time, with nothing; the line is empty."""
    stage = Stage()
    stage.fleet.lease("p", "s0", 0.0)
    stage.sleepers.enter(ENTER, 5.0, stage.enter)
    stage.world.run()
    assert stage.told == [(5.0, "late")]
    assert stage.fleet.waiting() == 0


def test_a_full_queue_is_said_so_at_once() -> None:
    """Without waiting."""
    stage = Stage(queue=1)
    stage.fleet.lease("p", "s0", 0.0)
    stage.fleet.entrance.join(("p",), DEFAULT, "", 0.0)
    stage.sleepers.enter(ENTER, 5.0, stage.enter)
    assert stage.told == [(0.0, "full")]


def test_a_turn_wakes() -> None:
    """When the prompt before is computed; who waits too long leaves the line."""
    stage = Stage(line=True)
    first = stage.fleet.lines.stand("p", ("s0",), FACTS, 0.0, 60.0)
    lease = stage.fleet.seat(first, 0.0)
    second = stage.fleet.lines.stand("p", ("s0",), FACTS, 0.0, 60.0)
    third = stage.fleet.lines.stand("p", ("s0",), FACTS, 0.0, 3.0)
    stage.sleepers.stand(second, 60.0, lambda shed: stage.tell(("second", shed)))
    stage.sleepers.stand(third, 3.0, lambda shed: stage.tell(("third", shed)))
    stage.world.at(2.0, lambda: lease.end(done(), 2.0))
    stage.world.run()
    assert stage.told == [(2.0, ("second", "")), (3.0, ("third", "late"))]
    assert (second.granted, third.left) == (True, True)


def test_strangers_are_not_woken() -> None:
    """Nobody asked for this one."""
    stage = Stage()
    stage.sleepers.wake(Ticket(("p",)))
    stage.world.run()
    assert stage.told == []


def test_who_gives_way_is_told() -> None:
    """At once, that its turn will not come; and nothing more when its patience would have ended."""
    stage = Stage(queue=1)
    lease = stage.fleet.lease("p", "s0", 0.0)
    stage.sleepers.enter(ENTER, 5.0, stage.enter)
    critical = msgspec.structs.replace(ENTER, priority="critical")
    stage.world.at(
        1.0, lambda: stage.sleepers.enter(critical, 5.0, lambda ticket, shed: stage.tell(("critical", shed)))
    )
    stage.world.at(2.0, lambda: lease.end(done(), 2.0))
    stage.world.run()
    assert stage.told == [(1.0, "displaced"), (2.0, ("critical", ""))]


def test_who_gives_way_in_a_line_is_told() -> None:
    """The same before a server."""
    stage = Stage(line=True)
    stage.fleet.seat(stage.fleet.lines.stand("p", ("s0",), FACTS, 0.0, 60.0), 0.0)
    places = [stage.fleet.lines.stand("p", ("s0",), FACTS, 0.0, 60.0) for _ in range(2)]
    for place in places:
        stage.sleepers.stand(place, 3.0, stage.tell)
    stage.fleet.lines.stand("p", ("s0",), msgspec.structs.replace(FACTS, priority="critical"), 1.0, 60.0)
    stage.world.run()
    assert stage.told == [(0.0, "displaced"), (3.0, "late")]


def test_room_by_time_alone() -> None:
    """A server that had asked to be left alone takes who waits, though nothing else happens; then nobody looks."""
    stage = Stage()
    stage.fleet.cool("p", "s0", 2.0, 0.0)
    stage.sleepers.enter(ENTER, 5.0, stage.enter)
    stage.world.run()
    ((at, ticket),) = stage.told
    assert at == 2.0
    assert isinstance(ticket, Ticket)
    assert stage.world.now == 5.0  # when patience would have ended: no look comes after that


def test_a_line_that_takes_too_long() -> None:
    """Is told at once, as live."""
    stage = Stage()
    stage.fleet.lease("p", "s0", 0.0)
    stage.sleepers.enter(ENTER, 5.0, lambda ticket, shed: None)
    late = msgspec.structs.replace(ENTER, bound=1.0)
    stage.world.at(2.0, lambda: stage.sleepers.enter(late, 5.0, stage.enter))
    stage.world.run()
    assert stage.told == [(2.0, "long")]
