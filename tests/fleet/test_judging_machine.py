"""Random lives of a fleet whose limits are found and whose slow servers are taken out: all that holds, holds here."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.fleet.layouts import LAYOUTS, Key, servers_in
from tests.fleet.makers import Watched, asked, done, gone, kept_of
from tests.fleet.test_fleet_machine import FleetMachine
from tests.fleet.test_lines_machine import QUEUES, LinesMachine
from wrp_router.fleet import CannotLease, PoolSpec, Ticket
from wrp_router.fleet.spec import LimitSpec, OutlierSpec

LIMITS = [LimitSpec(1, 6), LimitSpec(2, 3), LimitSpec(1, 40, 0.2), LimitSpec(4, 5)]


def watched(layout: tuple[PoolSpec, ...], limit: LimitSpec) -> tuple[PoolSpec, ...]:
    """Both features on in the pool that has enough servers for them."""
    return tuple(
        msgspec.structs.replace(
            pool,
            servers=tuple(msgspec.structs.replace(server, limit=limit) for server in pool.servers),
            outliers=OutlierSpec(samples=4),
        )
        if pool.name == "p"
        else pool
        for pool in layout
    )


WATCHED = [watched(layout, limit) for layout, limit in zip(LAYOUTS, LIMITS, strict=True)]


class JudgingMachine(FleetMachine):
    """Beside all else: servers that serve for a while, each at a speed of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.begin(WATCHED[0])

    def begin(self, layout: tuple[PoolSpec, ...]) -> None:
        self.layout = layout
        self.fleet = Watched(*layout, queue=5, seed=3)
        self.fleet.hears = self.woken

    @rule(
        times=st.sampled_from([1.0, 8.0, 8.0, 40.0]),
        name=st.sampled_from(["s0", "s1", "s2"]),
        rounds=st.sampled_from([20, 50]),
        patience=st.sampled_from([2.0, 1e9, 1e9]),
        parallel=st.sampled_from([1, 1, 6]),
    )
    def serve(self, times: float, name: str, rounds: int, patience: float, parallel: int) -> None:
        """All servers of the pool, for a while, one of them slower, each several requests at once; where it takes too
        long, clients leave. What was out before has ended."""
        while self.leases:
            self.give_back(0, done(), 6)
        for turn in range(rounds):
            for key in sorted(servers_in(self.layout)):
                if key[0] == "p":
                    self.answer(key, parallel, 100 + 50 * (turn % 4), times if key[1] == name else 1.0, patience)
            self.fleet.snapshot(self.now)

    def answer(self, key: Key, parallel: int, tokens: int, times: float, patience: float) -> None:
        took, leases = tokens * times / 200.0, []
        with suppress(CannotLease):
            for _ in range(parallel):
                leases.append(self.fleet.lease(*key, self.now, None, asked(tokens)))
        self.now += min(took, patience)
        for lease in leases:
            if took <= patience:
                lease.first(self.now)
        for lease in leases:
            lease.end(done(tokens_out=20) if took <= patience else gone(), self.now)

    @rule(layout=st.sampled_from(WATCHED + LAYOUTS[:2]))
    def reload(self, layout: tuple[PoolSpec, ...]) -> None:
        super().reload(layout)

    @invariant()
    def limits_are_within_their_bounds(self) -> None:
        for spec in self.layout:
            for server in spec.servers:
                limit = self.shown()[spec.name, server.name].limit
                bounds = server.limit
                if isinstance(bounds, LimitSpec):
                    assert bounds.min <= limit <= bounds.max
                else:
                    assert limit == bounds

    @invariant()
    def who_is_watched_is_as_configured(self) -> None:
        """In pools of three and more that say so; who was taken out for being slow is not in use."""
        for spec in self.layout:
            for server in spec.servers:
                state = kept_of(self.fleet, spec.name, server.name)
                assert (state.speed is not None) is (spec.outliers is not None and len(spec.servers) >= 3)
                if state.speed is not None and state.speed.ejected:
                    assert self.states[spec.name, server.name] != "closed"

    @invariant()
    def promises_are_kept(self) -> None:
        """Whoever was granted room finds some, as long as no server went down meanwhile."""
        self.hear()
        if any(state != "closed" for state in self.states.values()) or self.drained or self.cooling:
            return
        for name in {spec.name for spec in self.layout}:
            granted: list[Ticket] = [ticket for ticket in self.tickets if ticket.granted and ticket.pool == name]
            if not self.reloads:
                assert self.free(name) >= len(granted)


class JudgingLinesMachine(LinesMachine, JudgingMachine):
    """The same with lines before servers."""

    def begin(self, layout: tuple[PoolSpec, ...]) -> None:
        lined = tuple(msgspec.structs.replace(one, queue=QUEUES[0]) if one.name == "p" else one for one in layout)
        self.layout = lined
        self.fleet = Watched(*lined, queue=5, seed=3)
        self.fleet.hears = self.woken

    def __init__(self) -> None:
        super().__init__()
        self.begin(WATCHED[0])

    @rule(layout=st.sampled_from(WATCHED), queue=st.sampled_from(QUEUES))
    def reload_with_lines(self, layout: tuple[PoolSpec, ...], queue: object) -> None:
        lined = tuple(msgspec.structs.replace(one, queue=queue) if one.name == "p" else one for one in layout)
        FleetMachine.reload(self, lined)


JudgingMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
JudgingLinesMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=30)
TestJudgingMachine = JudgingMachine.TestCase
TestJudgingLinesMachine = JudgingLinesMachine.TestCase
