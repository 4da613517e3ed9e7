"""Random lives of a fleet with lines before its servers: what holds for all fleets holds here, and more."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.fleet.layouts import KEYS, LAYOUTS, PREFIXES, Key, Prompt, block_in
from tests.fleet.makers import Watched, kept_of
from tests.fleet.queues import left_at
from tests.fleet.test_fleet_machine import KEY, FleetMachine
from wrp_policies.queueing import Deadline, Fair, Fifo, Shortest
from wrp_policies.queueing.types import ByKey
from wrp_router.fleet import CannotLease, PoolSpec, QueueFull
from wrp_router.fleet.desks import Place
from wrp_router.fleet.measuring import expected
from wrp_router.fleet.queue import Ticket
from wrp_router.fleet.spec import QueueSpec
from wrp_router.fleet.state import ServerState
from wrp_signals.facts import RANK, Facts, Priority

QUEUES = [
    QueueSpec(Shortest(), prefills=1, depth=2, slo_ttft=0.1),
    QueueSpec(Fifo(), prefills=2, depth=3, slo_ttft=0.05),
    QueueSpec(Deadline(), prefills=1, depth=1),
    QueueSpec(Fair(), prefills=1, depth=4, slo_ttft=0.1),
]
LINED = [
    tuple(msgspec.structs.replace(pool, queue=queue) if pool.name == "p" else pool for pool in layout)
    for queue, layout in zip(QUEUES, LAYOUTS, strict=True)
]
NAMES = [name for pool, name in KEYS if pool == "p"]


class LinesMachine(FleetMachine):
    """Standing in line, taking seats at once, later or never, giving up, beside all else that happens to a fleet."""

    def __init__(self) -> None:
        super().__init__()
        self.layout = LINED[0]
        self.fleet = Watched(*self.layout, queue=5, seed=3)
        self.fleet.hears = self.woken
        self.places: list[Place] = []
        self.eager = False
        self.comes = len(RANK)
        self.who = ""
        self.at_once: set[Place] = set()
        self.met: dict[ServerState, int] = {}
        self.stood: dict[Place, ServerState | None] = {}
        self.woken_once: Counter[Place] = Counter()

    def woken(self, one: Ticket | Place) -> None:
        if isinstance(one, Ticket):
            super().woken(one)
            return
        self.woken_once[one] += 1
        if one.granted:
            self.called(one)
        else:
            self.sent_away(one)

    def called(self, place: Place) -> None:
        """Whose turn it is, it is by class and then by the order: nobody is left behind who would be first."""
        assert not place.left
        assert place.state is not None
        order = place.state.home.spec.queue.order.build() if place.state.home.spec.queue else None
        if self.stood.get(place) is place.state and not place.state.gone:
            behind = [one for one in self.places if one.state is place.state and not (one.granted or one.left)]
            assert all(place.rank <= one.rank for one in behind)
            if isinstance(order, ByKey):
                equals = [one for one in behind if one.rank == place.rank]
                assert all(order.key(place.waiting) <= order.key(one.waiting) for one in equals)
        if self.eager:
            self.sit_down(place)

    def sent_away(self, place: Place) -> None:
        """Who gives way does so for somebody above it, or for a tenant that has fewer places, where nobody below it
        waits, and finds no other line."""
        assert place.left
        assert place.state is not None
        self.places.remove(place)
        assert place.rank > self.comes or (place.rank == self.comes and self.crowds(place))
        assert all(one.rank <= place.rank for one in self.standing(place.state) if not one.granted)
        elsewhere = [name for name in place.choices if ("p", name) in self.shown() and self.shown()["p", name].up]
        assert all(self.is_full(name, place.rank) for name in elsewhere if name != place.server)

    def sit_down(self, place: Place) -> None:
        """Takes the seat, if the server can still be taken."""
        assert place.state is not None
        self.hear()
        key, warm = (place.pool, place.server), self.warm((place.pool, place.server), place.facts.prefix)
        try:
            lease = self.fleet.seat(place, self.now)
        except CannotLease as refusal:
            server = self.shown().get(key)
            promised = refusal.why == "is promised to others"  # where there are no lines any more
            assert place.state.gone or server is None or not server.has_room() or promised
            assert not promised or place.state.home.spec.queue is None
            return
        assert (lease.state, lease.uncached) == (place.state, max(1, place.facts.prompt_tokens - warm))
        due = self.now + expected(lease) if not place.facts.stream else float("inf")
        self.prompts[lease] = Prompt(key, self.born[key], lease.uncached, due)
        self.leases.append((lease, self.born[key]))
        self.taken.append(lease)
        self.held[key].update(place.facts.prefix if block_in(self.layout, key[0]) else ())

    @rule(eager=st.booleans())
    def woken_act_at_once(self, eager: bool) -> None:
        self.eager = eager

    @rule(
        choices=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
        prefix=st.sampled_from(PREFIXES),
        tokens=st.sampled_from([0, 90, 400, 900, 3000]),
        who=st.tuples(st.sampled_from("ab"), st.sampled_from([*RANK]), st.booleans()),
        times=st.integers(1, 5),
    )
    def stand(
        self, choices: list[str], prefix: tuple[int, ...], tokens: int, who: tuple[str, Priority, bool], times: int
    ) -> None:
        tenant, priority, stream = who
        facts = Facts("r", "chat", "m", tenant, "", tokens, stream=stream, prefix=prefix, priority=priority)
        self.comes, self.who = RANK[priority], tenant
        for turn in range(times):
            shown = self.shown()
            up = [name for name in choices if ("p", name) in shown and shown["p", name].up]
            full = all(self.is_full(name, self.comes) for name in up)
            below = [name for name in up if self.lowest(name) > self.comes or self.is_crowded(name)]
            try:
                place = self.fleet.lines.stand("p", tuple(choices), facts, self.now, self.now + turn)
            except QueueFull:
                assert full
                assert not below
                return
            assert place.server in up
            assert below or not full
            self.places.append(place)
            if place.granted:
                self.at_once.add(place)
            if place.granted and self.eager:
                self.sit_down(place)

    def is_full(self, name: str, rank: int) -> bool:
        """Whether as many wait before this server as may, for one of this class."""
        state = kept_of(self.fleet, "p", name)
        depth = (state.home.spec.queue or QueueSpec()).depth
        waiting = len([place for place in self.standing(state) if not place.granted])
        return waiting >= (depth / 2 if rank == RANK["sheddable"] else depth)

    def crowds(self, place: Place) -> bool:
        """Whether its tenant has as many places of its class there, without it, as the newcomer's has."""
        assert place.state is not None
        there = [one for one in self.standing(place.state) if one.rank == place.rank and not one.granted]
        counts = Counter(one.facts.tenant for one in there)
        return place.facts.tenant != self.who and counts[place.facts.tenant] >= counts[self.who]

    def is_crowded(self, name: str) -> bool:
        """Whether a tenant has two places more in the newcomer's class, which is the lowest, than the newcomer's."""
        there = [one for one in self.standing(kept_of(self.fleet, "p", name)) if not one.granted]
        counts = Counter(one.facts.tenant for one in there if one.rank == self.comes)
        return self.lowest(name) == self.comes and max(counts.values(), default=0) > counts[self.who] + 1

    def lowest(self, name: str) -> int:
        """The rank of the lowest class that waits before this server."""
        waiting = [place for place in self.standing(kept_of(self.fleet, "p", name)) if not place.granted]
        return max([place.rank for place in waiting], default=-1)

    @precondition(lambda self: self.places)
    @rule(number=st.integers(0, 1000), times=st.integers(1, 4))
    def take_a_seat(self, number: int, times: int) -> None:
        for _ in range(times):
            place = self.places[number % len(self.places)]
            if place.granted and not place.left:
                self.sit_down(place)
            else:
                with suppress(CannotLease):
                    self.fleet.seat(place, self.now)
                    raise AssertionError("it was not its turn")

    @precondition(lambda self: self.places)
    @rule(number=st.integers(0, 1000))
    def give_up(self, number: int) -> None:
        place = self.places.pop(number % len(self.places))
        self.fleet.lines.leave(place, self.now)
        assert place.left

    @rule(key=KEY, prefix=st.sampled_from(PREFIXES), tokens=st.integers(0, 900), stream=st.booleans())
    def take_for_a_prompt(self, key: Key, prefix: tuple[int, ...], tokens: int, stream: bool) -> None:
        if key[0] == "q":  # where there are lines, prompts come from them
            super().take_for_a_prompt(key, prefix, tokens, stream)

    @rule(layout=st.sampled_from(LINED + LAYOUTS[1:2]))
    def reload(self, layout: tuple[PoolSpec, ...]) -> None:
        super().reload(layout)

    def standing(self, state: ServerState) -> list[Place]:
        """Who stands there, with a seat or without."""
        return [place for place in self.places if place.state is state and not place.left]

    def ours(self, key: Key) -> int:
        return self.sent(key) + sum(place.uncached for place in self.standing(kept_of(self.fleet, *key)))

    def meet(self) -> dict[ServerState, int]:
        """All servers that ever were, with how many prompts and seats they had when last looked at."""
        for key in self.shown():
            self.met.setdefault(kept_of(self.fleet, *key), 0)
        return self.met

    @invariant()
    def seats_are_kept_for_those_who_have_them(self) -> None:
        """And for nobody else; what is counted of a server is what stands there and what it was sent."""
        for state in self.meet():
            standing = self.standing(state)
            assert state.kept == len([place for place in standing if place.granted])
            assert state.queued == sum(place.uncached for place in standing)
            out = [lease for lease in self.prompts if lease.state is state and lease.uncached]
            assert (state.prefills, state.prefill.ours - state.queued) == (len(out), sum(x.uncached for x in out))

    @invariant()
    def no_server_has_more_prompts_than_may_be(self) -> None:
        """Unless it had more before a reload said so: then there are not more of them."""
        for state, before in self.meet().items():
            queue = state.home.spec.queue
            taken = state.prefills + state.kept
            if not state.gone and queue is not None:
                assert taken <= max(queue.prefills, before)
            self.met[state] = taken

    @invariant()
    def nobody_waits_beside_a_free_seat(self) -> None:
        """A server that may be sent something has no seat to spare while somebody waits for it; and one that is gone
        has nobody who waits."""
        self.fleet.snapshot(self.now)
        for state in self.met:
            waiting = [place for place in self.standing(state) if not place.granted]
            assert not (waiting and state.gone)
            most = state.home.spec.queue.prefills if state.home.spec.queue else 1_000
            free = state.prefills + state.kept < most and state.room(self.now) > state.kept
            assert not (waiting and free)
        assert len(self.fleet.lines) == len([place for place in self.places if not (place.granted or place.left)])

    @invariant()
    def a_turn_comes_once(self) -> None:
        """Who had to wait for it hears of it, once."""
        assert set(self.woken_once.values()) <= {1}
        for place in self.places:
            assert not place.left or place.granted
            if self.stood.get(place) is not None and not place.left:
                assert place.granted == (place in self.at_once or place in self.woken_once)
            self.stood[place] = place.state

    def teardown(self) -> None:
        """With nobody in line and nothing out, nothing is left anywhere."""
        while self.places:
            self.give_up(0)
        super().teardown()
        assert {left_at(state) for state in self.met} <= {(0, 0, 0, 0)}
        assert len(self.fleet.lines) == 0


LinesMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestLinesMachine = LinesMachine.TestCase
