"""Several routers' policies and a page that they share, for tests of learning together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from tests.policies import makers
from tests.policies.selection.quality_making import MATERIALS
from wrp_policies import Plan, SelectionSpec
from wrp_policies.learning.ledger import Carried, Ledger, Page
from wrp_policies.selection.contextual import Learning
from wrp_policies.selection.track_and_stop import Tracker
from wrp_policies.sharing import Shares
from wrp_signals.facts import Reading

PLAN = Plan((), why="")
POOLS = ("small", "large")
CATEGORIES = ("math", "law", "code")

Verdict = tuple[int, int, float]
"""A category, a pool, and how good its answer was."""


class Server:
    """One value; and it may be lost."""

    def __init__(self) -> None:
        self.page: Page | None = None
        self.marks = (bytes([number % 256, number // 256]) for number in itertools.count())


class Fellow:
    """One router's policy, and its ledger. `now` is one for all."""

    def __init__(
        self, spec: SelectionSpec, server: Server, name: bytes, carried: Carried | None = None, state: bytes = b""
    ) -> None:
        self.policy = spec.build(MATERIALS)
        self.policy.restore(state)
        assert isinstance(self.policy, Shares)
        (self.sharing,) = self.policy.shared.values()
        self.server, self.now = server, 0.0
        self.ledger = Ledger(self.sharing, name, 0.0, carried)

    def judge(self, verdicts: Sequence[Verdict]) -> None:
        for category, pool, quality in verdicts:
            facts = makers.facts(readings={"category": Reading(CATEGORIES[category])})
            self.policy.judged(facts, PLAN, makers.outcome(POOLS[pool], "s"), quality)

    def turn(self, written: bool = True, told: bool = True) -> bool:
        """Tells and hears. The server may not be reached (not `written`), or its answer be lost (not `told`)."""
        self.ledger.take(self.now)
        turn = self.ledger.turned(self.server.page, next(self.server.marks), self.now)
        steps = self.sharing.heard(turn.page.total)
        if written:
            self.server.page = turn.page
        if written and told:
            list(steps)
            self.ledger.accept(turn.page)
        return turn.write

    def rows(self) -> dict[str, list[float]]:
        """What it knows, by pool."""
        return rows_of(self.policy)


def rows_of(policy: object) -> dict[str, list[float]]:
    """What a policy knows that could be shared: a Learner's sums, or a Tracker's tables."""
    if isinstance(policy, Learning):
        return {name: row.tolist() for name, row in policy._learner.ridge.rows().items()}
    assert isinstance(policy, Tracker)
    tables = np.concatenate([policy._counts, policy._sums, policy._squares])
    return {name: tables[:, arm].tolist() for arm, name in enumerate(POOLS)}
