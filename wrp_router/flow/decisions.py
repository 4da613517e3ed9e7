"""Decisions that may yet be judged: what was decided, for whom, and what was said of it. Bounded by number and age.

What is judged is told to the policy that chose, once for each source.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from wrp_policies import Planner
from wrp_policies.learning.verdicts import Source
from wrp_policies.types import Outcome, Plan
from wrp_signals.facts import Facts


@dataclass(slots=True)
class Decided:
    """One decision whose answer somebody has, or gets since `at` (seconds on the driver's clock): a client may judge it
    before we know how it ended. `heard`: quality by who said so."""

    facts: Facts
    route: str
    at: float
    planner: Planner
    plan: Plan
    pool: str
    outcome: Outcome | None = None
    heard: dict[Source, float] = field(default_factory=dict)

    def judge(self, source: Source, quality: float) -> bool:
        """Tells the policy, once the answer has ended; False where this source was heard already."""
        if source in self.heard:
            return False
        self.heard[source] = quality
        if self.outcome is not None:
            self.planner.judged(self.facts, self.plan, self.outcome, quality)
        return True

    def settle(self, outcome: Outcome) -> None:
        """The answer has ended so. What was said of it until now is told."""
        self.outcome = outcome
        for quality in self.heard.values():
            self.planner.judged(self.facts, self.plan, outcome, quality)


class Decisions:
    """The latest `most`, none older than `keep` seconds. `signal` names the one that says what a turn thinks of the
    answer before it ("": none); `form`: an answer's own form says something, too."""

    def __init__(self, most: int = 10_000, keep: float = 86_400.0, signal: str = "", form: bool = False) -> None:
        self._most, self._keep, self.signal, self.form = most, keep, signal, form
        self._kept: OrderedDict[str, Decided] = OrderedDict()
        self._sessions: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, decided: Decided) -> None:
        """From now on it may be judged; it is the latest of its session."""
        facts = decided.facts
        self._kept[facts.id] = decided
        if facts.session:
            self._sessions[facts.tenant, facts.session] = facts.id
        while len(self._kept) > self._most or next(iter(self._kept.values())).at < decided.at - self._keep:
            self._forget(*self._kept.popitem(last=False))

    def drop(self, decided: Decided) -> None:
        """It broke off: whatever is said of it is not said of what the model would have answered."""
        if self._kept.pop(decided.facts.id, None) is not None:
            self._forget(decided.facts.id, decided)

    def find(self, id: str, tenant: str, now: float) -> Decided | None:
        """The decision of that id, if it is this tenant's, and not too long ago."""
        decided = self._kept.get(id)
        if decided is None or decided.facts.tenant != tenant or decided.at < now - self._keep:
            return None
        return decided

    def latest(self, session: str, tenant: str, now: float) -> Decided | None:
        """The last decision of a session, which is the tenant's: another's may have the same name."""
        id = self._sessions.get((tenant, session)) if session else None
        return self.find(id, tenant, now) if id is not None else None

    def _forget(self, id: str, decided: Decided) -> None:
        whose = (decided.facts.tenant, decided.facts.session)
        if self._sessions.get(whose) == id:
            del self._sessions[whose]
