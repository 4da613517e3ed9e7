"""What every contextual bandit here is made of: it looks at a request as all of them do, and learns as all of them do.
How to choose among what it sees is the policy's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from wrp_policies.types import Outcome, Plan, Pools
from wrp_signals.facts import Facts, Vector

from .arms import Lengths
from .changes import SETTLED, Changes
from .context import Context
from .pacing import Account, Pacer
from .reward import Objective
from .ridge import Ridge, Sums
from .sight import Arms, Sight
from .switching import FREE, Switch
from .totals import Floats, merged, read, totals_of

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
        "_changes",
        "_context",
        "_discount",
        "_fresh",
        "_pacer",
        "_prior",
        "_ridge",
        "arms",
    )

    def __init__(
        self,
        names: Sequence[str],
        context: Context,
        objective: Objective,
        *,
        switch: Switch = FREE,
        discount: float = 1.0,
        pacer: Pacer | None = None,
        prior: Prior | None = None,
        prior_weight: float = 0.0,
    ) -> None:
        """Raises ValueError for a prior along other axes, or one whose sums cannot be."""
        if prior is not None and prior.context != context.id:
            raise ValueError(f"a prior along the axes {prior.context!r} is none along {context.id!r}")
        self.arms = Arms(names, objective, switch)
        self._context, self._pacer = context, pacer
        self._prior = _weighed(prior, prior_weight) if prior is not None else []
        self._discount = discount
        self._fresh: dict[str, Floats] = {}
        self._changes = Changes(len(self.arms))
        self._ridge = self._ridge_but({})

    @property
    def ridge(self) -> Ridge:
        """What is known of quality."""
        return self._ridge

    @property
    def weight(self) -> float:
        """What quality is worth."""
        return self.arms.objective.quality

    def look(self, facts: Facts, pools: Pools, now: float) -> Sight:
        """Raises NoCapablePool where no pool can serve the request."""
        price = 0.0
        if self._pacer is not None:
            self._pacer.at(now)
            price = self._pacer.price(now)
        return self.arms.look(facts, pools, price)

    def context(self, facts: Facts) -> Vector:
        """What it learns from."""
        return self._context(facts)

    def means(self, seen: Sight, context: Vector) -> Vector:
        """The quality that is expected of each pool."""
        means = self._ridge.means(context)
        return means if len(seen.arms) == len(means) else means[seen.arms]

    def widths(self, seen: Sight, context: Vector) -> Vector:
        """What is not known of that, in standard deviations of one observation."""
        return self.both(seen, context)[1]

    def both(self, seen: Sight, context: Vector) -> tuple[Vector, Vector]:
        """`means` and `widths`, for little more than the widths alone take."""
        means, widths = self._ridge.both(context)
        return (means, widths) if len(seen.arms) == len(means) else (means[seen.arms], widths[seen.arms])

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """How long its answer was, and what it cost."""
        self.arms.learn(facts, outcome)
        if self._pacer is not None:
            self._pacer.paid(outcome.cost)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float, context: Vector | None = None) -> None:
        """How good it was. Of a pool that is not here (any more), or a quality that is no number, nothing follows.
        `context`: where more was known than the facts say."""
        arm = self.arms.places.get(outcome.pool)
        if arm is None or not 0.0 <= quality <= 1.0:
            return
        context = self._context(facts) if context is None else context
        settled = self._ridge.count(arm) >= SETTLED
        surprise = quality - self._ridge.expected(arm, context)
        self._ridge.observe(arm, context, quality)
        if settled and self._changes.note(arm, surprise):
            for other in range(len(self.arms)):
                self._ridge.forget(other, KEPT if other == arm else OTHERS)

    @property
    def common(self) -> str:
        """Sums along these axes."""
        return f"sums/{self._context.id}"

    def begun(self) -> bytes:
        """All that is known of quality, the prior included; what is learned from now on is kept for `told`."""
        self._fresh = {name: row for name, row in self._ridge_but({}).rows().items() if row.any()}
        self._ridge.tell()
        return totals_of(self._ridge.seen, self._ridge.rows())

    def told(self, take: bool = True) -> bytes:
        """What was done to the sums, and spent of the budget, since it was last taken; for others, and for all."""
        self._ridge.settle()
        untold = self._ridge.untold
        assert untold is not None, "begun"
        done = untold.done(self.arms.names, self._pacer.untold if self._pacer is not None else 0.0)
        if take:
            untold.clear()
            if self._pacer is not None:
                self._pacer.tell()
        return done

    def merged(self, total: bytes, told: Sequence[bytes]) -> bytes:
        """A total, and what processes told. A pool that nobody told of begins with the prior."""
        return merged(total, told, self._ridge.form(), self._fresh)

    def heard(self, total: bytes) -> Iterator[None]:
        """Sums and inverses of a total, worked out; to be taken up. What is suspected of a change, and how long answers
        are, stays each process's own; of money it hears what others spent."""
        found, rows = read(total, self._ridge.form(), self.arms.names)
        ridge = self._ridge_but({})
        ridge.resume(found.seen)
        ridge.know(rows)
        return self._take_up(ridge, found.spent)

    def _take_up(self, ridge: Ridge, spent: float) -> Iterator[None]:
        self._ridge.settle()
        untold = self._ridge.untold
        assert untold is not None, "begun"
        stale = ridge.follow(untold)
        self._ridge = ridge
        if self._pacer is not None:
            self._pacer.heard(spent)
        for arm in stale:
            yield
            ridge.refresh(arm)

    def state(self) -> bytes:
        """All that was learned, as JSON."""
        account = self._pacer.account() if self._pacer is not None else None
        changes = dict(zip(self.arms.names, self._changes.state(), strict=True))
        sums = self._ridge.statistics()
        return msgspec.json.encode(
            Learned(self._context.id, self._ridge.seen, sums, self.arms.lengths(), changes, account)
        )

    def restore(self, state: bytes) -> None:
        """Pools that are gone are let go; new ones, and all where the axes are others now, begin with the prior. Raises
        msgspec.DecodeError or ValueError where the bytes are not what `state` gave; empty ones change nothing."""
        if not state:
            return
        learned = msgspec.json.decode(state, type=Learned)
        self.arms.restore(learned.lengths)
        if self._pacer is not None and learned.account is not None:
            self._pacer.restore(learned.account)
        if learned.context == self._context.id:
            untold, self._ridge = self._ridge.untold, self._ridge_but(learned.sums, learned.seen)
            self._ridge.untold = untold
            self._changes.restore([learned.changes.get(name, (0.0, 0.0)) for name in self.arms.names])

    def _ridge_but(self, sums: Mapping[str, Sums], seen: int = 0) -> Ridge:
        """One that knows these, and of all other pools the prior."""
        ridge = Ridge(self.arms.names, self._context.precision, self._discount)
        ridge.resume(seen)
        for name, one, weight in self._prior:
            if name not in sums:
                ridge.merge({name: one}, weight)
        ridge.merge(sums)
        return ridge


def _weighed(prior: Prior, most: float) -> list[tuple[str, Sums, float]]:
    """Each pool's sums, and the factor by which they count as at most so many observations."""
    return [(name, sums, min(1.0, most / sums.count)) for name, sums in prior.sums.items() if sums.count > 0.0]
