"""Finds out which pool is the best of each category, says when that is certain, and then keeps to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_policies.learning.arms import Lengths
from wrp_policies.learning.changes import SETTLED, Changes
from wrp_policies.learning.context import bucket
from wrp_policies.learning.exploring import floored, greedy
from wrp_policies.learning.identifying import bar, confidence, proportions
from wrp_policies.learning.sight import Arms, Sight
from wrp_policies.learning.tallies import Tallies
from wrp_policies.sharing import Sharing
from wrp_policies.types import Outcome, Plan
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .choosing import Choosing, Weighed
from .spec import Valued

PLACES = 32
"""That the names of categories are hashed to: two that share one are taken for one."""

FIRST = 5.0
"""Judged answers of each pool before any is compared."""

DOUBT, LEAST = 4.0, 0.01
"""Observations that a variance of a quarter (a coin's) counts as; no variance is taken to be less than LEAST."""


class TrackAndStop(Valued, frozen=True, kw_only=True, tag="track_and_stop"):
    """For each category: pools get the shares of traffic by which the best is known soonest, until it is certain but
    for `delta` (Track-and-Stop, Garivier and Kaufmann 2016; drawn, so that late feedback repeats nothing); then
    the best gets all but the floors. When a pool's answers become better or worse than they were, its category begins
    anew. Only `objective` and judged answers count, not what a request says.

    Raises NoCapablePool where no pool can serve the request.
    """

    delta: Annotated[float, Meta(gt=0, lt=1, description="How likely a wrong pool may be taken for the best.")] = 0.05

    def build(self, materials: Materials) -> Tracker:
        return Tracker(self)


class Learned(msgspec.Struct, frozen=True):
    """What a Tracker had learned: by pool its answers' lengths, and for each place of a category how many were judged,
    the sum of their qualities, that of the squares, and the sums of what was beyond expectation."""

    lengths: dict[str, Lengths]
    tallies: dict[str, tuple[tuple[float, float, float, float, float], ...]]


class Tracker(Choosing):
    """Counts and sums of qualities, by category and pool."""

    __slots__ = ("_changes", "_counts", "_spec", "_squares", "_sums", "_tallies")

    def __init__(self, spec: TrackAndStop) -> None:
        super().__init__(Arms(spec.pools, spec.objective, spec.switch))
        self._spec = spec
        shape = (PLACES, len(self._arms))
        self._counts, self._sums, self._squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._changes = [Changes(len(self._arms)) for _ in range(PLACES)]
        self._tallies = Tallies(self._arms.names, PLACES, lambda: (self._counts, self._sums, self._squares))

    @property
    def shared(self) -> Mapping[str, Sharing]:
        return {"": self._tallies}

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        place = bucket(facts.category(), PLACES)
        counts = self._counts[place, seen.arms]
        means = np.where(counts > 0.0, self._sums[place, seen.arms] / np.maximum(counts, 1.0), 1.0)
        values = self._spec.objective.quality * means - seen.taken
        chances, why = self._chances(values.tolist(), counts.tolist(), self._variance(place), seen.names)
        return Weighed(values, means, chances, f"track_and_stop for {facts.category()}, {why}")

    def _chances(
        self, values: Sequence[float], counts: Sequence[float], variance: float, names: Sequence[str]
    ) -> tuple[list[float], str]:
        spec, best = self._spec, max(range(len(values)), key=values.__getitem__)
        if min(counts) < FIRST:
            few = [float(count < FIRST) for count in counts]
            return floored([one / sum(few) for one in few], spec.floor), "comparing: too few answers were judged"
        variance *= max(1e-9, spec.objective.quality**2)
        sure, enough = confidence(values, counts, variance), bar(sum(counts), len(counts), spec.delta)
        said = f"{sure:.1f} of {enough:.1f} nats after {sum(counts):.0f} judged"
        if sure >= enough:
            return greedy(best, len(values), spec.floor), f"stopped: {names[best]} is the best ({said})"
        return floored(proportions(values, variance), spec.floor), f"comparing: {names[best]} leads ({said})"

    def _variance(self, place: int) -> float:
        """Within pools, of this category."""
        counts, sums = self._counts[place], self._sums[place]
        within = float(np.sum(self._squares[place] - sums * sums / np.maximum(counts, 1.0)))
        return max(LEAST, (within + DOUBT * 0.25) / (float(counts.sum()) + DOUBT))

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """How good it was. Of a pool that is not here (any more), or a quality that is no number, nothing follows."""
        arm = self._arms.places.get(outcome.pool)
        if arm is None or not 0.0 <= quality <= 1.0:
            return
        place = bucket(facts.category(), PLACES)
        count = self._counts[place, arm]
        surprise = quality - self._sums[place, arm] / count if count >= SETTLED else 0.0
        if self._changes[place].note(arm, surprise):
            self._counts[place] = self._sums[place] = self._squares[place] = 0.0
            self._changes[place] = Changes(len(self._arms))
            self._tallies.restart(place)
        self._counts[place, arm] += 1.0
        self._sums[place, arm] += quality
        self._squares[place, arm] += quality * quality
        self._tallies.observe(place, arm, quality)

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        changes = np.array([one.state() for one in self._changes])
        tables = np.concatenate([np.stack([self._counts, self._sums, self._squares], 2), changes], 2)
        tallies = {name: tuple(map(tuple, tables[:, arm].tolist())) for arm, name in enumerate(self._arms.names)}
        return msgspec.json.encode({"lengths": self._arms.lengths(), "tallies": tallies})

    def restore(self, state: bytes) -> None:
        """Pools that are gone are let go, new ones start afresh. Raises msgspec.DecodeError where the bytes are not
        what `state` gave; empty ones change nothing."""
        if not state:
            return
        learned = msgspec.json.decode(state, type=Learned)
        self._arms.restore(learned.lengths)
        tables = np.zeros((PLACES, len(self._arms), 5))
        for arm, name in enumerate(self._arms.names):
            if len(learned.tallies.get(name, ())) == PLACES:
                tables[:, arm] = learned.tallies[name]
        self._counts, self._sums, self._squares = (np.ascontiguousarray(tables[:, :, at]) for at in range(3))
        for place, changes in enumerate(self._changes):
            changes.restore([(up, down) for up, down in tables[place, :, 3:].tolist()])
