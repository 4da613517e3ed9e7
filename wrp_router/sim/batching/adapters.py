"""An engine that keeps a few adapters loaded, of many: a prompt whose adapter is cold waits for it, and so do those
behind it. Without adapters nobody needs it."""

from __future__ import annotations

from .engine import BLOCKED, NEVER, Engine
from .job import Job, Moment
from .pace import SLACK, Hardware, started


class Adapters:
    """At most `slots` of them, the least recently used one (the first here) making room, but never one in use. A load
    takes `load` seconds; one goes on at a time."""

    __slots__ = ("_free_at", "_load", "_ready", "_slots", "_users", "loads")

    def __init__(self, slots: int, load: float) -> None:
        self._slots = slots
        self._load = load
        self.loads = 0
        self.forget()

    def forget(self) -> None:
        """The process died: nothing is loaded. What it loaded so far is still counted."""
        self._users: dict[str, int] = {}  # running requests by adapter, the least recently used one first
        self._ready: dict[str, float] = {}
        self._free_at = 0.0

    def __len__(self) -> int:
        return len(self._users)

    def ready_at(self, name: str, now: float) -> float:
        """From when on its prompts may be computed; if it is not there, its load begins. inf: all slots are in use."""
        users = self._users.pop(name, None)
        if users is None:
            if len(self._users) >= self._slots and not self._evict():
                return NEVER
            users = 0
            self.loads += 1
            self._free_at = self._ready[name] = max(self._free_at, now) + self._load
        self._users[name] = users
        return self._ready[name]

    def hold(self, name: str) -> None:
        """A request of it runs."""
        self._users[name] += 1

    def let_go(self, name: str) -> None:
        """It runs no more."""
        self._users[name] -= 1

    def _evict(self) -> bool:
        oldest = next((name for name, users in self._users.items() if not users), None)
        if oldest is None:
            return False
        del self._users[oldest], self._ready[oldest]
        return True


class AdapterEngine(Engine):
    """Prompts are computed in the order in which they came, as without adapters: while the first one's adapter is
    loaded, who decodes goes on, and nobody else begins (vLLM loads between two iterations, and then nobody goes on)."""

    __slots__ = ("_opens", "adapters")

    def __init__(self, hardware: Hardware, block_tokens: int = 16) -> None:
        self.adapters = Adapters(hardware.adapter_slots, hardware.adapter_load)
        super().__init__(hardware, block_tokens)

    def _start(self, block_tokens: int) -> None:
        super()._start(block_tokens)
        self.adapters.forget()
        self._opens = 0.0  # when the load ends for which the first one waits (0: it waits for none)

    def _plan(self) -> int:
        """As ever, but no further than to the end of the load for which the first one waits."""
        if self._opens and self.clock >= self._opens - SLACK:
            self._opens = 0.0
            self._retry = min(self._retry, self.iterations)
        most = super()._plan()
        if most > 0 and self._opens and self._filling is None:
            most = self._most = started(self._first, self._growth, self._opens - self.clock, most)
        return most

    def _compose(self, seen: list[Moment]) -> None:
        """As ever; with nobody to go on while the first one's adapter is loaded, the clock is put to its end."""
        if self._waiting and not self._decoding and self._filling is None:
            opens = self._first_opens()
            if opens > self.clock:
                self._idle += opens - self.clock
                self.clock = opens
                self._most = 0
                return
        super()._compose(seen)

    def _first_opens(self) -> float:
        adapter = self._waiting[0].adapter
        return self.adapters.ready_at(adapter, self.clock) if adapter else 0.0

    def _admit(self, running: int) -> Job | None:
        waiting, iterations = self._waiting, self.iterations
        if not waiting or (running and (waiting[0].ready > iterations or self._retry > iterations)):
            return None
        opens = self._first_opens()
        if opens > self.clock + SLACK:
            self._retry = BLOCKED
            self._opens = opens if opens < NEVER else 0.0
            return None
        job = super()._admit(running)
        if job is not None and job.adapter:
            self.adapters.hold(job.adapter)
        return job

    def _stop(self, job: Job) -> None:
        super()._stop(job)
        if job.adapter:
            self.adapters.let_go(job.adapter)

    def _give_up(self, job: Job) -> None:
        super()._give_up(job)
        if job.adapter:
            self.adapters.let_go(job.adapter)


def engine_of(hardware: Hardware, block_tokens: int = 16) -> Engine:
    """The engine that this hardware is modelled by."""
    return (AdapterEngine if hardware.adapter_slots else Engine)(hardware, block_tokens)
