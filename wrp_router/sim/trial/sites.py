"""The modelled engines of one pool, and a heap of what happens to them next."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

import msgspec

from wrp_router.sim.batching import Engine, Hardware, Job, Moment, engine_of
from wrp_router.sim.batching.engine import JUST

NEVER = float("inf")
CALL, SEEN = -1, -2
"""What stands in the place of a plan's number where something else happens."""


class Site:
    """One engine. `plan` numbers what is planned for it: what was planned before something else happened is void. It is
    in the pool from `since` to `left`. Its `hardware` is as it was at first."""

    __slots__ = ("engine", "hardware", "left", "name", "number", "plan", "since", "up")

    def __init__(self, number: int, name: str, engine: Engine, since: float = 0.0) -> None:
        self.number = number
        self.name = name
        self.engine = engine
        self.hardware = engine.hardware
        self.plan = 0
        self.up = True
        self.since = since
        self.left = NEVER


class Sites:
    """`seen` hears of every token that a client sees first or last, at its time. Where somebody looks at the engines
    meanwhile, they are `watched`: nothing that has begun is put off."""

    def __init__(self, seen: Callable[[Job, bool, float], None]) -> None:
        self._seen = seen
        self._heap: list[tuple[float, int, Any, int]] = [(NEVER, -1, None, CALL)]  # never empty: that is not asked for
        self._serial = count()
        self._where: dict[Job, Site] = {}  # those whose last token was not seen yet
        self.now = 0.0
        self.watched = False
        self.all: list[Site] = []
        self.named: dict[str, Site] = {}

    def join(self, name: str, hardware: Hardware, block_tokens: int) -> Site:
        """A server comes up, its cache cold."""
        site = Site(len(self.all), name, engine_of(hardware, block_tokens), self.now)
        self.all.append(site)
        self.named[name] = site
        return site

    def give(self, site: Site, job: Job) -> None:
        """A request reaches a server now."""
        engine, now = site.engine, self.now
        moments = engine.run(now)
        self._where[job] = site
        engine.add(job, now)
        self._go_on(site, moments)

    def take(self, job: Job) -> None:
        """Nobody waits for this request any more. Harmless where it has ended."""
        site = self._where.pop(job, None)
        if site is not None:
            moments = site.engine.run(self.now)
            site.engine.remove(job)
            self._go_on(site, moments)

    def kill(self, site: Site) -> list[Job]:
        """The server dies; the requests whose last token nobody has seen, in the order in which they came. Of what was
        on its way to clients they see no more."""
        site.engine.run(self.now)
        site.engine.kill()
        site.plan += 1
        site.up = False
        lost = [job for job, where in self._where.items() if where is site]
        for job in lost:
            del self._where[job]
        return lost

    def slow(self, site: Site, factor: float) -> None:
        """From now on all that it computes takes so many times as long as on its hardware."""
        moments = site.engine.run(self.now)
        site.engine.become(msgspec.structs.replace(site.hardware, pace=site.hardware.pace.times(factor)))
        self._go_on(site, moments)

    def at(self, when: float, what: Callable[[float], None]) -> None:
        """Calls back at that time."""
        heappush(self._heap, (when, next(self._serial), what, CALL))

    def next(self) -> float:
        """When something happens next; inf: nothing will."""
        return self._heap[0][0]

    def until(self, now: float) -> None:
        """Lets all happen that happens until then."""
        heap, where, spared = self._heap, self._where, 0.0 if self.watched else JUST
        while heap[0][0] <= now:
            at, _, what, plan = heappop(heap)
            self.now = at
            if plan == SEEN:
                job, last = what.job, what.last
                if job in where:  # else its server died in the meantime
                    if last:
                        del where[job]
                    self._seen(job, last, at)
            elif plan == CALL:
                what(at)
            elif plan == what.plan:
                self._go_on(what, what.engine.run(at, spared))
        self.now = now

    def _go_on(self, site: Site, moments: list[Moment]) -> None:
        """What was seen there is told at its time; what happens there next is planned."""
        heap, serial = self._heap, self._serial
        for moment in moments:
            heappush(heap, (moment.at, next(serial), moment, SEEN))
        plan = site.plan = site.plan + 1
        due = site.engine.due()
        if due != NEVER:
            heappush(heap, (due, next(serial), site, plan))
