"""A budget of wrong hits: a sample of the hits is checked, and the bar stands where wrong ones stay within epsilon.

It compares no answers and asks nobody upstream; it trusts what it is told of each probe.
"""

from __future__ import annotations

import math
from itertools import islice
from random import Random
from statistics import NormalDist
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_cache.bars.acceptance import Neighbour, Verdict, lowered, lowest
from wrp_cache.bars.evidence import BINS, EDGES, RIGHT, WRONG, Counts, Floats, Rates, bin_of, blended, shared
from wrp_cache.types import Bar

Share = Annotated[float, Meta(gt=0, lt=1)]
TENANTS, CATEGORIES = 64, 1024
"""How many tenants of a category, and how many categories, are remembered."""

VERSION = 1
_FRESH = 24
_OTHERS = 16
_ENOUGH = 50.0
_CALM = 24.0
"""Where the alarm stands while all is right: 1 / (5 epsilon), nearly, at 1 %."""

_SURER = 100.0
_CLOSED = BINS


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`epsilon`: the share of hits by likeness that may be wrong; `doubt`: of the upper limit for it that has to be
    within, and `aim`: the share of epsilon that the limit may use, the rest being for what changes faster than it
    is found out; under relief all of it may be used, with a doubt of `eased`. `probe`: the share of would-be hits
    that are checked instead of served (up to three times that where more are wrong); `look`: the share of
    neighbours below the bar that are checked (they go upstream anyway). `memory`: findings in a bin of similarity,
    and `half_life`: seconds, after which one counts half. `share`: the most of the evidence for a tenant that may
    come from any single other one. `worst`: no similarity is served at which more than this share is wrong.
    `patience`: findings after which a false alarm is due at the earliest, on average. `lower`: whether the bar may
    fall below the threshold (to the floor) without any overload."""

    epsilon: Annotated[float, Meta(gt=0, le=0.2)] = 0.01
    doubt: Annotated[float, Meta(gt=0, lt=0.5)] = 0.05
    eased: Annotated[float, Meta(gt=0, lt=1)] = 0.35
    aim: Annotated[float, Meta(gt=0, le=1)] = 0.8
    probe: Share = 0.1
    look: Annotated[float, Meta(gt=0, le=1)] = 1.0
    memory: Annotated[float, Meta(ge=10)] = 1000.0
    half_life: Annotated[float, Meta(gt=0)] = 7 * 86400.0
    share: Share = 0.25
    worst: Share = 0.03
    patience: Annotated[float, Meta(ge=30)] = 150.0
    lower: bool = False


class Desk:
    """One tenant in one category: its counts, and the bar that follows from them and from those of others. `bar` is
    the lowest bin that is served, `eased` the same under relief, `limit` the upper limit of wrong answers,
    `chances` how likely a hit is checked, by bin, `table` what all this rests on; `heard`: the findings of the
    category when it was set."""

    __slots__ = ("bar", "chances", "counts", "eased", "heard", "limit", "table")

    def __init__(self, now: float) -> None:
        self.counts = Counts(now)
        self.table: Floats = self.counts.table
        self.chances = [1.0] * BINS
        self.bar = self.eased = _CLOSED
        self.limit = 1.0
        self.heard = -_FRESH


class DeskState(msgspec.Struct, frozen=True):
    """What is known of one tenant in one category; `age`: seconds since it last asked."""

    category: str
    tenant: str
    table: list[list[float]]
    alarm: float
    worse: float
    better: float
    age: float


class BudgetState(msgspec.Struct, frozen=True):
    """What has been learnt, to be written as msgpack or JSON. `edges` are the bins that it was counted in."""

    desks: list[DeskState]
    edges: tuple[float, ...] = EDGES
    version: int = VERSION


class Standing(msgspec.Struct, frozen=True):
    """Where a bar stands: the similarity from which on answers are served (above 1: none), the upper limit of wrong
    answers among them, and the findings this rests on."""

    similarity: float
    limit: float
    findings: float
    wrong: float


class Budget:
    """Bars that stand as low as the findings allow: lower when few are wrong, higher when more are, at once when
    several are in a row. Without findings nothing is served, and every neighbour is checked."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = Terms() if terms is None else terms
        self._desks: dict[str, dict[str, Desk]] = {}
        self._findings: dict[str, int] = {}
        self._z, self._eased_z = (NormalDist().inv_cdf(1.0 - doubt) for doubt in (self.terms.doubt, self.terms.eased))
        self.alarms = 0

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        return lowest(bar)

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        if not near.similarity >= lowest(bar):
            return "miss"
        desk, at = self._desk(near.category, near.tenant, now), bin_of(near.similarity)
        desk.counts.ask(at)
        desk.counts.touched = now
        if self._findings[near.category] - desk.heard >= _FRESH:
            self._fit(near.category, near.tenant, desk, now)
        wanted = lowered(bar, relief)
        opened = desk.eased if wanted < bar.threshold else desk.bar
        served = at >= opened and near.similarity >= (lowest(bar) if self.terms.lower else wanted)
        if rng.random() < self._chance(desk, at, served):
            return "probe"
        return "serve" if served else "miss"

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        desk, at = self._desk(near.category, near.tenant, now), bin_of(near.similarity)
        counts, terms = desk.counts, self.terms
        counts.watch(at, right, terms.epsilon, at >= desk.bar)
        counts.find(at, right, terms.memory)
        self._findings[near.category] += 1 if right else 4
        if counts.alarm > terms.patience or max(counts.worse, counts.better) > _SURER * terms.patience:
            counts.start_over()
            self.alarms += 1
        if not right:
            desk.heard = -_FRESH

    def forget(self, name: bytes) -> None:
        """What was found out about an entry says something about its category, and stays."""

    def state(self, now: float) -> BudgetState:
        """What has been learnt, to be restored after a restart."""
        return BudgetState(
            [
                DeskState(category, tenant, c.table.tolist(), c.alarm, c.worse, c.better, max(0.0, now - c.touched))
                for category, desks in self._desks.items()
                for tenant, c in ((tenant, desk.counts) for tenant, desk in desks.items())
            ]
        )

    def restore(self, state: BudgetState, now: float) -> None:
        """Go on from there, in place of what has been learnt since. Raises ValueError for what this version has not
        written; then nothing is changed."""
        if state.version != VERSION or state.edges != EDGES:
            raise ValueError("the state is of another version")
        tables = [_checked(desk) for desk in state.desks]
        self._desks, self._findings = {}, {}
        for saved, table in zip(state.desks, tables, strict=True):
            counts = self._desk(saved.category, saved.tenant, now - saved.age).counts
            counts.table[:] = table
            counts.alarm, counts.worse, counts.better = saved.alarm, saved.worse, saved.better

    def standing(self, category: str, tenant: str, now: float) -> Standing:
        """Where the bar stands now for one tenant in one category."""
        desk = self._desk(category, tenant, now)
        self._fit(category, tenant, desk, now)
        found = desk.table[RIGHT:, min(desk.bar, _CLOSED - 1) :]
        similarity = 2.0 if desk.bar == _CLOSED else EDGES[desk.bar]
        return Standing(similarity, desk.limit, float(found.sum()), float(found[1].sum()))

    def _chance(self, desk: Desk, at: int, served: bool) -> float:
        """How likely the neighbour is checked: more often after one that was wrong, until that is settled."""
        if served:
            return desk.chances[at] * max(1.0, desk.counts.alarm / _CALM)
        known = desk.counts.table
        return self.terms.look if known[RIGHT, at] + known[WRONG, at] > _ENOUGH else 1.0

    def _desk(self, category: str, tenant: str, now: float) -> Desk:
        desks = self._desks.get(category)
        if desks is None:
            if len(self._desks) >= CATEGORIES:
                oldest = next(iter(self._desks))
                del self._desks[oldest], self._findings[oldest]
            desks = self._desks[category] = {}
            self._findings[category] = 0
        desk = desks.get(tenant)
        if desk is None:
            if len(desks) >= TENANTS:
                del desks[min(desks, key=lambda name: desks[name].counts.touched)]
            desk = desks[tenant] = Desk(now)
        return desk

    def _fit(self, category: str, tenant: str, desk: Desk, now: float) -> None:
        """Set the bar: the lowest bin from which on the limit holds, and no bin is too bad."""
        terms = self.terms
        for other in self._desks[category].values():
            other.counts.fade(now, terms.half_life)
        rest = [other.counts for other in self._desks[category].values() if other is not desk]
        desk.table = blended(desk.counts, rest, terms.share)
        others = (desks[tenant].table for name, desks in self._desks.items() if name != category and tenant in desks)
        expected, lean = shared(desk.table, list(islice(others, _OTHERS)))
        rates = Rates(desk.table, expected, lean)
        bad = np.flatnonzero(rates.local > terms.worst)
        above = 0 if not len(bad) else int(bad[-1]) + 1
        limits = rates.limit(self._z)
        desk.bar = _lowest_within(limits, above, terms.epsilon * terms.aim)
        desk.limit = 1.0 if desk.bar == _CLOSED else float(limits[desk.bar])
        desk.eased = min(desk.bar, _lowest_within(rates.limit(self._eased_z), above, terms.epsilon))
        desk.chances = (terms.probe * np.clip(rates.local / terms.epsilon, 1.0, 3.0)).tolist()
        desk.heard = self._findings[category]


def _lowest_within(limits: Floats, above: int, most: float) -> int:
    """The lowest bin, not below `above`, from which on the limit is at most so much."""
    good = np.flatnonzero(limits[above:] <= most)
    return above + int(good[0]) if len(good) else _CLOSED


def _checked(saved: DeskState) -> Floats:
    """Its counts. Raises ValueError unless they are as many as there are bins, and counts."""
    table = np.asarray(saved.table, dtype=np.float64)
    others = (saved.alarm, saved.worse, saved.better, saved.age)
    if table.shape != (3, BINS) or not all(math.isfinite(value) and value >= 0.0 for value in others):
        raise ValueError("the state is damaged")
    if not (np.isfinite(table).all() and (table >= 0.0).all()):
        raise ValueError("the state is damaged")
    return table
