"""Rows of the decision log of which something can be learned, with what was said of them; the others are counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from wrp_policies.types import Chances, Outcome, Plan
from wrp_router.record import Feedback, Row
from wrp_signals.facts import Facts

TRUSTED = ("client", "next_turn", "form")
"""Who is believed, the first of them first: whoever has the answer knows more of it than a classifier of replies."""

BROKEN = 500
"""From this status on, or with TOO_MANY, a request failed: nobody but us or an engine is to blame."""

TOO_MANY = 429


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One decision and what came of it. `pool` is the one that was asked first (with examples before the prompt it
    counts as another one than without), `chances` how likely each was to be; `quality` is in [0, 1], nan where nobody
    judged, or of an answer that broke off; `cost` in US$; `seconds` from arrival to the last byte, nan where the client
    did not wait for it; `failed` 0 or 1, nan where nobody knows. `elsewhere`: another pool had to stand in.
    """

    time: float
    facts: Facts
    route: str
    plan: Plan
    outcomes: tuple[Outcome, ...]
    quality: float
    cost: float
    seconds: float
    failed: float

    @property
    def pool(self) -> str:
        return self.plan.attempts[0].arm

    @property
    def chances(self) -> Chances:
        return self.plan.chances or {self.pool: 1.0}

    @property
    def elsewhere(self) -> bool:
        return self.outcomes[-1].pool != self.plan.attempts[0].pool


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """In order of arrival. `left_out`: how many rows were not looked at, by why; `unmatched`: judgements of decisions
    that the log does not have; `unused`: of those that were not looked at."""

    examples: tuple[Example, ...]
    left_out: dict[str, int]
    unmatched: int = 0
    unused: int = 0

    def __len__(self) -> int:
        return len(self.examples)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.examples)


@dataclass(slots=True, eq=False)
class Gathering:
    """Takes records one by one, in any order. `auto` are the model names that leave the choice to routes, `route` the
    only one that is looked at (None: all)."""

    auto: Container[str]
    route: str | None = None
    _rows: dict[str, Row] = field(default_factory=dict)
    _said: dict[str, dict[str, Feedback]] = field(default_factory=dict)
    _left: Counter[str] = field(default_factory=Counter)
    _passed: set[str] = field(default_factory=set)

    def take(self, records: Iterable[Row | Feedback]) -> None:
        """Of two rows of one decision, or two judgements by one source, the later counts."""
        for record in records:
            if isinstance(record, Feedback):
                heard = self._said.setdefault(record.decision, {})
                before = heard.get(record.source)
                if before is None or before.time <= record.time:
                    heard[record.source] = record
                continue
            why = _useless(record, self.auto, self.route)
            if why:
                self._left[why] += 1
                self._passed.add(record.facts.id)
                continue
            before_row = self._rows.get(record.facts.id)
            if before_row is not None:
                self._left["the same decision again"] += 1
            if before_row is None or before_row.time <= record.time:
                self._rows[record.facts.id] = _lightened(record)

    def kept(self) -> Kept:
        """All that came so far."""
        rows = sorted(self._rows.values(), key=lambda row: row.time)
        examples = tuple([_example(row, self._said.get(row.facts.id, {})) for row in rows])
        alone = {decision: len(heard) for decision, heard in self._said.items() if decision not in self._rows}
        unused = sum([count for decision, count in alone.items() if decision in self._passed])
        return Kept(examples, dict(self._left.most_common()), sum(alone.values()) - unused, unused)


def _useless(row: Row, auto: Container[str], route: str | None) -> str:
    """Why a row says nothing of the choice of a pool; empty where it does."""
    if route is not None and row.route != route:
        return "of another route"
    if row.cache.startswith("hit"):
        return "answered by the cache"
    if row.facts.asked_model not in auto:
        return "for a model by its name"
    if row.plan is None or not row.plan.attempts:
        return "refused before a pool was chosen"
    if not row.outcomes:
        return "never sent: the client left, or there was no room"
    plan = row.plan
    if plan.chances and plan.attempts[0].arm not in plan.chances:
        return "sent first where chance had not chosen"
    return ""


def _lightened(row: Row) -> Row:
    """Without how the prompt begins: no choice of a model looks at it, and it is most of a row."""
    if not row.facts.prefix:
        return row
    return msgspec.structs.replace(row, facts=msgspec.structs.replace(row.facts, prefix=()))


def _example(row: Row, heard: dict[str, Feedback]) -> Example:
    assert row.plan is not None
    said = next((heard[source].quality for source in TRUSTED if source in heard), math.nan)
    broken = row.midstream or row.status >= BROKEN or row.status == TOO_MANY
    return Example(
        row.time,
        row.facts,
        row.route,
        row.plan,
        row.outcomes,
        quality=math.nan if broken or row.gone else said,
        cost=row.cost,
        seconds=math.nan if row.gone or broken else row.duration,
        failed=math.nan if row.gone else float(broken),
    )
