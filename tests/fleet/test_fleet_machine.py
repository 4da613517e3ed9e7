"""Random lives of a fleet: whatever happens in whatever order, these things hold."""

from __future__ import annotations

import math
import random
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fleet.layouts import KEYS, LAYOUTS, NOBODY, OUTCOMES, PREFIXES, Key, Prompt, block_in, servers_in, stale_in
from tests.fleet.makers import Watched, asked
from tests.fleet.waiters import Waiters
from wrp_policies.types import Outcome, Server
from wrp_router.fleet import CannotLease, Lease, PoolSpec, Report, Ticket
from wrp_router.fleet.desks import Place
from wrp_router.fleet.measuring import UNKNOWN
from wrp_router.fleet.prefill import LONGEST
from wrp_signals.facts import RANK, Priority

KEY = st.sampled_from(KEYS)


class FleetMachine(RuleBasedStateMachine):
    """Leases, outcomes, probes, drains, coolings, waiting, reloads and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.fleet = Watched(*LAYOUTS[0], queue=5, seed=3)
        self.fleet.hears = self.woken
        self.layout = LAYOUTS[0]
        self.leases: list[tuple[Lease, int]] = []
        self.reloads = self.heard = 0
        self.born = dict.fromkeys(KEYS, 0)
        self.drained: set[tuple[str, str]] = set()
        self.cooling: dict[tuple[str, str], float] = {}
        self.waiters = Waiters(5)
        self.tickets = self.waiters.tickets
        self.states = dict.fromkeys(KEYS, "closed")
        self.prompts: dict[Lease, Prompt] = {}
        self.taken: list[Lease] = []
        self.others = dict.fromkeys(KEYS, NOBODY)
        self.held: dict[Key, set[int]] = {key: set() for key in KEYS}

    def shown(self) -> dict[tuple[str, str], Server]:
        """What a snapshot says now, by key."""
        return {(p.name, s.name): s for p in self.fleet.snapshot(self.now) for s in p.servers}

    @rule(later=st.sampled_from([0.5, 3.0, 8.0, 8.0, 31.0]))
    def time_passes(self, later: float) -> None:
        self.now += later

    @rule(key=KEY, times=st.integers(1, 6))
    def take(self, key: tuple[str, str], times: int) -> None:
        for _ in range(times):
            before = self.shown().get(key)
            try:
                lease = self.fleet.lease(*key, self.now)
            except CannotLease as refusal:
                promised = refusal.why == "is promised to others"
                assert before is None or not before.has_room() or promised
                return
            assert before is not None
            assert before.has_room()
            self.leases.append((lease, self.born[key]))

    @precondition(lambda self: self.leases)
    @rule(number=st.integers(0, 1000), outcome=st.sampled_from([*OUTCOMES, None]), times=st.integers(1, 6))
    def give_back(self, number: int, outcome: Outcome | None, times: int) -> None:
        for _ in range(min(times, len(self.leases))):
            lease, _ = self.leases.pop(number % len(self.leases))
            self.prompts.pop(lease, None)
            lease.end(outcome, self.now) if outcome else lease.abandon(self.now)

    @rule(key=KEY, prefix=st.sampled_from(PREFIXES), tokens=st.integers(0, 900), stream=st.booleans())
    def take_for_a_prompt(self, key: Key, prefix: tuple[int, ...], tokens: int, stream: bool) -> None:
        before, warm = self.shown().get(key), self.warm(key, prefix)
        with suppress(CannotLease):  # `take` checks why
            lease = self.fleet.lease(*key, self.now, None, asked(tokens, prefix, stream))
            assert before is not None
            left = max(1, tokens - warm)
            seconds = min(LONGEST, before.base + before.prefill * (before.pending + left))
            due = math.inf if stream else self.now + (seconds if before.prefill else UNKNOWN)
            self.prompts[lease] = Prompt(key, self.born[key], left, due)
            self.leases.append((lease, self.born[key]))
            self.taken.append(lease)
            self.held[key].update(prefix if block_in(self.layout, key[0]) else ())

    @precondition(lambda self: self.taken)
    @rule(number=st.integers(0, 1000), times=st.integers(1, 6))
    def first_token(self, number: int, times: int) -> None:
        """Of any lease that was ever taken for a prompt, at any time."""
        for lease in [self.taken[(number + turn) % len(self.taken)] for turn in range(times)]:
            lease.first(self.now)
            self.prompts.pop(lease, None)

    @rule(key=KEY, total=st.integers(-1, 9), pending=st.sampled_from([-1, 0, 50, 5000]))
    def report(self, key: Key, total: int, pending: int) -> None:
        server = self.shown().get(key)
        self.fleet.reported(*key, Report(running=total, pending=pending), self.now)
        if server is not None:
            self.others[key] = max(0, total - server.in_flight), max(0, pending - self.sent(key)), self.now

    @rule(keys=st.sets(KEY, min_size=1), outcome=st.sampled_from([*OUTCOMES[1:3], *OUTCOMES]))
    def several_alike(self, keys: set[tuple[str, str]], outcome: Outcome) -> None:
        for key in sorted(keys) * 5:
            with suppress(CannotLease):  # `take` checks why
                self.fleet.lease(*key, self.now).end(outcome, self.now)

    @rule()
    def fill(self) -> None:
        for key in [key for key in sorted(servers_in(self.layout)) if key[0] == "p"]:
            with suppress(CannotLease):
                while True:
                    self.leases.append((self.fleet.lease(*key, self.now), self.born[key]))

    @rule(key=KEY, ok=st.booleans(), reason=st.sampled_from(["probe", "connect"]))
    def probe(self, key: tuple[str, str], ok: bool, reason: str) -> None:
        self.fleet.probed(*key, ok, self.now, reason)

    @rule(key=KEY, seconds=st.floats(allow_nan=True))
    def cool(self, key: tuple[str, str], seconds: float) -> None:
        self.fleet.cool(*key, self.now + seconds, self.now)
        if seconds > 0.0 and key in servers_in(self.layout):
            until = self.now + min(seconds, 120.0)
            self.cooling[key] = max(until, self.cooling.get(key, 0.0))

    @rule(key=KEY, draining=st.booleans())
    def drain(self, key: tuple[str, str], draining: bool) -> None:
        if key in servers_in(self.layout):
            (self.fleet.drain if draining else self.fleet.undrain)(*key)
            (self.drained.add if draining else self.drained.discard)(key)

    @rule(pools=st.sampled_from(["p", "p", "q", "pq"]), some=st.lists(st.sampled_from([*RANK]), min_size=1, max_size=6))
    def wait(self, pools: str, some: list[Priority]) -> None:
        for priority in some:
            if self.fleet.must_wait([*pools], self.now):
                self.waiters.join(self.fleet, [*pools], priority)

    def woken(self, one: Ticket | Place) -> None:
        """The fleet calls somebody, or sends somebody away."""
        assert isinstance(one, Ticket)
        self.waiters.woken(one)

    @invariant()
    def classes_are_kept(self) -> None:
        """Nobody is forgotten, and nobody sent away unheard."""
        self.waiters.check(self.fleet)

    @precondition(lambda self: self.tickets)
    @rule(number=st.integers(0, 1000))
    def stop_waiting(self, number: int) -> None:
        ticket = self.tickets.pop(number % len(self.tickets))
        if ticket.granted and random.Random(number).random() < 0.7:
            for key in servers_in(self.layout):
                if key[0] == ticket.pool and self.shown()[key].has_room():
                    self.leases.append((self.fleet.lease(*key, self.now, ticket), self.born[key]))
                    return
        self.fleet.leave(ticket, self.now)

    @rule(layout=st.sampled_from(LAYOUTS))
    def reload(self, layout: tuple[PoolSpec, ...]) -> None:
        self.hear()
        self.reloads += 1
        old, new = servers_in(self.layout), servers_in(layout)
        for key in [key for key in old if new.get(key) != old[key]]:
            self.born[key] = self.reloads
            self.states[key] = "closed"
            self.drained.discard(key)
            self.cooling.pop(key, None)
            self.others[key] = NOBODY
            self.held[key] = set()
        for key in [key for key in old if stale_in(layout, key[0]) != stale_in(self.layout, key[0])]:
            self.others[key] = NOBODY
        for key in [key for key in old if block_in(layout, key[0]) != block_in(self.layout, key[0])]:
            self.held[key] = set()
        self.layout = layout
        self.fleet.replace(layout)

    @invariant()
    def load_is_the_open_leases(self) -> None:
        assert self.fleet.in_flight() == len(self.leases)
        for key, server in self.shown().items():
            mine = [1 for lease, born in self.leases if (lease.pool, lease.server) == key and born == self.born[key]]
            assert server.in_flight == len(mine)

    def ours(self, key: Key) -> int:
        """Tokens of ours that count as pending there."""
        return self.sent(key)

    def sent(self, key: Key) -> int:
        """Tokens of our prompts that nobody has seen computed, nor should be by now."""
        born = self.born[key]
        return sum(one.tokens for one in self.prompts.values() if one[:2] == (key, born) and one.due > self.now)

    def warm(self, key: Key, prefix: tuple[int, ...]) -> int:
        """Tokens of it that this server was given since it came."""
        held = self.held[key]
        depth = next((depth for depth, block in enumerate(prefix) if block not in held), len(prefix))
        return depth * block_in(self.layout, key[0])

    @invariant()
    def pending_are_the_prompts_that_nobody_saw_computed(self) -> None:
        for key, server in self.shown().items():
            running, pending, told = self.others[key]
            good = self.now < told + stale_in(self.layout, key[0])
            assert (server.running, server.pending) == (running * good, self.ours(key) + pending * good)

    @invariant()
    def servers_hold_what_they_were_given(self) -> None:
        self.hear()
        for seen in self.fleet.snapshot(self.now):
            for prefix in PREFIXES:
                tokens = {server.name: self.warm((seen.name, server.name), prefix) for server in seen.servers}
                assert seen.warm.tokens(prefix) == {name: count for name, count in tokens.items() if count}

    def teardown(self) -> None:
        """With nothing out, nothing of ours is pending, on servers that are gone neither."""
        while self.leases:
            self.give_back(0, None, 1)
        self.pending_are_the_prompts_that_nobody_saw_computed()
        assert {lease.state.prefill.ours for lease in self.taken} <= {0}

    @invariant()
    def no_server_is_shown_up_that_rests(self) -> None:
        for key, server in self.shown().items():
            if key in self.drained or self.cooling.get(key, 0.0) > self.now:
                assert not server.up
            assert 0.0 < server.weight <= 1.0

    def serving(self, pool: str) -> list[tuple[str, str]]:
        """Servers of a pool that do not drain."""
        return [key for key in servers_in(self.layout).keys() - self.drained if key[0] == pool]

    def in_panic(self, pool: str) -> bool:
        """Whether no server of it has a closed breaker."""
        return all(self.states[key] != "closed" for key in self.serving(pool))

    def hear(self) -> None:
        """Follow the breakers by what the fleet says of them; judge every ejection."""
        self.fleet.snapshot(self.now)
        for change in self.fleet.changes[self.heard :]:
            key = (change.pool, change.server)
            assert self.states[key] == change.before
            if change.before == "closed" and "connect" not in change.why:
                serving = self.serving(change.pool)
                out = [k for k in serving if self.states[k] != "closed"]
                assert len(out) + 1 <= len(serving) / 2
            self.states[key] = str(change.after)
            if change.after == "closed":
                self.held[key] = set()  # it may have been restarted
        self.heard = len(self.fleet.changes)

    @invariant()
    def at_most_half_is_ejected(self) -> None:
        """Unless nobody accepts connections there; and moves of a breaker follow one another."""
        self.hear()

    @invariant()
    def up_is_what_the_breakers_allow(self) -> None:
        """Closed: up. Open: only in panic. Half open: up, or its one trial is out."""
        self.hear()
        for key, server in self.shown().items():
            if key in self.drained or self.cooling.get(key, 0.0) > self.now:
                continue
            if self.states[key] == "closed" or self.in_panic(key[0]):
                assert server.up
            elif self.states[key] == "open":
                assert not server.up
            else:
                assert server.up or server.in_flight

    def free(self, pool: str) -> float:
        """How many requests a pool can take."""
        room = 0.0
        for key, server in self.shown().items():
            if key[0] == pool and server.up:
                trial = self.states[key] == "half_open" and not self.in_panic(pool)
                left = max(0.0, server.limit - server.in_flight) if server.limit else math.inf
                room += min(1.0, left) if trial else left
        return room

    @invariant()
    def nobody_waits_beside_free_room(self) -> None:
        """Room that is promised to nobody goes to whoever waits."""
        self.hear()
        for ticket in self.tickets:
            for name in ticket.pools if not ticket.granted else ():
                promised = sum(t.granted and t.pool == name for t in self.tickets)
                assert name in {spec.name for spec in self.layout}
                assert self.free(name) <= promised


FleetMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=40)
TestFleetMachine = FleetMachine.TestCase
