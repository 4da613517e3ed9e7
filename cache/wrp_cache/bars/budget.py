"""A budget of wrong hits: a sample of the hits is checked, and the bar stands where wrong ones stay within epsilon.

It compares no answers and asks nobody upstream; it trusts what it is told of each probe.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from statistics import NormalDist
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_cache.bars.acceptance import Neighbour, Verdict, lowered, lowest
from wrp_cache.bars.desks import CLOSED, Desk, Hall, House
from wrp_cache.bars.evidence import BINS, EDGES, RIGHT, WRONG, Counts, Floats, Rates, bin_of, blended, shared
from wrp_cache.types import Bar

Share = Annotated[float, Meta(gt=0, lt=1)]
VERSION = 2
_FRESH, _GROWN = 24.0, 1 / 16
"""A bar is set anew after so many findings, and so many of those that it rests on; a wrong one counts as several."""

_WRONG = 16
_ENOUGH = 50.0
_SANE = 1e12
_CALM = 24.0
"""Where the alarm stands while all is right: 1 / (5 epsilon), nearly, at 1 %."""

_SURER = 100.0


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`epsilon`: the share of hits by likeness that may be wrong; `doubt`: of the upper limit for it that has to be
    within, and `aim`: the share of epsilon that the limit may use, the rest being for what changes faster than it
    is found out; under relief all of it may be used, with a doubt of `eased`. `probe`: the share of would-be hits
    that are checked instead of served (up to three times that where more are wrong), of which under relief only
    `spare` is, for checks are traffic too; `look`: the share of
    neighbours below the bar that are checked (they go upstream anyway). `memory`: findings in a bin of similarity,
    and `half_life`: seconds, after which one counts half. `share`: the most of the evidence for a tenant that may
    come from any single other one. `worst`: no similarity is served at which more than this share is wrong.
    `patience`: findings after which a false alarm is due at the earliest, on average. `lower`: whether the bar may
    fall below the threshold (to the floor) without any overload."""

    epsilon: Annotated[float, Meta(gt=0, le=0.2)] = 0.01
    doubt: Annotated[float, Meta(gt=0, lt=0.5)] = 0.1
    eased: Annotated[float, Meta(gt=0, lt=1)] = 0.35
    aim: Annotated[float, Meta(gt=0, le=1)] = 0.9
    probe: Share = 0.1
    spare: Annotated[float, Meta(gt=0, le=1)] = 0.3
    look: Annotated[float, Meta(gt=0, le=1)] = 1.0
    memory: Annotated[float, Meta(ge=10)] = 1000.0
    half_life: Annotated[float, Meta(gt=0)] = 7 * 86400.0
    share: Share = 0.25
    worst: Share = 0.03
    patience: Annotated[float, Meta(ge=30)] = 400.0
    lower: bool = False


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
    """What has been learnt, to be written as msgpack or JSON: of tenants in the order in which they last asked, and of
    the crowd in each category. `edges` are the bins that it was counted in."""

    desks: list[DeskState]
    crowds: list[DeskState] = []
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
        self._house = House(self.terms.memory)
        self._z, self._eased_z = (NormalDist().inv_cdf(1.0 - doubt) for doubt in (self.terms.doubt, self.terms.eased))
        self.alarms = 0

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        return lowest(bar)

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        if not near.similarity >= lowest(bar):
            return "miss"
        hall, at = self._house.hall(near.category, now), bin_of(near.similarity)
        desk = hall.ask(near.tenant, now)
        desk.counts.ask(at)
        if hall.findings >= desk.due:
            self._fit(hall, near.tenant, desk, now)
        wanted = lowered(bar, relief)
        eased = wanted < bar.threshold
        opened = desk.eased if eased else desk.bar
        served = at >= opened and near.similarity >= (lowest(bar) if self.terms.lower else wanted)
        if rng.random() < self._chance(desk, at, served) * (self.terms.spare if eased and served else 1.0):
            return "probe"
        return "serve" if served else "miss"

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        hall, at = self._house.hall(near.category, now), bin_of(near.similarity)
        desk = hall.desks.get(near.tenant)
        if desk is None:
            self._watch(hall.crowd, at, right)
            desk = self._house.open(hall, near.tenant, now)
        self._watch(desk, at, right)
        desk.counts.find(at, right, self.terms.memory)
        hall.findings += 1 if right else _WRONG

    def forget(self, name: bytes) -> None:
        """What was found out about an entry says something about its category, and stays."""

    def state(self, now: float) -> BudgetState:
        """What has been learnt, to be restored after a restart."""
        parts = list(self.states(now))
        return BudgetState([desk for part in parts for desk in part.desks], [part.crowds[0] for part in parts])

    def states(self, now: float) -> Iterator[BudgetState]:
        """`state` in parts, a category each, between which it may learn."""
        for category, hall in list(self._house):
            for counts in hall.everybody():
                counts.fade(now, self.terms.half_life)
            desks = [_saved(category, tenant, desk.counts, now) for tenant, desk in hall.desks.items()]
            yield BudgetState(desks, [_saved(category, "", hall.crowd.counts, now)])

    def restore(self, state: BudgetState, now: float) -> None:
        """Go on from there, in place of what has been learnt since. Raises ValueError for what this version has not
        written; then nothing is changed."""
        if state.version != VERSION or state.edges != EDGES:
            raise ValueError("the state is of another version")
        tables = [_checked(desk) for desk in (*state.crowds, *state.desks)]
        self._house = House(self.terms.memory)
        for number, (saved, table) in enumerate(zip((*state.crowds, *state.desks), tables, strict=True)):
            hall = self._house.hall(saved.category, now)
            alone = number < len(state.crowds)
            desk = hall.crowd if alone else hall.desks.get(saved.tenant) or self._house.open(hall, saved.tenant, now)
            counts = desk.counts
            counts.table[:] = table
            counts.alarm, counts.worse, counts.better = saved.alarm, saved.worse, saved.better
            counts.touched = now - saved.age

    def standing(self, category: str, tenant: str, now: float) -> Standing:
        """Where the bar stands now for one tenant in one category."""
        hall = self._house.hall(category, now)
        desk = hall.desks.get(tenant, hall.crowd)
        self._fit(hall, tenant, desk, now)
        found = desk.table[RIGHT:, min(desk.bar, CLOSED - 1) :]
        similarity = 2.0 if desk.bar == CLOSED else EDGES[desk.bar]
        return Standing(similarity, desk.limit, float(found.sum()), float(found[1].sum()))

    def _watch(self, desk: Desk, at: int, right: bool) -> None:
        """One more finding, before it is counted: has something changed? Then most of what was known is forgotten."""
        counts, terms = desk.counts, self.terms
        counts.watch(at, right, terms.epsilon, at >= desk.bar)
        changed = counts.alarm > terms.patience or max(counts.worse, counts.better) > _SURER * terms.patience
        if changed:
            counts.start_over()
            self.alarms += 1
        if changed or not right:
            desk.due = -math.inf

    def _chance(self, desk: Desk, at: int, served: bool) -> float:
        """How likely the neighbour is checked: more often after one that was wrong, until that is settled."""
        if served:
            return desk.chances[at] * max(1.0, desk.counts.alarm / _CALM)
        known = desk.counts.table
        return self.terms.look if known[RIGHT, at] + known[WRONG, at] > _ENOUGH else 1.0

    def _fit(self, hall: Hall, tenant: str, desk: Desk, now: float) -> None:
        """Set the bar: the lowest bin from which on the limit holds, and no bin is too bad."""
        terms = self.terms
        for counts in hall.everybody():
            counts.fade(now, terms.half_life)
        rest = [other.counts for other in hall.desks.values() if other is not desk]
        stranger = desk is hall.crowd
        own = [desk.counts] if stranger else [desk.counts, hall.crowd.counts]
        desk.table = blended(own, rest, terms.share)
        expected, lean = shared(desk.table, self._house.elsewhere(hall, None if stranger else tenant))
        rates = Rates(desk.table, expected, lean)
        bad = np.flatnonzero(rates.local > terms.worst)
        above = 0 if not len(bad) else int(bad[-1]) + 1
        limits = rates.limit(self._z)
        desk.bar = _lowest_within(limits, above, terms.epsilon * terms.aim)
        desk.limit = 1.0 if desk.bar == CLOSED else float(limits[desk.bar])
        desk.eased = min(desk.bar, _lowest_within(rates.limit(self._eased_z), above, terms.epsilon))
        desk.chances = tuple((terms.probe * np.clip(rates.local / terms.epsilon, 1.0, 3.0)).tolist())
        desk.due = hall.findings + max(_FRESH, _GROWN * float(desk.table[RIGHT:].sum()))


def _lowest_within(limits: Floats, above: int, most: float) -> int:
    """The lowest bin, not below `above`, from which on the limit is at most so much."""
    good = np.flatnonzero(limits[above:] <= most)
    return above + int(good[0]) if len(good) else CLOSED


def _saved(category: str, tenant: str, of: Counts, now: float) -> DeskState:
    age = max(0.0, now - of.touched)
    return DeskState(category, tenant, of.table.tolist(), of.alarm, of.worse, of.better, age)


def _checked(saved: DeskState) -> Floats:
    """Its counts. Raises ValueError unless they are as many as there are bins, and counts."""
    table = np.asarray(saved.table, dtype=np.float64)
    others = (saved.alarm, saved.worse, saved.better, saved.age)
    if table.shape != (3, BINS) or not all(math.isfinite(value) and value >= 0.0 for value in others):
        raise ValueError("the state is damaged")
    if not ((table >= 0.0) & (table <= _SANE)).all():
        raise ValueError("the state is damaged")
    return table
