"""The pool with the best rating, and a few games for newcomers. Verdicts alone move ratings."""

from __future__ import annotations

import random
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.learning.arms import Answers, Lengths
from wrp_policies.learning.changes import SETTLED, Changes
from wrp_policies.learning.context import bucket
from wrp_policies.learning.exploring import floored
from wrp_policies.learning.ratings import PLACES, Ratings
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.sight import sight
from wrp_policies.types import Choice, Outcome, Plan, Pools, Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .contextual import Floor
from .spec import Spec


class Elo(Spec, frozen=True, tag="elo"):
    """Ratings of pools, by category: every verdict on an answer is a game against the questions of its category. The
    pool of which, by its rating, most is expected is taken; with `placement`, a share of the requests goes to pools
    with fewer than `provisional` verdicts in the category, as long as there are any.

    Needs no vectors and little memory, and knows nothing within a category. When a pool's answers become better or
    worse than its rating says, its category begins anew. Raises NoCapablePool where no pool can serve the request.
    """

    pools: Annotated[tuple[str, ...], Meta(min_length=1, max_length=64)]
    objective: Annotated[Objective, Meta(description="What an answer is worth.")] = Objective()
    placement: Annotated[
        float, Meta(ge=0, le=1, extra={"unit": "percent"}, description="The share for pools with a provisional rating.")
    ] = 0.3
    provisional: Annotated[int, Meta(ge=0, le=10_000, description="Verdicts until a rating counts as settled.")] = 20
    floor: Floor = 0.01

    @property
    def by_category(self) -> bool:
        return True

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


class Rating:
    """Chooses by ratings."""

    __slots__ = ("_answers", "_changes", "_names", "_places", "_ratings", "_spec")

    def __init__(self, spec: Elo) -> None:
        self._spec = spec
        self._names = tuple(dict.fromkeys(spec.pools))
        self._places = {name: place for place, name in enumerate(self._names)}
        self._ratings = Ratings(len(self._names))
        self._answers = Answers(self._names)
        self._changes = [Changes(len(self._names)) for _ in range(PLACES)]

    @property
    def tiers(self) -> Tiers:
        return frozenset()

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        seen = sight(facts, pools, self._places, self._answers, self._spec.objective)
        settled = seen.settled()
        if settled is not None:
            return settled
        place = bucket(facts.category(), PLACES)
        means, counts, ratings = self._ratings.of(place, seen.arms)
        values = self._spec.objective.quality * means - seen.taken
        chances = self._chances(values.tolist(), counts.tolist())
        best = int(values.argmax())
        leads = f"{seen.names[best]} leading at {ratings[best]:+.0f} by {counts[best]:.0f} verdicts"
        why = f"elo for {facts.category()}, {leads}"
        return seen.choice(values, means.tolist(), chances, rng, why)

    def _chances(self, values: list[float], counts: list[float]) -> list[float]:
        spec, best = self._spec, max(range(len(values)), key=values.__getitem__)
        new = [at for at, count in enumerate(counts) if count < spec.provisional]
        shares = [0.0] * len(values)
        for at in new:
            shares[at] = spec.placement / len(new)
        shares[best] += 1.0 - sum(shares)
        return floored(shares, spec.floor)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """How long its answer was."""
        self._answers.learn(facts, outcome)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """A verdict. On a pool that is not here (any more), or where it is no number, nothing follows."""
        arm = self._places.get(outcome.pool)
        if arm is not None and 0.0 <= quality <= 1.0:
            place = bucket(facts.category(), PLACES)
            settled = self._ratings.of(place, [arm])[1][0] >= SETTLED
            surprise = self._ratings.note(place, arm, quality)
            if settled and self._changes[place].note(arm, surprise):
                self._ratings.restart(place)
                self._changes[place] = Changes(len(self._names))

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        ratings, counts, par = self._ratings.state()
        changes = [one.state() for one in self._changes]
        standings = {
            name: Standing(tuple(ratings[arm]), tuple(counts[arm]), tuple([one[arm] for one in changes]))
            for arm, name in enumerate(self._names)
        }
        return msgspec.json.encode(Learned(self._answers.state(), standings, tuple(par)))

    def restore(self, state: bytes) -> None:
        """Pools that are gone are let go, new ones start afresh. Raises msgspec.DecodeError or ValueError where the
        bytes are not what `state` gave; empty ones change nothing."""
        if not state:
            return
        learned = msgspec.json.decode(state, type=Learned)
        self._answers.restore(learned.lengths)
        found = [learned.standings.get(name, NEWCOMER) for name in self._names]
        self._ratings = Ratings(len(self._names))
        for place, changes in enumerate(self._changes):
            changes.restore([one.changes[place] if one.changes else (0.0, 0.0) for one in found])
        self._ratings.restore([one.ratings for one in found], [one.counts for one in found], learned.par)
