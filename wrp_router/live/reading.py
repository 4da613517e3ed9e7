"""Reads signals for live requests: at once where that is quick, off the event loop where it is not. It decides nothing.

A signal that raises, comes late or lacks its tier is unknown for that request, and counted: never a value or an error.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter
from typing import Any, Literal

from wrp_router.flow import Embed, Read
from wrp_router.telemetry.log import Seldom
from wrp_signals.cost import Cost, guessed
from wrp_signals.facts import Reading, RequestView, Vector
from wrp_signals.signal import Embedder, Signal, Tier

from .batcher import Batcher, Coming, place_of
from .holdups import HoldUps

LARGE = 16_384
"""Bytes of a body up to which every signal is read at once, on the event loop."""

HEAVY = 0.001
"""Seconds from which on a signal is read on a thread, where the body is large; and after which the event loop gets its
turn before a request's next signal. The loop may be 5 ms late."""

CROWD = 32
"""Readings that may wait for that thread."""

KEPT, KEPT_LENGTH = 1024, 4096
"""Texts whose model vectors are kept, and the longest kept: 6 MB at most. The turns of a tool loop all ask the same."""

Why = Literal["missing", "late", "full", "failed"]
"""Why a signal is unknown: its tier is not there; no time was left, or it took too long; too many were before it; it or
its embedder raised."""

log = logging.getLogger(__name__)


class ReadingRoom:
    """What the readers of all requests share. Needs a running loop. `costs` are the measured ones, by signal; `keeps`
    says that vectors are wanted after routing, too (the semantic cache), so that a late one is still waited for."""

    def __init__(
        self,
        signals: Mapping[str, Signal],
        static: Embedder | None = None,
        batcher: Batcher | None = None,
        *,
        costs: Mapping[str, Cost] | None = None,
        keeps: bool = False,
        complain: Seldom | None = None,
    ) -> None:
        self.signals = signals
        self.static = static
        self.batcher = batcher
        self.keeps = keeps
        self.unknown: dict[tuple[str, ...], float] = {}
        self._costs = {name: (costs or {}).get(name) or guessed(signal) for name, signal in signals.items()}
        self._complain = complain or Seldom(log)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wrp-read")
        self._static_seconds, self._away, self._static_texts = 0.0, 0, 0
        self.slow = HoldUps()
        self._kept: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    def reader(self) -> Reader:
        """For one request."""
        return Reader(self)

    def close(self) -> None:
        """Nothing is read on threads any more, and nothing embedded by the model."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self.batcher is not None:
            self.batcher.close()

    def texts(self) -> dict[tuple[str, ...], float]:
        """How many texts each tier has embedded."""
        return {("static",): self._static_texts, ("model",): self.batcher.texts if self.batcher is not None else 0}

    def seconds(self) -> dict[tuple[str, ...], float]:
        """How long that took."""
        model = self.batcher.seconds if self.batcher is not None else 0.0
        return {("static",): self._static_seconds, ("model",): model}

    def waiting(self) -> int:
        """Texts that wait for the model."""
        return self.batcher.waiting if self.batcher is not None else 0

    def embedded(self, view: RequestView) -> Vector | None:
        """The static tier's vector of what is asked, made now. Raises what its embedder raises."""
        if self.static is None:
            return None
        started = perf_counter()
        vector: Vector = self.static.embed([view.asked()])[0]
        self._static_seconds += perf_counter() - started
        self._static_texts += 1
        return vector

    def is_heavy(self, name: str, view: RequestView) -> bool:
        """Whether it would hold the event loop up."""
        if name in self.slow or view.size <= LARGE:
            return name in self.slow
        return self._costs[name].at(sum([len(message.text) for message in view.messages])) > HEAVY

    def miss(self, name: str, why: Why, error: BaseException | None = None) -> None:
        """Counts a signal that stays unknown, and says so at most once a minute where it raised."""
        self.unknown[name, why] = self.unknown.get((name, why), 0.0) + 1.0
        if error is not None:
            self._complain.warn(name, "signal %s failed, it is unknown for that request: %s", name, place_of(error))

    def complain(self, tier: Tier, error: Exception) -> None:
        """At most once a minute."""
        self._complain.warn(tier, "embedding failed, choices go on without: %s", place_of(error))

    async def away(self, signal: Signal, view: RequestView, vector: Vector | None, patience: float) -> Reading | Why:
        """The reading, made on the thread within `patience` seconds. Raises what the signal raises."""
        if self._away >= CROWD:
            return "full"
        self._away += 1
        try:
            async with asyncio.timeout(patience):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._thread, timed, signal, view, vector)
        except TimeoutError:
            return "late"
        finally:
            self._away -= 1

    def kept(self, view: RequestView) -> Vector | None:
        """The model's vector of what is asked, if this tenant has asked it before."""
        if not self._kept:
            return None
        key = view.tenant, view.asked()
        vector = self._kept.get(key)
        if vector is not None:
            self._kept.move_to_end(key)
        return vector

    def keep(self, view: RequestView, vector: Vector) -> None:
        """From now on it is known."""
        text = view.asked()
        if len(text) <= KEPT_LENGTH:
            self._kept[view.tenant, text] = vector
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)


