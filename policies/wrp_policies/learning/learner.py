"""What every contextual bandit here is made of: it looks at a request as all of them do, and learns as all of them do.
How to choose among what it sees is the policy's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wrp_policies.types import Outcome, Plan, Pools
from wrp_signals.facts import Facts, Vector

from .arms import Answers, Lengths
from .changes import SETTLED, Changes
from .context import Context
from .pacing import Account, Pacer
from .reward import Objective
from .ridge import Ridge, Sums
from .sight import Sight, sight

KEPT, OTHERS = 8.0, 40.0
"""Observations that a pool's past is worth once it has changed; and at most the others', for what was learned beside it
was learned of another choice."""


class Prior(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sums from elsewhere, by pool: from offline outcomes, or another process. `context` says along which axes."""

    context: str
    sums: dict[str, Sums]


class Learned(msgspec.Struct, frozen=True):
    """What a Learner had learned."""

    context: str
    seen: int
    sums: dict[str, Sums]
    lengths: dict[str, Lengths]
    changes: dict[str, tuple[float, float]]
    account: Account | None = None


class Learner:
    """Quality by ridge regression on the context of a request, cost and time as they are expected.

    Only `judged` teaches quality. An answer that nobody judges teaches nothing of it, nor does one that failed: nothing
    is imputed, so what is learned is the quality of answers of the kind that is judged. Feedback may come in any order.
    """

    __slots__ = (
        "_answers",
        "_changes",
        "_context",
        "_names",
        "_objective",
        "_pacer",
        "_places",
        "_prior",
        "_ridge",
        "_settings",
    )

    def __init__(
        self,
        names: Sequence[str],
        context: Context,
        objective: Objective,
        *,
        discount: float = 1.0,
        pacer: Pacer | None = None,
        prior: Prior | None = None,
        prior_weight: float = 0.0,
        telling: bool = False,
    ) -> None:
        """Raises ValueError for a prior along other axes, or one whose sums cannot be."""
        if prior is not None and prior.context != context.id:
            raise ValueError(f"a prior along the axes {prior.context!r} is none along {context.id!r}")
        self._names = tuple(dict.fromkeys(names))
        self._places = {name: place for place, name in enumerate(self._names)}
        self._context, self._objective, self._pacer = context, objective, pacer
        self._prior = _weighed(prior, prior_weight) if prior is not None else []
        self._settings = (discount, telling)
        self._answers = Answers(self._names)
        self._changes = Changes(len(self._names))
        self._ridge = self._ridge_but({})

    @property
    def ridge(self) -> Ridge:
        """What is known of quality."""
        return self._ridge

    @property
    def weight(self) -> float:
        """What quality is worth."""
        return self._objective.quality

    def look(self, facts: Facts, pools: Pools, now: float) -> Sight:
        """Raises NoCapablePool where no pool can serve the request."""
        price = 0.0
        if self._pacer is not None:
            self._pacer.at(now)
            price = self._pacer.price(now)
        return sight(facts, pools, self._places, self._answers, self._objective, price)

    def context(self, facts: Facts) -> Vector:
        """What it learns from."""
        return self._context(facts)

    def means(self, seen: Sight, context: Vector) -> Vector:
        """The quality that is expected of each pool."""
        means = self._ridge.means(context)
        return means if len(seen.arms) == len(means) else means[seen.arms]

    def widths(self, seen: Sight, context: Vector) -> Vector:
        """What is not known of that, in standard deviations of one observation."""
        widths = self._ridge.widths(context)
        return widths if len(seen.arms) == len(widths) else widths[seen.arms]

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """How long its answer was, and what it cost."""
        self._answers.learn(facts, outcome)
        if self._pacer is not None:
            self._pacer.paid(outcome.cost)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float, context: Vector | None = None) -> None:
        """How good it was. Of a pool that is not here (any more), or a quality that is no number, nothing follows.
        `context`: where more was known than the facts say."""
        arm = self._places.get(outcome.pool)
        if arm is None or not 0.0 <= quality <= 1.0:
            return
        context = self._context(facts) if context is None else context
        settled = self._ridge.count(arm) >= SETTLED
        surprise = quality - self._ridge.expected(arm, context)
        self._ridge.observe(arm, context, quality)
        if settled and self._changes.note(arm, surprise):
            for other in range(len(self._names)):
                self._ridge.forget(other, KEPT if other == arm else OTHERS)

    def told(self) -> bytes:
        """What was learned of quality here since it was last asked, for `heard` of other processes; where it was built
        to tell. Order and number of the pieces do not matter."""
        return msgspec.json.encode(Prior(self._context.id, self._ridge.told()))

    def heard(self, told: bytes) -> None:
        """Adds what another process learned. Raises msgspec.DecodeError or ValueError for anything else; what was
        learned along other axes is let go."""
        theirs = msgspec.json.decode(told, type=Prior)
        if theirs.context == self._context.id:
            self._ridge.merge(theirs.sums)

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        account = self._pacer.account() if self._pacer is not None else None
        changes = dict(zip(self._names, self._changes.state(), strict=True))
        sums = self._ridge.statistics()
        return msgspec.json.encode(
            Learned(self._context.id, self._ridge.seen, sums, self._answers.state(), changes, account)
        )

    def restore(self, state: bytes) -> None:
        """Pools that are gone are let go; new ones, and all where the axes are others now, begin with the prior. Raises
        msgspec.DecodeError or ValueError where the bytes are not what `state` gave; empty ones change nothing."""
        if not state:
            return
        learned = msgspec.json.decode(state, type=Learned)
        self._answers.restore(learned.lengths)
        if self._pacer is not None and learned.account is not None:
            self._pacer.restore(learned.account)
        if learned.context == self._context.id:
            self._ridge = self._ridge_but(learned.sums, learned.seen)
            self._changes.restore([learned.changes.get(name, (0.0, 0.0)) for name in self._names])

    def _ridge_but(self, sums: Mapping[str, Sums], seen: int = 0) -> Ridge:
        """One that knows these, and of all other pools the prior."""
        discount, telling = self._settings
        ridge = Ridge(self._names, self._context.precision, discount, telling)
        ridge.resume(seen)
        for name, one, weight in self._prior:
            if name not in sums:
                ridge.merge({name: one}, weight)
        ridge.merge(sums)
        return ridge


def _weighed(prior: Prior, most: float) -> list[tuple[str, Sums, float]]:
    """Each pool's sums, and the factor by which they count as at most so many observations."""
    return [(name, sums, min(1.0, most / sums.count)) for name, sums in prior.sums.items() if sums.count > 0.0]
