"""What happened to one request so far: the flow writes it, and in the end it becomes a Row."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wrp_cache.types import Entry, Hit, Veto
from wrp_policies import Planner
from wrp_policies.cascading.types import Verdict
from wrp_policies.consulting.types import Material
from wrp_policies.examples.types import Given
from wrp_policies.types import REJECTED, Attempt, Outcome, Plan
from wrp_router.accounts import Charge, Level
from wrp_router.errors import RouterError
from wrp_router.record import CacheResult, Cascaded, Phase, Row, Shed, Spared
from wrp_router.wire.extras import NO_EXTRA, Extra
from wrp_signals.facts import Bound, Facts, Reading, facts_of, with_readings

from .asks import Amended, Ask, Label
from .commands import ClientGone, Delivered
from .decisions import Decided
from .pricing import FREE, cost_of
from .telling import told

NOTHING = Delivered()
NOBODY: frozenset[tuple[str, str]] = frozenset()
AS_IT_CAME: Mapping[Given | None, Amended] = {}


class Story:
    """Private to one flow. Nothing outside `flow` sees it; everything else sees the frozen Row."""

    __slots__ = (
        "absent",
        "amended",
        "aside",
        "ask",
        "avoided",
        "before",
        "cache",
        "cascade",
        "decided",
        "delivered",
        "ended",
        "error",
        "facts",
        "final",
        "formed",
        "gone",
        "hit",
        "inquiries",
        "kept",
        "levels",
        "material",
        "model",
        "outcomes",
        "plan",
        "planner",
        "prefill",
        "prices",
        "probe",
        "readings",
        "rejected",
        "reserved",
        "route",
        "shed",
        "shelf",
        "spared",
        "spent",
        "started",
        "status",
        "verdict",
        "vetoes",
        "why",
    )

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.facts = facts_of(ask.view, ask.id, ask.prompt_tokens)
        self.readings: dict[str, Reading] = {}
        self.absent: set[str] = set()
        self.route = self.why = ""
        self.before: Decided | None = None
        self.decided: Decided | None = None
        self.plan: Plan | None = None
        self.planner: Planner | None = None
        self.material: Material | None = None
        self.model = ""
        self.prices = FREE
        self.prefill = ""
        self.final = False
        self.formed = False
        self.avoided = NOBODY
        self.rejected: tuple[str, ...] = ()
        self.shelf = ""
        self.amended = AS_IT_CAME
        self.verdict: Verdict | None = None
        self.aside: Label | None = None
        self.ended: Outcome | None = None
        self.cascade: Cascaded = ""
        self.outcomes: list[Outcome] = []
        self.inquiries: tuple[Outcome, ...] = ()
        self.kept: Entry | None = None
        self.cache: CacheResult = "off"
        self.hit: Hit | None = None
        self.probe: Hit | None = None
        self.vetoes: tuple[Veto, ...] = ()
        self.spared: Spared = ""
        self.spent = 0.0
        self.reserved: Charge | None = None
        self.levels: tuple[Level, ...] = ()
        self.started = 0.0
        self.status = 0
        self.error = ""
        self.gone: Phase = ""
        self.shed: Shed = ""
        self.delivered = NOTHING

    def asked(self, signal: str) -> bool:
        """Whether it was read, or did not make it."""
        return signal in self.readings or signal in self.absent

    def routed(self, route: str) -> None:
        """The readings are in: from here on the facts stand."""
        self.route = route
        if self.readings or self.absent:
            self.facts = with_readings(self.facts, self.readings, tuple(sorted(self.absent)))

    def embedded(self, vectors: dict[str, bytes]) -> None:
        """What was asked, for those who choose a model by it."""
        if vectors:
            self.facts = msgspec.structs.replace(self.facts, vectors=vectors)

    def begins(self, prefix: tuple[int, ...]) -> None:
        """How the prompt begins, for those who look for the server that knows it."""
        if prefix:
            self.facts = msgspec.structs.replace(self.facts, prefix=prefix)

    def goes_on(self, pool: str, bound: Bound) -> None:
        """The conversation was there."""
        self.facts = msgspec.structs.replace(self.facts, served=pool, bound=bound)

    def found(self, hit: Hit, *, shared: bool = False) -> None:
        self.hit = hit
        self.cache = "hit-shared" if shared else "hit-exact" if hit.kind == "exact" else "hit-semantic"

    @property
    def answered(self) -> bool:
        """Whether the client has an engine's whole answer."""
        return self.served is not None

    @property
    def served(self) -> Outcome | None:
        """How the attempt ended whose whole answer the client has, if it has one: the last, or the last that was set
        aside, where that was given after all."""
        if self.delivered is NOTHING or self.gone:
            return None
        given = (
            [one for one in self.outcomes if one.reason == REJECTED] if self.cascade == "returned" else self.outcomes
        )
        return given[-1] if given and given[-1].ok else None

    def failed(self, error: RouterError) -> None:
        self.status, self.error = error.status, error.code

    def left(self, gone: ClientGone, now: float) -> None:
        self.gone = gone.phase
        self.delivered = Delivered(last=now - self.ask.arrived)
        self.status, self.error = 499, "client_gone"
        ended = gone.outcome or self.ended
        if ended is not None:
            self.learn(ended)

    def sent(self, given: Given | None = None) -> Facts:
        """What is known of the request as it is sent by attempts that have these examples, or none."""
        amended = self.amended.get(given)
        return self.facts if amended is None else amended.facts

    def beside(self, given: Given | None = None) -> Extra:
        """What such attempts send with it."""
        amended = self.amended.get(given)
        return NO_EXTRA if amended is None else amended.extra

    def learn(self, outcome: Outcome) -> Outcome:
        """An attempt has ended so, by the client's leaving maybe: that costs, too. As `priced` has it."""
        plan, planner = self.plan, self.planner
        priced = self.priced(outcome)
        self.outcomes.append(priced)
        if plan is None or planner is None:
            return priced
        given = next((one.given for one in plan.attempts if one.pool == priced.pool), None) if self.amended else None
        planner.learn(self.sent(given), plan, priced)
        return priced

    def priced(self, outcome: Outcome) -> Outcome:
        """The outcome with its cost in US$ at the prices of the pool that is tried, with the server that computed the
        prompt, if another one did, and what was said of the answer."""
        if self.verdict is not None:
            score = self.verdict.score
            quality = outcome.quality if score is None else score
            outcome = msgspec.structs.replace(outcome, quality=quality, evidence=self.verdict.evidence)
        if self.prices == FREE and not self.prefill:
            return outcome
        return msgspec.structs.replace(
            outcome, cost=cost_of(outcome, self.prices, self.facts.prompt_tokens), prefill=self.prefill
        )

    def label(self, attempt: Attempt | None = None, model: str = "") -> Label:
        """What the headers of the answer say at this point."""
        label = self._label(attempt, model)
        return msgspec.structs.replace(label, told=told(self)) if self.ask.tells else label

    def _label(self, attempt: Attempt | None, model: str) -> Label:
        if self.hit is not None:
            entry = self.hit.entry
            return Label(self.ask.id, self.route, "cache", entry.model, entry.served_by, "", self.cache, 0)
        return Label(
            decision=self.ask.id,
            route=self.route,
            policy=self.plan.policy if self.plan is not None else "",
            model=model,
            pool=attempt.pool if attempt is not None else "",
            server=attempt.server if attempt is not None else "",
            cache=self.cache,
            attempts=len(self.outcomes) + (attempt is not None),
            levels=self.levels,
        )

    def row(self) -> Row:
        done = self.delivered
        # not all by name: a call with more than 15 names goes by way of a dict, which takes five times as long
        return Row(
            self.ask.time,
            self.facts,
            self.ask.request_id,
            self.route,
            self.why,
            self.plan,
            tuple(self.outcomes),
            self.cache,
            self.hit.similarity if self.hit is not None else 0.0,
            tuple([veto.evidence for veto in self.vetoes]),
            status=self.status or done.status,
            error=self.error or done.error,
            ttft=done.first,
            duration=done.last,
            overhead=done.overhead,
            cost=sum([outcome.cost for outcome in (*self.outcomes, *self.inquiries)]),
            saved=self.hit.entry.cost if self.hit is not None else 0.0,
            gone=self.gone,
            midstream=bool(done.error),
            trace=self.ask.trace,
            shed=self.shed,
            cascade=self.cascade,
            inquiries=self.inquiries,
            key=self.ask.caller_key,
            spared=self.spared,
        )