class Reader:
    """Answers one request's `Read` and `Embed`. Each tier embeds what was asked at most once."""

    __slots__ = ("_coming", "_held", "_model", "_room", "_static")

    def __init__(self, room: ReadingRoom) -> None:
        self._room = room
        self._static: Vector | None = None
        self._model: Vector | None = None
        self._coming: Coming | None = None
        self._held = 0.0

    def read(self, command: Read) -> dict[str, Reading] | Coroutine[Any, Any, dict[str, Reading]]:
        """The readings by name; those that are missing stay unknown. A coroutine where it takes time."""
        readings: dict[str, Reading] = {}
        room, view = self._room, command.view
        for at, name in enumerate(command.signals):
            signal = room.signals.get(name)
            if signal is None or command.patience <= 0:
                room.miss(name, "missing" if signal is None else "late")
                continue
            waits = signal.tier == "model" and self._known(view) is None
            if waits or self._held > HEAVY or room.is_heavy(name, view):
                return self._read(command, command.signals[at:], readings)
            try:
                found = self._now(name, signal, view)
            except Exception as error:
                room.miss(name, "failed", error)
            else:
                _file(room, readings, name, found)
        return readings

    def embed(self, command: Embed) -> Vector | Coroutine[Any, Any, Vector | None] | None:
        """A tier's vector of what was asked; None where the tier is not there, or it came late."""
        if command.tier == "static":
            return self._at_once(command)
        if self._room.batcher is None:
            return None
        return vector if (vector := self._known(command.view)) is not None else self._embed(command)

    def leave(self) -> None:
        """The request has ended: nobody waits for its vector any more."""
        if self._coming is not None:
            self._coming.cancel()
            self._coming = None

    # At once ---------------------------------------------------------------------------------------------------

    def _now(self, name: str, signal: Signal, view: RequestView) -> Reading | Why:
        started, vector = perf_counter(), None
        if signal.tier != "none":
            vector = self._embedded(view) if signal.tier == "static" else self._known(view)
            if vector is None:
                return "missing"
        reading = timed(signal, view, vector)
        self._held += (took := perf_counter() - started)
        self._room.slow.took(name, took)
        return reading

    def _at_once(self, command: Embed) -> Vector | None:
        """The static tier's vector, if there is time for it and nothing goes wrong."""
        try:
            return self._embedded(command.view) if command.patience > 0 else None
        except Exception as error:
            self._room.complain("static", error)
            return None

    def _embedded(self, view: RequestView) -> Vector | None:
        """The static tier's vector: tens of microseconds."""
        if self._static is None:
            self._static = self._room.embedded(view)
        return self._static

    def _known(self, view: RequestView) -> Vector | None:
        """The model tier's vector, if this request or an earlier one of the tenant has got it."""
        if self._model is None:
            self._model = self._room.kept(view)
        return self._model

    # Taking time -----------------------------------------------------------------------------------------------

    async def _read(self, command: Read, names: tuple[str, ...], readings: dict[str, Reading]) -> dict[str, Reading]:
        room, until = self._room, monotonic() + command.patience
        for name in names:
            if self._held > HEAVY:
                await asyncio.sleep(0)
                self._held = 0.0
            signal = room.signals.get(name)
            try:
                found = await self._in_time(name, signal, command.view, until) if signal is not None else "missing"
            except Exception as error:
                room.miss(name, "failed", error)
            else:
                _file(room, readings, name, found)
        return readings

    async def _in_time(self, name: str, signal: Signal, view: RequestView, until: float) -> Reading | Why:
        if signal.tier == "model":
            why = await self._fetch(view, until - monotonic())
            if why is not None:
                return why
        left = until - monotonic()
        if not self._room.is_heavy(name, view):
            return self._now(name, signal, view)
        if left <= 0:
            return "late"
        vector = self._embedded(view) if signal.tier == "static" else self._model
        return await self._room.away(signal, view, vector, left)

    async def _embed(self, command: Embed) -> Vector | None:
        await self._fetch(command.view, command.patience)
        return self._model

    async def _fetch(self, view: RequestView, patience: float) -> Why | None:
        """Waits for the model's vector. None where it is there, else why not."""
        room = self._room
        if self._known(view) is not None:
            return None
        if room.batcher is None:
            return "missing"
        if patience <= 0:
            return "late"
        if self._coming is None:
            self._coming = room.batcher.submit(view.asked())
        if (coming := self._coming) is None:
            return "full"
        if await room.batcher.wait(coming, patience):
            self._coming, self._model = None, coming.result()
            assert self._model is not None
            room.keep(view, self._model)
            return None
        if coming.done() or not room.keeps:
            self.leave()
        return "failed" if coming.done() and not coming.cancelled() else "late"


def timed(signal: Signal, view: RequestView, vector: Vector | None) -> Reading:
    """The reading with the seconds that it took."""
    started = perf_counter()
    reading = signal.read(view, vector)
    return Reading(reading.value, reading.score, reading.evidence, perf_counter() - started)


def _file(room: ReadingRoom, readings: dict[str, Reading], name: str, found: Reading | Why) -> None:
    if isinstance(found, Reading):
        readings[name] = found
    else:
        room.miss(name, found)
