"""Keeps so many workers alive, replaces them all at once without a closed socket, and ends them. It imports nothing
that answers requests, and answers none."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
from collections.abc import Collection, Sequence

from wrp_router.live.turns import PLACES, Turns, page

from .backoff import Backoff
from .books import Books
from .messages import PROTOCOL, Ask, Counted, Leave, Ready, Reply, Tell, ToSupervisor, Welcome
from .pulse import SILENCE, watch
from .relay import Relay
from .worker import Worker

log = logging.getLogger(__name__)

STARTING = 120.0
"""Seconds in which a worker must be ready: it may have to measure an embedding model."""

BEYOND = 10.0
"""Seconds that a worker may take beyond what its drain may; then it is killed."""

FAILURES = 5
"""Starts that failed one after the other, while no worker is left: then there is nothing to hope for."""


class Supervisor:
    """`run` once. `command` starts a worker, `listen` and `admin` the sockets that it inherits, closed here when all
    are to end; `workers`: how many at first, and for good where they are `fixed`; else as the configuration says when
    it is read anew. Who is silent for `silence` seconds is replaced."""

    def __init__(
        self,
        command: Sequence[str],
        listen: int,
        admin: int | None,
        workers: int,
        *,
        fixed: bool = True,
        silence: float = SILENCE,
    ) -> None:
        self._command, self._listen, self._admin = list(command), listen, admin
        self._workers, self._fixed, self._silence = workers, fixed, silence
        self._secret = os.urandom(32)
        self._page = page()
        self._turns, self._books = Turns(self._page), Books()
        self._all: set[Worker] = set()
        self._current: dict[int, Worker] = {}
        self._backoffs, self._lived = dict[int, Backoff](), dict[int, float]()
        self._fills: dict[int, asyncio.Task[None]] = {}
        self._relay = Relay(self._serving, self._books)
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._how = signal.SIGTERM
        self._renewal = self._lost_all = False
        self._renewing: asyncio.Task[None] | None = None
        self._failed = self._bad_ends = 0
        self._addresses: tuple[str, str | None] | None = None

    async def run(self) -> int:
        """The exit status: 0 after SIGTERM or SIGINT, 1 where workers do not start."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        for number in (signal.SIGHUP, signal.SIGUSR2):
            loop.add_signal_handler(number, self._asked_to_renew)
        faulthandler.register(signal.SIGUSR1, file=2)  # it would end all otherwise
        watching = asyncio.create_task(watch(self._serving, self._silence))
        started = await self._renew(speaks=True)
        while started and not self._stop.is_set() and not self._lost_all:
            await self._wake.wait()
            self._wake.clear()
            if self._renewal and self._renewing is None:
                self._renewal = False
                self._renewing = asyncio.create_task(self._renewed())
            self._fill()
        watching.cancel()
        await self._end()
        if self._lost_all:
            log.critical("no worker is left, and none starts: giving up")
        return 0 if (started or self._stop.is_set()) and not self._lost_all and not self._bad_ends else 1

    def _serving(self) -> Collection[Worker]:
        return [worker for worker in self._all if worker.serving]

    # Starting and replacing -------------------------------------------------------------------------------------

    async def _renewed(self) -> None:
        """Once, beside all else: whoever dies meanwhile is replaced as ever."""
        log.info("all workers are replaced, and read the configuration anew")
        try:
            done = await self._renew()
            self._books.renewed += done
            self._books.refused += not done
        finally:
            self._renewing = None
            self._wake.set()

    async def _renew(self, *, speaks: bool = False) -> bool:
        """A worker in every place, each of them new; then those before are told to leave. Where one does not start,
        all stays as it was. The first goes ahead: what is wrong with a configuration is then said once."""
        fresh: list[Worker] = []
        try:
            fresh.append(await self._spawn(0, speaks=speaks))
            well = await self._readied(fresh[0])
            wanted = (fresh[0].ready.result().workers or 1) if well and not self._fixed else self._workers
            fresh += [await self._spawn(number) for number in range(1, wanted if well else 0)]
            well = well and all(await asyncio.gather(*map(self._readied, fresh)))
            if well:
                await self._cease_filling()
            well = well and all([worker.serving for worker in fresh])  # one may have died while others got ready
        except OSError as error:
            log.error("a worker cannot be started: %s", error)
            well = False
        if not well:
            if self._current:
                log.error("the new workers did not start; those before go on with what they have")
            for worker in fresh:
                self._dismiss(worker)
            return False
        before, self._current = self._current, {worker.number: worker for worker in fresh}
        self._workers = wanted
        for worker in before.values():
            self._leave(worker)
        log.info("%d workers take requests: %s", wanted, ", ".join(map(repr, fresh)))
        return True

    async def _spawn(self, number: int, *, speaks: bool = False) -> Worker:
        place = min(set(range(PLACES)) - {one.place for one in self._all}, default=None)
        if place is None:
            raise OSError(f"{PLACES} others have not ended yet")
        worker = Worker(number, place, self._heard)
        sockets = (self._listen, self._admin, self._page)
        welcome = Welcome(number, self._workers, *sockets, place, self._secret, speaks)
        self._all.add(worker)  # before anything else is done: the place is taken
        worker.ended.add_done_callback(lambda _: self._ended(worker))
        try:
            await worker.start(self._command, welcome)
        except OSError:
            self._all.discard(worker)
            raise
        except asyncio.CancelledError:
            self._dismiss(worker)
            raise
        return worker

    async def _readied(self, worker: Worker) -> bool:
        """Whether it takes requests now, and nobody wants to stop."""
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((worker.ready, worker.ended, stop), timeout=STARTING, return_when="FIRST_COMPLETED")
        finally:
            stop.cancel()
        if not worker.serving:
            log.error("%r %s", worker, "did not get ready" if not worker.ended.done() else "ended before it was ready")
            return False
        return not self._stop.is_set() and self._understood(worker, worker.ready.result())

    def _understood(self, worker: Worker, ready: Ready) -> bool:
        if ready.protocol != PROTOCOL:
            log.error("%r is of another version, %d: start the supervisor anew", worker, ready.protocol)
            return False
        addresses = (ready.listen, ready.admin)
        if self._addresses is not None and self._addresses != addresses:
            log.warning("listen and admin are as they were at the start; to change them, start the supervisor anew")
        self._addresses = self._addresses or addresses
        return True

    def _fill(self) -> None:
        """Somebody for each place that nobody has."""
        for number in range(self._workers):
            if number not in self._current and number not in self._fills and not self._stop.is_set():
                self._fills[number] = asyncio.create_task(self._filled(number))

    async def _filled(self, number: int) -> None:
        backoff, lived = self._backoffs.setdefault(number, Backoff()), self._lived.pop(number, 0.0)
        while True:
            await asyncio.sleep(backoff.pause(lived))
            lived = 0.0
            worker = await self._another(number)
            if worker is not None:
                log.info("%r takes requests", worker)
                self._current[number] = worker
                self._failed = 0
                del self._fills[number]
                return
            self._failed = 0 if self._current or self._renewing else self._failed + 1
            if self._failed >= FAILURES:
                self._lost_all = True
                self._wake.set()
                return

    async def _another(self, number: int) -> Worker | None:
        """Ready; None where that could not be had."""
        try:
            worker = await self._spawn(number)
        except OSError as error:
            log.error("a worker cannot be started: %s", error)
            return None
        well = False
        try:
            well = await self._readied(worker)
        finally:
            if not well:
                self._dismiss(worker)
        return worker if well else None

    async def _cease_filling(self) -> None:
        fills, self._fills = list(self._fills.values()), {}
        for fill in fills:
            fill.cancel()
        await asyncio.gather(*fills, return_exceptions=True)

    # Ending -----------------------------------------------------------------------------------------------------

    def _leave(self, worker: Worker) -> None:
        worker.leaving = True
        worker.send(Leave())
        worker.kill_after(worker.ready.result().patience + BEYOND)

    def _dismiss(self, worker: Worker) -> None:
        """It is not wanted after all. Where all are to end it is asked with them: a second signal would cut off what it
        serves."""
        if self._stop.is_set():
            return
        if worker.serving:  # it has taken requests since it was ready
            self._leave(worker)
            return
        worker.leaving = True
        worker.signal(signal.SIGTERM)
        worker.kill_after(BEYOND)

    async def _end(self) -> None:
        """All drain; what the second signal asks for, they were asked already. A socket that stayed open here would
        take connections that nobody answers."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])
        await self._cease_filling()
        for number in (self._listen, self._admin):
            if number is not None:
                os.close(number)
        for worker in self._all:
            worker.leaving = True
            worker.signal(self._how)
            worker.kill_after(BEYOND + (worker.ready.result().patience if worker.ready.done() else 0.0))
        if self._all:
            await asyncio.wait([worker.ended for worker in self._all])

    def _asked_to_stop(self, how: signal.Signals) -> None:
        for worker in self._all if self._stop.is_set() else ():
            worker.signal(how)
        self._how = how
        self._stop.set()
        self._wake.set()

    def _asked_to_renew(self) -> None:
        self._renewal = True
        self._wake.set()

    # What workers say and how they end ----------------------------------------------------------------------------

    def _heard(self, worker: Worker, message: ToSupervisor) -> None:
        match message:
            case Ready():
                if not worker.ready.done():
                    worker.ready.set_result(message)
            case Counted():
                self._books.told(worker, message.payload)
            case Ask():
                self._relay.ask(worker, message)
            case Reply():
                self._relay.reply(worker, message)
            case Tell():
                self._relay.tell(worker, message)

    def _ended(self, worker: Worker) -> None:
        self._all.discard(worker)
        self._turns.clear(worker.place)
        self._books.retire(worker)
        self._relay.gone(worker)
        status = worker.ended.result()
        how = f"signal {-status}" if status < 0 else f"status {status}"
        if self._current.get(worker.number) is worker:
            del self._current[worker.number]
            self._lived[worker.number] = worker.lived
            if not self._stop.is_set():
                self._books.deaths += 1
                log.error("%r ended with %s; another takes its place", worker, how)
                self._wake.set()
        elif status and worker.leaving:
            log.warning("%r ended with %s", worker, how)
        self._bad_ends += self._stop.is_set() and status != 0 and worker.ready.done()
