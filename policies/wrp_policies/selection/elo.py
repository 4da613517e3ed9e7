"""The pool with the best rating, and a few games for newcomers. Verdicts alone move ratings."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.learning.arms import Lengths
from wrp_policies.learning.changes import SETTLED, Changes
from wrp_policies.learning.context import bucket
from wrp_policies.learning.exploring import floored
from wrp_policies.learning.ratings import PLACES, Ratings
from wrp_policies.learning.sight import Arms, Sight
from wrp_policies.types import Outcome, Plan
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .choosing import Choosing, Weighed
from .spec import Valued


class Elo(Valued, frozen=True, kw_only=True, tag="elo"):
    """Ratings of pools, by category: every verdict on an answer is a game against the questions of its category. The
    pool of which, by its rating, most is expected is taken; with `placement`, a share of the requests goes to pools
    with fewer than `provisional` verdicts in the category, as long as there are any.

    Needs no vectors and little memory, and knows nothing within a category. When a pool's answers become better or
    worse than its rating says, its category begins anew. Raises NoCapablePool where no pool can serve the request.
    """

    placement: Annotated[
        float, Meta(ge=0, le=1, extra={"unit": "percent"}, description="The share for pools with a provisional rating.")
    ] = 0.3
    provisional: Annotated[int, Meta(ge=0, le=10_000, description="Verdicts until a rating counts as settled.")] = 20

    def build(self, materials: Materials) -> Rating:
        return Rating(self)


class Standing(msgspec.Struct, frozen=True):
    """Of one pool: its ratings and how many verdicts they rest on, by category, the last for all; and by category what
    its answers were beyond expectation."""

    ratings: tuple[float, ...]
    counts: tuple[float, ...]
    changes: tuple[tuple[float, float], ...]


NEWCOMER = Standing((), (), ())


class Learned(msgspec.Struct, frozen=True):
    """What a Rating had learned."""

    lengths: dict[str, Lengths]
    standings: dict[str, Standing]
    par: tuple[float, ...]


class Rating(Choosing):
    """Chooses by ratings."""

    __slots__ = ("_changes", "_ratings", "_spec")

    def __init__(self, spec: Elo) -> None:
        super().__init__(Arms(spec.pools, spec.objective, spec.switch))
        self._spec = spec
        self._ratings = Ratings(len(self._arms))
        self._changes = [Changes(len(self._arms)) for _ in range(PLACES)]

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        place = bucket(facts.category(), PLACES)
        means, counts, ratings = self._ratings.of(place, seen.arms)
        values = self._spec.objective.quality * means - seen.taken
        chances = self._chances(values.tolist(), counts.tolist())
        best = int(values.argmax())
        leads = f"{seen.names[best]} leading at {ratings[best]:+.0f} by {counts[best]:.0f} verdicts"
        why = f"elo for {facts.category()}, {leads}"
        return Weighed(values, means, chances, why)

    def _chances(self, values: list[float], counts: list[float]) -> list[float]:
        spec, best = self._spec, max(range(len(values)), key=values.__getitem__)
        new = [at for at, count in enumerate(counts) if count < spec.provisional]
        shares = [0.0] * len(values)
        for at in new:
            shares[at] = spec.placement / len(new)
        shares[best] += 1.0 - sum(shares)
        return floored(shares, spec.floor)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """A verdict. On a pool that is not here (any more), or where it is no number, nothing follows."""
        arm = self._arms.places.get(outcome.pool)
        if arm is not None and 0.0 <= quality <= 1.0:
            place = bucket(facts.category(), PLACES)
            settled = self._ratings.of(place, [arm])[1][0] >= SETTLED
            surprise = self._ratings.note(place, arm, quality)
            if settled and self._changes[place].note(arm, surprise):
                self._ratings.restart(place)
                self._changes[place] = Changes(len(self._arms))

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        ratings, counts, par = self._ratings.state()
        changes = [one.state() for one in self._changes]
        standings = {
            name: Standing(tuple(ratings[arm]), tuple(counts[arm]), tuple([one[arm] for one in changes]))
            for arm, name in enumerate(self._arms.names)
        }
        return msgspec.json.encode(Learned(self._arms.lengths(), standings, tuple(par)))

    def restore(self, state: bytes) -> None:
        """Pools that are gone are let go, new ones start afresh. Raises msgspec.DecodeError or ValueError where the
        bytes are not what `state` gave; empty ones change nothing."""
        if not state:
            return
        learned = msgspec.json.decode(state, type=Learned)
        found = [learned.standings.get(name, NEWCOMER) for name in self._arms.names]
        if not all([len(one.changes) in (0, PLACES) for one in found]):
            raise ValueError(f"what changed is not told of {PLACES} categories")
        ratings = Ratings(len(self._arms))
        ratings.restore([one.ratings for one in found], [one.counts for one in found], learned.par)
        self._ratings = ratings
        self._arms.restore(learned.lengths)
        for place, changes in enumerate(self._changes):
            changes.restore([one.changes[place] if one.changes else (0.0, 0.0) for one in found])
