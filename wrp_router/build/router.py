"""A running router: rooms, connections, watchers, probes, listeners. Starts, drains, closes."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from time import monotonic, time
from types import TracebackType

import msgspec

from wrp_cache.stores import Archive
from wrp_policies.types import Pools
from wrp_router.config.check_tenants import askable
from wrp_router.config.render import fingerprint
from wrp_router.config.structs import Config
from wrp_router.fleet import Heard
from wrp_router.live.batcher import Batcher
from wrp_router.live.bodies import Bodies
from wrp_router.live.gateway import Gateway, State
from wrp_router.live.hinting import Hinting
from wrp_router.live.lifecycle import Listener, drain, hand_over
from wrp_router.live.local import Endpoints
from wrp_router.live.probes import watch
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.reviewing import Reviewing
from wrp_router.live.scraping import Scraping
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import World
from wrp_router.record import ServerChanged, Watcher
from wrp_router.telemetry.decisions import DecisionLog
from wrp_router.telemetry.exposition import exposition
from wrp_router.telemetry.hub import fan_out
from wrp_router.telemetry.known import Known
from wrp_router.telemetry.metrics import Metrics
from wrp_router.telemetry.tally import packed
from wrp_signals import Embedder
from wrp_signals.cost import Timer

from .accounting import accounting_of
from .caching import recorded
from .company import Company
from .desk import desks_of, feedback_of
from .gauges import Picture, known_names, of_clients, of_the_fleet, of_the_process, of_what_lasts
from .keeping import keeping_of, learning_of
from .looks import probes_of, scrapes_of
from .reception import admin_server_of, reception_of, server_of
from .rooms import Assembly, assemble
from .stores import store_of
from .targets import targets_of
from .terms import issued_of, terms_of
from .tracing import Tracing, tracing_of
from .vitals import vitals_of

log = logging.getLogger(__name__)


class Router:
    """`async with Router(config) as router:` serves at `router.url` until the block ends. Needs a running loop.

    `watchers` hear of every record beside metrics and logs; `embedder` takes the place of the configured tier; with a
    `timer` signals are measured at start. `company`: where it is one of several.
    """

    def __init__(
        self,
        config: Config,
        *,
        rng: random.Random | None = None,
        embedder: Embedder | None = None,
        timer: Timer | None = None,
        watchers: Sequence[Watcher] = (),
        company: Company | None = None,
    ) -> None:
        self.config = config
        self._company = company or Company()
        self._extra = watchers
        waiting = WaitingRoom()
        self._watcher: Watcher = lambda record: None
        self.parts: Assembly = assemble(
            config, rng=rng, wake=waiting.wake, on_change=self._tell, embedder=embedder, timer=timer, store=store_of,
            secret=self._company.secret,
        )  # fmt: skip
        self._keeping = keeping_of(self.parts)
        self._remembering, self._telling = learning_of(self.parts, self._company.suffix)
        self._accounting = accounting_of(config, self.parts.rooms.accounts)
        self._issued = issued_of(config)
        self._terms = terms_of(config, self.parts.secret, self._issued)
        self._targets = targets_of(config, self.parts.secret)
        self._reading = self._reading_room()
        self._reviewing = Reviewing(self.parts.reviewer) if self.parts.reviewer is not None else None
        known = known_names(self.parts)
        self._tracing: Tracing | None = tracing_of(config, known)
        self._log = _decision_log(config)
        self._picture: Picture = ((), {})
        self._chance = random.Random()  # of its own: when servers are looked at may not shift what policies draw
        self._scraping = Scraping(self.parts.fleet, self._chance)
        self._vitals = vitals_of(self.parts.rooms.pressure, self._company.size)
        self._streams = Streams()
        self._reception = reception_of(config.clients)
        self._bodies = Bodies()
        self.metrics = self._metrics(known)
        self._watcher = fan_out(self._watchers())
        self._endpoints = Endpoints(self, askable(config), int(time()), self._company.siblings)
        self.gateway = Gateway(self._state(waiting), self._bodies)
        self._tasks: list[asyncio.Task[None]] = []
        self.listener: Listener | None = None
        self._admin: Listener | None = None
        self._leaving = False

    @property
    def url(self) -> str:
        assert self.listener is not None, "not started"
        host, port = self.listener.address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def start(self) -> None:
        """Listen. Raises OSError where the address cannot be had, and Unreadable where nobody could be known."""
        if self._issued is not None:
            await self._issued.start(self.gateway.forget)
        api, admin = self._company.open(self.config)
        self._server = server_of(self.gateway, self.config, self._reception, self._vitals)
        self.listener = Listener(self._server, api, self._company.turns)
        await self.listener.start()
        if admin is not None and self.config.admin is not None:
            self._admin = Listener(admin_server_of(Gateway(self._admin_state()), self.config), admin)
            await self._admin.start()
        self._company.siblings.answer("tally", lambda asked: self.tally())
        self._tasks = [asyncio.create_task(self._vitals.run())]
        probes = probes_of(self.config, self._targets)
        self._tasks += [asyncio.create_task(watch(probe, self.parts.fleet, self._chance)) for probe in probes]
        self._scraping.follow(scrapes_of(self.config, self._targets))
        unasked = [pool.name for pool in self.config.pools if pool.looks() is None]
        hinting = Hinting(self.parts.fleet, self._company.siblings, unasked)
        self._tasks.append(asyncio.create_task(hinting.run()))
        for lasting in (self._keeping, self._telling, self._accounting):
            if lasting is not None:
                await lasting.start()
        if self._remembering is not None:
            self._tasks.append(asyncio.create_task(self._remembering.run()))

    async def drain(self, forced: asyncio.Event, *, typed: bool = False) -> None:
        """Two phases, or the second alone where that was `typed`; afterwards only `close` is left."""
        assert self.listener is not None, "not started"
        await drain(self.gateway, self.listener, self.config.drain, forced, typed=typed)

    async def hand_over(self, forced: asyncio.Event) -> None:
        """Others accept at the same sockets, and this one finishes what it has; afterwards only `close` is left."""
        assert self.listener is not None, "not started"
        self._leaving = True
        listeners = [one for one in (self.listener, self._admin) if one is not None]
        await hand_over(self.gateway, listeners, lambda: self._server.open, self.config.drain, forced)

    async def close(self) -> None:
        """Ends everything that was started; what waits to be logged is written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._scraping.stop()
        await self.gateway.state.world.afterwards.close()
        for listener in (self.listener, self._admin):
            if listener is not None:
                await listener.close()
        for target in self._targets.values():
            target.origin.close()
        self._reading.close()
        if self._reviewing is not None:
            self._reviewing.close()
        for lasting in (self._issued, self._keeping, self._telling, self._accounting):
            if lasting is not None:
                await lasting.stop()
        closing = [closer for closer in (self._log, self._tracing, self._remembering) if closer is not None]
        for closer in closing:
            await asyncio.get_running_loop().run_in_executor(None, closer.close)

    async def __aenter__(self) -> Router:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def exposition(self) -> bytes:
        """All metrics as text, those of all processes as one's. Rendered on a thread, from a picture of the fleet taken
        here."""
        if self._company.siblings.several:
            together = await self._company.counted(await self.tally())
            return await asyncio.to_thread(exposition, together)
        self._picture = self.pools(), self.heard()
        return await asyncio.to_thread(self.metrics.render)

    async def tally(self) -> bytes:
        """What was counted here, for others to add up."""
        self._picture = self.pools(), self.heard()
        return packed(await asyncio.to_thread(self.metrics.tally))

    def ready(self) -> bool:
        """Whether new requests are welcome: not draining (but for others that took over), not full; a server is up."""
        pools = self.parts.fleet.snapshot(monotonic())
        staying = self._leaving or not self.gateway.draining
        return staying and not self._vitals.full() and any(server.up for pool in pools for server in pool.servers)

    def pools(self) -> Pools:
        """How the fleet stands."""
        return self.parts.fleet.snapshot(monotonic())

    def heard(self) -> Mapping[tuple[str, str], Heard]:
        """What servers lately said of their load."""
        return self.parts.fleet.heard(monotonic())

    def _metrics(self, known: Known) -> Metrics:
        metrics = Metrics(known)
        metrics.config(fingerprint(self.config))
        of_the_fleet(metrics, self.parts, lambda: self._picture, self._scraping)
        of_clients(metrics, self._reception.places, self._bodies, self._vitals)
        of_the_process(metrics, self._reading, self._streams, self._vitals)
        of_what_lasts(metrics, self.parts, self._keeping, self._telling, self._log, self._tracing)
        return metrics

    def _reading_room(self) -> ReadingRoom:
        parts = self.parts
        return ReadingRoom(
            parts.signals,
            parts.materials.static,
            Batcher(parts.embedder) if parts.embedder is not None else None,
            costs=parts.costs.signals,
            keeps=parts.rooms.semantic,
        )

    def _tell(self, change: ServerChanged) -> None:
        """The fleet's clock is not the world's."""
        log.warning("%s/%s: %s -> %s (%s)", change.pool, change.server, change.before, change.after, change.why)
        self._watcher(msgspec.structs.replace(change, time=time()))

    def _watchers(self) -> Sequence[Watcher]:
        wanted: list[Watcher | None] = [self.metrics, self._log, *self._extra]
        if self._tracing is not None:
            wanted += self._tracing.watchers
        if self._terms.audit is not None:
            wanted.append(self._terms.audit.heard)
        return [watcher for watcher in wanted if watcher is not None]

    def _state(self, waiting: WaitingRoom) -> State:
        config, parts = self.config, self.parts
        world = World(
            fleet=parts.fleet,
            targets=self._targets,
            waiting=waiting,
            reading=self._reading,
            watcher=self._watcher,
            streams=self._streams,
            record_limit=recorded(config),
            pace=config.cache.replay if config.cache is not None else "immediate",
            archive=parts.store if isinstance(parts.store, Archive) else None,
            reviewing=self._reviewing,
            upstream_trace=self._tracing.upstream if self._tracing is not None else None,
            accounting=self._accounting,
        )
        return State(
            rooms=parts.rooms,
            world=world,
            terms=self._terms,
            locals=self._endpoints.public(metrics=config.telemetry.metrics and config.admin is None),
            limits=config.limits,
            timeouts=config.timeouts,
            clients=config.clients,
            secret=parts.secret,
            embedder=parts.embedder.id if parts.embedder is not None else "",
            desks=feedback_of(parts, self._watcher, self._company.siblings),
            own=self._endpoints.own(parts.rooms.accounts),
        )

    def _admin_state(self) -> State:
        state = self.gateway.state
        return State(
            rooms=state.rooms,
            world=state.world,
            terms=state.terms,
            locals=self._endpoints.admin(),
            limits=state.limits,
            timeouts=state.timeouts,
            clients=state.clients,
            secret=state.secret,
            desks=desks_of(self.parts, self._company.siblings),
        )


def _decision_log(config: Config) -> DecisionLog | None:
    log = config.log
    if log.decisions is None:
        return None
    return DecisionLog(log.decisions, log.rotate, log.keep, evidence=log.evidence, vectors=log.vectors)
