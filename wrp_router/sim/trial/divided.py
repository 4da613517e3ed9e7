"""A trial before servers of which some compute prompts and others answer. No server fails here."""

from __future__ import annotations

import msgspec

from wrp_policies.types import Splitting
from wrp_router.fleet import Lease, PoolSpec
from wrp_router.sim.batching import Job

from .router import Request
from .trial import Trial


class Divided(Trial):
    """As live, both servers are taken at once. When the prompt is computed its tokens travel, and the other server goes
    on with them: what it holds already travels, too, which makes it look a little slower than it is. While they
    travel nobody gives up. Where no prefill server has room, the request is turned away."""

    def _pool(self) -> PoolSpec:
        spec = super()._pool()
        servers = [
            msgspec.structs.replace(server, role=role)
            for server, role in zip(spec.servers, self._setting.roles, strict=True)
        ]
        return msgspec.structs.replace(spec, servers=tuple(servers))

    def _send(self, request: Request) -> None:
        """To the best server; where it has no help, it does both."""
        router, facts, now = request.router, request.facts, self.sites.now
        names = router.choose(facts, now)
        if not names:
            self._fail(request)
            return
        server = names[0]
        helpers: tuple[str, ...] = ()
        if isinstance(router.policy, Splitting):
            (helpers,) = router.policy.prefills(facts, router.fleet.snapshot(now)[0], [server], now, router.rng)
        if not helpers:
            if not (router.take(request, server, now) and self._give(request)):
                self._fail(request)
            return
        if not (router.hold(request, server, now) and router.take(request, helpers[0], now)):
            self._release(request)
            self._fail(request)
            return
        arrival = request.arrival
        request.job = Job(request, arrival.prompt, 1, arrival.blocks, arrival.adapter and self._adapter(arrival))
        self.sites.give(self.sites.named[helpers[0]], request.job)

    def _release(self, request: Request) -> None:
        """Of the server that was to answer."""
        if request.held is not None:
            request.held.abandon(self.sites.now)
            request.held = None

    def _give_up(self, request: Request) -> None:
        super()._give_up(request)
        if request.over:
            self._release(request)

    def _seen(self, job: Job, last: bool, now: float) -> None:
        request: Request = job.key
        held, lease = request.held, request.lease
        if held is None:
            job.cached = max(job.cached, request.cached)
            super()._seen(job, last, now)
        elif last:
            assert lease is not None
            request.held, request.cached = None, job.cached
            request.router.ended(request, job.cached, now, job.first - lease.taken)
            travels = request.arrival.prompt * self._setting.transfer
            self.sites.at(now + travels, lambda later: self._hand(request, held, later))
        else:
            assert lease is not None
            lease.first(now)

    def _hand(self, request: Request, held: Lease, now: float) -> None:
        """The prompt is there; all that is left of it to compute is what its last token gives."""
        request.router.fleet.receive(held, request.facts)
        held.taken = now
        arrival = request.arrival
        request.lease = held
        adapter = arrival.adapter and self._adapter(arrival)
        request.job = Job(request, arrival.prompt, arrival.output, arrival.blocks, adapter)
        request.job.to_compute = 1
        self.sites.give(self.sites.named[held.server], request.job)
