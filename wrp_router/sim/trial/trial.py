"""One policy, one trace, one seed: who is sent where, and when its tokens come."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from wrp_policies import Balancing, BalancingSpec
from wrp_policies.balancing.spec import Wants
from wrp_policies.catalogue import catalogue_of
from wrp_router.fleet import PoolSpec, Report, ServerSpec
from wrp_router.fleet.spec import PrefixSpec
from wrp_router.sim.batching import Job
from wrp_router.sim.traces import Arrival
from wrp_signals.facts import Facts

from .results import Results
from .router import MODEL, POOL, Request, Router
from .setting import Change, Setting
from .sites import NEVER, Site, Sites

MOST_TRIES = 3


class Policy(Protocol):
    """Who takes part. `made` is asked once for each router; only what knows more than a router can looks at the
    engines."""

    def wants(self) -> Wants: ...

    def made(self, sites: Sites) -> Balancing: ...


class Contender(msgspec.Struct, frozen=True):
    """A balancing policy as it is configured."""

    spec: BalancingSpec

    def wants(self) -> Wants:
        return self.spec.wants()

    def made(self, sites: Sites) -> Balancing:
        return self.spec.build()


class Trial:
    """`run` it once. `sites` are the engines, `routers` who stands before them."""

    def __init__(self, setting: Setting, policy: Policy, seed: int) -> None:
        self._setting = setting
        self._caches = policy.wants() == "caches"
        self._adapters = catalogue_of(setting.adapters)
        self._rng = random.Random(f"trial {seed}")  # a trace's shape draws from the same seed
        self.results = Results()
        self.sites = Sites(self._seen)
        for number, hardware in enumerate(setting.hardware):
            self.sites.join(f"s{number}", hardware, setting.block_tokens)
        self._members = [site.name for site in self.sites.all]
        self.routers = [
            Router(self._pool(), policy.made(self.sites), random.Random(self._rng.getrandbits(64)), self._woken)
            for _ in range(setting.routers)
        ]
        for change in setting.changes:
            self.sites.at(change.at, lambda now, change=change: self._change(change))  # type: ignore[misc]
        self._limited = setting.limit != 0
        self._under_way = 0
        self._arrived = 0
        self._reports = setting.routers > 1 and 0.0 < setting.sync < NEVER
        self._due = NEVER  # when the next report comes

    def run(self, arrivals: Iterable[Arrival], progress: Callable[[float], None] = lambda at: None) -> Results:
        """All of them; `progress` hears of the time of every thousandth. The results are in the order of their ends."""
        sites, routers = self.sites, self.routers
        alone = len(routers) == 1
        always = not alone and not self._setting.sync
        for arrival in arrivals:
            sites.until(arrival.at)
            router = routers[0] if alone else routers[int(self._rng.random() * len(routers))]
            if always:
                self._exchange([router])
            self._arrive(router, arrival)
            if self._arrived % 1000 == 0:
                progress(arrival.at)
        while self._under_way and sites.next() < NEVER:
            sites.until(sites.next())
        return self.results

    # -- requests

    def _arrive(self, router: Router, arrival: Arrival) -> None:
        if self._reports and self._due > arrival.at + self._setting.sync:
            self._plan(arrival.at)
        number = self._arrived
        self._arrived += 1
        facts = Facts(
            str(number),
            "chat",
            (arrival.adapter and self._adapter(arrival)) or MODEL,
            arrival.tenant,
            arrival.session,
            arrival.prompt,
            stream=True,
            prefix=arrival.blocks,
        )
        self._under_way += 1
        request = Request(number, arrival, facts, router)
        if self._setting.patience < NEVER:
            self.sites.at(arrival.at + self._setting.patience, lambda now: self._give_up(request))
        if self._setting.wait < NEVER:
            self.sites.at(arrival.at + self._setting.wait, lambda now: self._turn_away(request))
        self._enter(request)

    def _adapter(self, arrival: Arrival) -> str:
        """The one that it asks for, if what it asks for is one."""
        return arrival.adapter if arrival.adapter in self._adapters else ""

    def _enter(self, request: Request) -> None:
        """On its way, or in line where no server has room."""
        if not (self._limited and request.router.wait(request, self.sites.now)):
            self._send(request)

    def _turn_away(self, request: Request) -> None:
        """It has waited long enough for room, if it still does."""
        if request.ticket is not None:
            request.router.give_up(request, self.sites.now)
            self._fail(request)

    def _send(self, request: Request) -> None:
        """To the best server, or the next best where nobody answers at the address."""
        router, now = request.router, self.sites.now
        names = router.choose(request.facts, now)[:MOST_TRIES]
        if self._setting.queue is not None:
            if not (names and request.tries < MOST_TRIES and router.stand(request, names, now)):
                self._fail(request)
            return
        for server in names:
            if router.take(request, server, now) and self._give(request):
                return
        self._fail(request)

    def _give(self, request: Request) -> bool:
        """Whether somebody answers at the address."""
        lease, arrival = request.lease, request.arrival
        assert lease is not None
        site = self.sites.named[lease.server]
        if not site.up:
            request.router.failed(request, self.sites.now, "connect")
            return False
        adapter = arrival.adapter and self._adapter(arrival)
        request.job = Job(request, arrival.prompt, arrival.output, arrival.blocks, adapter)
        self.sites.give(site, request.job)
        return True

    def _woken(self, request: Request) -> None:
        """Its turn comes after whatever goes on now."""
        self.sites.at(self.sites.now, lambda now: self._seat(request))

    def _seat(self, request: Request) -> None:
        if request.over:
            return
        if request.place is None:
            self._send(request)
            return
        if not (request.router.seat(request, self.sites.now) and self._give(request)):
            request.tries += 1
            self._send(request)

    def _give_up(self, request: Request) -> None:
        """Its patience is at an end, unless it has seen something."""
        job = request.job
        if request.over or (job is not None and 0.0 < job.first <= self.sites.now):
            return
        if job is not None:
            self.sites.take(job)
        request.router.give_up(request, self.sites.now)
        self._fail(request)

    def _fail(self, request: Request) -> None:
        request.router.leave(request, self.sites.now)
        request.over = True
        self._under_way -= 1
        self.results.fail(request.number, request.arrival.at)

    def _seen(self, job: Job, last: bool, now: float) -> None:
        request: Request = job.key
        lease, arrival = request.lease, request.arrival
        assert lease is not None
        if not last:
            lease.first(now)
            return
        self._under_way -= 1
        request.over, request.job = True, None  # they are a circle, which the collector would have to find
        request.router.ended(request, job.cached, now, job.first - lease.taken)
        tpot = (job.last - job.first) / (job.output - 1) if job.output > 1 else 0.0
        self.results.add(
            request.number,
            arrival.at,
            job.first - arrival.at,
            tpot,
            arrival.prompt,
            job.cached,
            arrival.output,
            self.sites.named[lease.server].number,
            now,
        )

    # -- servers

    def _pool(self) -> PoolSpec:
        setting = self._setting
        blocks = setting.block_tokens
        capacity = max(64, max(hardware.kv_tokens for hardware in setting.hardware) // blocks)
        contexts = {f"s{number}": context for number, context in enumerate(setting.contexts)}
        servers = [ServerSpec(one, "http://sim", setting.limit, context=contexts.get(one, 0)) for one in self._members]
        return PoolSpec(
            POOL,
            MODEL,
            tuple(servers),
            # as a live router does: who holds what is kept for those who ask
            prefix=PrefixSpec(blocks, capacity) if self._caches else None,
            queue=setting.queue,
            outliers=setting.outliers,
            adapters=setting.adapters,
        )

    def _change(self, change: Change) -> None:
        sites = self.sites
        if change.what == "die":
            self._lose(sites.all[change.server])
        elif change.what == "back":
            sites.all[change.server].up = True
        elif change.what == "slow":
            sites.slow(sites.all[change.server], change.factor)
        elif change.what == "leave":
            site = sites.all[change.server]
            site.left = sites.now
            self._members.remove(site.name)
        else:
            site = sites.join(f"s{len(sites.all)}", self._setting.hardware[0], self._setting.block_tokens)
            self._members.append(site.name)
        if change.what in ("join", "leave"):
            for router in self.routers:
                router.fleet.replace([self._pool()])

    def _lose(self, site: Site) -> None:
        now = self.sites.now
        for job in self.sites.kill(site):
            request: Request = job.key
            request.router.failed(request, now, "reset")
            if 0.0 < job.first <= now:  # the client has a part of the answer: no other server can go on with it
                self._fail(request)
            else:
                self._enter(request)

    # -- what routers tell each other

    def _plan(self, now: float) -> None:
        """Reports come at the multiples of their interval, but while nothing happens they would say nothing new."""
        sync = self._setting.sync
        due = (now // sync + 1.0) * sync
        self._due = due if due > now else now + sync  # a product may be rounded down
        self.sites.at(self._due, self._tick)

    def _tick(self, now: float) -> None:
        if now != self._due:
            return  # planned before an arrival came in between
        self._exchange(self.routers)
        self._due = NEVER
        if self._under_way and self.sites.next() < NEVER:
            self._plan(max(now, self.sites.next()))

    def _exchange(self, readers: list[Router]) -> None:
        """Tells these routers what all of them have at every server."""
        for name in self._members:
            total, pending = map(sum, zip(*[router.fleet.ours(POOL, name) for router in self.routers], strict=True))
            for router in readers:
                router.fleet.reported(POOL, name, Report(running=total, pending=pending), self.sites.now)
