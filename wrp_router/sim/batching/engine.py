"""Continuous batching with chunked prefill, in steps of many equal iterations at once. First come, first served."""

from __future__ import annotations

import heapq
from collections import deque

from .job import Job, Moment
from .memory import Memory
from .pace import SLACK, Hardware, started

NEVER = float("inf")
BLOCKED = 1 << 62
JUST = 2.0 * SLACK
"""Seconds: what starts within them of a time starts at it."""


class Engine:
    """`run` it to a time before anything else happens at that time; `due` says when to run it next. Each iteration
    computes as much of waiting prompts as fits beside the sequences that decode, as vLLM does by default. Where KV
    memory runs out, the newest request is preempted, and computed anew."""

    __slots__ = (
        "_chunk", "_context", "_decoding", "_ends", "_filling", "_first", "_growth", "_idle", "_most", "_next",
        "_retry", "_serial", "_slots", "_waiting", "backlog", "clock", "hardware", "iterations", "memory", "preempted",
    )  # fmt: skip

    def __init__(self, hardware: Hardware, block_tokens: int = 16) -> None:
        self.hardware = hardware
        self.preempted, self._idle = 0, 0.0
        self._slots = min(hardware.slots, hardware.batch_tokens)  # whoever decodes needs a token of each iteration
        self._start(block_tokens)

    def _start(self, block_tokens: int) -> None:
        self.memory = Memory(self.hardware.kv_tokens, block_tokens)
        self.clock = 0.0  # when the next iteration starts
        self.iterations = 0
        self.backlog = 0  # prompt tokens to be computed; what the cache will have for those that wait is counted, too
        self._waiting: deque[Job] = deque()
        self._filling: Job | None = None  # admitted, and part of its prompt is still to be computed
        self._decoding: dict[Job, None] = {}  # in the order in which they began
        self._context = 0  # tokens that those that decode look back on, less one of each for each iteration so far
        self._ends: list[tuple[int, int, Job]] = []  # heap: in which iteration a job writes its last token
        self._serial = 0
        self._next = BLOCKED  # the first of these iterations
        self._retry = 0  # the iteration from which on one that waits may be admitted
        self._most = 0  # what `_plan` said, less what is done of it: so many iterations, each of ...
        self._chunk, self._first, self._growth = 0, 0.0, 0.0  # ... prompt tokens, seconds, more than the one before

    def __len__(self) -> int:
        """Requests that have not ended."""
        return len(self._waiting) + len(self._decoding) + (self._filling is not None)

    @property
    def waiting(self) -> int:
        """Requests of which nothing is computed yet, or anew."""
        return len(self._waiting)

    @property
    def busy(self) -> float:
        """Seconds of iterations so far."""
        return self.clock - self._idle

    def add(self, job: Job, now: float) -> None:
        """A request comes in. `run(now)` first."""
        job.added = now
        if self._decoding or self._filling:
            lag = self.hardware.ahead
            job.ready = self.iterations + lag
            if self._most > lag and not (self._waiting or self._filling):
                self._most = int(lag)
        else:
            job.ready = self.iterations
            if self.clock < now:
                self._idle += now - self.clock
                self.clock = now
        self._waiting.append(job)
        self.backlog += job.to_compute

    def remove(self, job: Job) -> None:
        """Its client left. `run` up to that moment first. One that has ended is ignored."""
        if job in self._decoding:
            self._stop(job)
        elif job is self._filling:
            self._give_up(job)
        elif job in self._waiting:
            self._waiting.remove(job)
            self.backlog -= job.to_compute
        self._retry = min(self._retry, self.iterations + self.hardware.ahead)
        self._most = 0

    def kill(self) -> list[Job]:
        """The process dies, its cache as well. The requests that had not ended. (Tokens of an iteration that had
        started are told of before; those that lie after that are the caller's to forget.)"""
        lost = [*self._decoding, *([self._filling] if self._filling else ()), *self._waiting]
        self._idle -= self.clock  # a new clock starts at 0
        self._start(self.memory.block_tokens)
        return lost

    def become(self, hardware: Hardware) -> None:
        """Other hardware with the same memory from the next iteration on. `run` first."""
        self.hardware, self._most = hardware, 0

    def due(self) -> float:
        """When to `run` next if nothing comes in before: no token is seen earlier. inf where there is nothing to do."""
        most = self._most or self._plan()
        if most > 0:
            return self.clock + most * (self._first + self._growth * (most - 1) * 0.5)
        return self.clock if most else NEVER

    def run(self, now: float, spared: float = 0.0) -> list[Moment]:
        """All iterations that start until `now`. What is seen at their ends, some of it a little later than `now`. One
        that is like the next may be left to the next call, if it starts within `spared` seconds of `now` (JUST)."""
        seen: list[Moment] = []
        until = now + SLACK
        while self.clock <= until:
            most = self._most or self._plan()
            if most > 0:
                if self.clock > until - spared:
                    break
                self._repeat(until)
            elif most:
                self._compose(seen)
            else:
                break
            if self._next <= self.iterations:
                self._finish(seen)
        return seen

    def _plan(self) -> int:
        """How many iterations to come all hold the same: those that decode, and as much as fits of one long prompt.
        -1: the next one has to be composed; 0: there is none."""
        job, decoding, iterations = self._filling, len(self._decoding), self.iterations
        most, chunk, crossed = self._next - iterations, 0, 0.0
        if job is not None:
            chunk = self.hardware.batch_tokens - decoding
            whole = (job.to_compute - 1) // chunk
            if whole < most:
                most = whole
            crossed = chunk * (job.prompt + job.written - job.to_compute + 0.5 * chunk)
        elif not decoding:
            self._most = -1 if self._waiting else 0
            return self._most
        elif self._waiting:
            most = min(most, max(self._retry, self._waiting[0].ready) - iterations)
        memory = self.memory
        if most * decoding > memory.tokens - memory.held and (decoding > 1 or (chunk and decoding)):
            most = (memory.tokens - memory.held) // decoding
        if most < 1:
            self._most = -1
            return -1
        self._most, self._chunk, pace = most, chunk, self.hardware.pace
        computing = pace.token * (chunk + decoding)
        if computing < pace.weights:
            computing = pace.weights
        # Pace.seconds, written out: a call more for each plan is a twentieth of all that a simulated request takes
        context = pace.context * (self._context + decoding * iterations)
        self._first = pace.overhead + computing + pace.sequence * decoding + context + pace.attention * crossed
        self._growth = pace.context * decoding + pace.attention * chunk * chunk
        return most

    def _repeat(self, until: float) -> None:
        """Of those iterations all that start until then."""
        times = most = self._most
        seconds = first = self._first
        if most > 1:
            growth, left = self._growth, until - self.clock
            if (most - 1) * (first + 0.5 * growth * (most - 2)) > left:  # else all: what is asked for most
                times = started(first, growth, left, most)
                self._first = first + growth * times
            seconds = times * (first + growth * (times - 1) * 0.5)
        self._most = most - times
        job = self._filling
        if job is not None:
            computed = times * self._chunk
            job.to_compute -= computed
            self.backlog -= computed
        self.memory.held += times * len(self._decoding)
        self.iterations += times
        self.clock += seconds

    def _compose(self, seen: list[Moment]) -> None:
        """One iteration that is like no other."""
        decoding, memory = len(self._decoding), self.memory
        while memory.tokens - memory.held < decoding and decoding + (self._filling is not None) > 1:
            self._preempt()
            decoding = len(self._decoding)
        room = most = self.hardware.batch_tokens - decoding
        if not room:
            self._retry = BLOCKED
        crossed = 0.0
        full: list[Job] = []
        job = self._filling
        while room and (job or (job := self._admit(decoding + len(full)))):
            to_compute = job.to_compute
            chunk = to_compute if to_compute < room else room
            crossed += chunk * (job.prompt + job.written - to_compute + 0.5 * chunk)
            job.to_compute = to_compute - chunk
            room -= chunk
            if chunk == to_compute:
                full.append(job)
                job = None
        self._filling = job
        self._most = 0
        self.backlog -= most - room
        context = self._context + decoding * self.iterations
        self.clock += self.hardware.pace.seconds(most - room + decoding, decoding, context, crossed)
        self.iterations += 1
        memory.held += decoding
        for job in full:
            self._begin(job, seen)

    def _admit(self, running: int) -> Job | None:
        """The next one that waits, if it can start; one too large for the memory starts when it is alone."""
        waiting, iterations = self._waiting, self.iterations
        if not waiting or (running and (waiting[0].ready > iterations or self._retry > iterations)):
            return None
        job, memory = waiting[0], self.memory
        blocks, size = job.blocks, memory.block_tokens
        place = memory.find(blocks)
        own = job.written + max(0, job.prompt - len(blocks) * size)
        room = memory.tokens - memory.held - len(self._decoding)
        if running and (running >= self._slots or place[1] * size + own > room):
            self._retry = BLOCKED
            return None
        waiting.popleft()
        job.end = memory.hold(blocks, place, own)
        job.own = own
        if place[0]:
            found = min(place[0] * size, job.prompt, job.to_compute - 1)
            job.to_compute -= found
            self.backlog -= found
            if not job.preempted:
                job.cached = found
        return job

    def _begin(self, job: Job, seen: list[Moment]) -> None:
        """Its prompt is computed, which gives a token; the others come one in each iteration."""
        job.written = written = job.written + 1
        if written == 1:
            job.first = first = self.clock + self.hardware.latency
            seen.append(Moment(first, job, False))
        job.since = iterations = self.iterations
        job.until = until = iterations + job.output - written
        self._decoding[job] = None
        self._context += job.prompt + written - iterations
        self._serial += 1
        heapq.heappush(self._ends, (until, self._serial, job))
        if until < self._next:
            self._next = until

    def _finish(self, seen: list[Moment]) -> None:
        """Whoever has written the last token leaves."""
        while self._next <= self.iterations:
            job = heapq.heappop(self._ends)[2]
            self._stop(job)
            job.last = last = self.clock + self.hardware.latency
            seen.append(Moment(last, job, True))

    def _stop(self, job: Job) -> None:
        """It decodes no more."""
        del self._decoding[job]
        self._context -= job.prompt + job.written - job.since
        wrote = self.iterations - job.since
        job.written += wrote
        job.until = -1
        self.memory.let_go(job.end, job.own + wrote)
        ends = self._ends
        while ends and ends[0][0] != ends[0][2].until:
            heapq.heappop(ends)  # of one that was preempted or removed
        self._next = ends[0][0] if ends else BLOCKED
        if self._retry > self.iterations:
            self._retry = self.iterations + self.hardware.ahead

    def _give_up(self, job: Job) -> None:
        """Its prompt is computed no further."""
        self._filling = None
        self.backlog -= job.to_compute
        self.memory.drop(job.blocks, job.end, job.own, job.prompt + job.written - job.to_compute)

    def _preempt(self) -> None:
        job = self._filling
        if job is not None:
            self._give_up(job)
        else:
            job = next(reversed(self._decoding))
            self._stop(job)
        job.to_compute = job.prompt + job.written
        job.preempted += 1
        self.preempted += 1
        self.backlog += job.to_compute
        self._waiting.appendleft(job)
        self._retry = BLOCKED  # it would take the very memory that the others lack
