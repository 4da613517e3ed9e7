"""The small model first; what a verifier does not accept of it goes to the next one. It sends nothing itself."""

from __future__ import annotations

import random
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wrp_policies.balancing.costs import demand
from wrp_policies.cascading.cards import Card, read_card
from wrp_policies.cascading.cases import Case, Examiner
from wrp_policies.cascading.types import NEVER, Held, Hold, Verdict, Verifier
from wrp_policies.cascading.verifiers import VerifierSpec
from wrp_policies.cascading.verifiers.learned import Learned, LearnedVerifier
from wrp_policies.questions import Asking
from wrp_policies.types import Attempt, Choice, Pool, Pools, Tiers
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts, RequestView
from wrp_signals.materials import Materials

from .spec import Spec

Doubt = Literal["escalate", "accept"]
"""What becomes of an answer of which nobody can say how good it is."""


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of an answer is held back until it is verified."""

    bytes: Annotated[
        int, Meta(ge=1024, le=64 << 20, extra={"unit": "size"}, description="At most so much of a stream.")
    ] = 1 << 20
    seconds: Annotated[
        float,
        Meta(gt=0, le=600, extra={"unit": "duration"}, description="At most so long after a stream's first token."),
    ] = 10.0
    over: Annotated[
        Doubt,
        Meta(
            description="What becomes of a stream beyond these bounds: `accept` lets it go on unverified, since who "
            "waited so long would wait again, and pay twice; `escalate` where a guarantee is to hold of all answers."
        ),
    ] = "accept"


class Cascade(Spec, frozen=True, tag="cascade"):
    """Pools from the cheapest to the best. All but the last have to pass `accept`; a server that fails is another
    matter, and others of its pool stand in for it."""

    pools: Annotated[tuple[str, ...], Meta(min_length=2, max_length=4)]
    accept: Annotated[VerifierSpec, Meta(description="What an answer has to pass to be given to the client.")]
    thresholds: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="A file of `wrp train cascade --verifier KIND` for this kind of verifier: its thresholds, by "
            "the signal `category`, take the place of `at`."
        ),
    ] = None
    unknown: Annotated[
        Doubt,
        Meta(description="What becomes of an answer that the verifier can say nothing of, as of several choices."),
    ] = "escalate"
    hold: Annotated[Holding, Meta(description="How much of an answer is held back until it is verified.")] = Holding()
    prefix: Annotated[
        int,
        Meta(
            ge=0,
            le=65_536,
            description="Judge a stream by its first so many tokens, and let it go on then; 0: by all of it. For "
            "`logprob` and `margin`. What is escalated then is cut off, and cannot be served any more.",
        ),
    ] = 0
    slo_ttft: Annotated[
        Annotated[float, Meta(gt=0, extra={"unit": "duration"})] | None,
        Meta(
            description="Within which a first token is wanted, from the arrival on: where the next pool would be "
            "later, the small answer is served. Without it, the caller's deadline."
        ),
    ] = None

    def __post_init__(self) -> None:
        if len(set(self.pools)) < len(self.pools):
            raise ValueError("a cascade names each pool once")
        parts = getattr(self.accept, "of", (self.accept,))
        if self.prefix and not all([part.partial for part in parts]):
            raise ValueError("only `logprob` and `margin` can judge an answer by its `prefix`")

    @property
    def asks(self) -> tuple[str, ...]:
        """Its judges."""
        return self.accept.asks

    @property
    def by_category(self) -> bool:
        """Whether bars may differ by it: the card knows."""
        return self.thresholds is not None or isinstance(self.accept, Learned)

    def build(self, materials: Materials) -> Climb:
        """Raises CardDamaged, OSError for a file of thresholds or a head."""
        verifier = self.accept.build(materials)
        card = verifier.card if isinstance(verifier, LearnedVerifier) else None
        if self.thresholds is not None:
            card = read_card(self.thresholds, str(self.accept.__struct_config__.tag), materials)
        return Climb(self, verifier, card)


class Climb(Unlearned):
    """The policy. Chance plays no part: the first pool is the same for all requests of a category."""

    __slots__ = ("_card", "_examiner", "_judge", "_spec", "_verifier", "by_category", "hold")

    tiers: Tiers = frozenset()

    def __init__(self, spec: Cascade, verifier: Verifier | Examiner, card: Card | None = None) -> None:
        self._spec = spec
        self._verifier = verifier
        self._examiner = verifier if isinstance(verifier, Examiner) else None
        self._judge = None if isinstance(verifier, Examiner) else verifier
        self._card = card
        self.hold = Hold(spec.hold.bytes, spec.hold.seconds, spec.prefix, verifier.tops)
        self.by_category = card is not None and len(card.thresholds) > 1

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        """In the order written, each but the last with its bar. Where no answer would be accepted the last one is asked
        at once, and the others are its spares."""
        here = {pool.name for pool in pools}
        order = tuple([name for name in self._spec.pools if name in here])
        bar = self._bar(facts)
        if len(order) == 1 or bar <= 0.0:
            return Choice(order, why="cascade: no bar" if len(order) > 1 else "cascade: only one is up")
        if bar >= NEVER:
            return Choice((order[-1], *order[:-1]), why=f"cascade: nothing of {facts.category()!r} is accepted")
        bars = dict.fromkeys(order[:-1], bar)
        judged = f", as {' and '.join(self._spec.asks)} will be asked" if self._spec.asks else ""
        return Choice(order, f"cascade: {' > '.join(order)} below {bar:.3g}{judged}", bars=bars)

    def judged(self, facts: Facts, plan: object, outcome: object, quality: float) -> None:
        """Nothing follows from it: thresholds are calibrated, not learned."""

    def _bar(self, facts: Facts) -> float:
        return self._verifier.bar if self._card is None else self._card.bar(facts.category())

    def verify(self, facts: Facts, held: Held, attempt: Attempt, view: RequestView) -> Verdict | Asking[Verdict]:
        """How good the answer is. An answer that is not there as far as it has to be cannot be judged."""
        if held.answer is None:
            return Verdict(None, "unreadable")
        if held.over:
            return Verdict(None, f"over {held.over}")
        judge, examiner = self._judge, self._examiner
        if not held.whole and (judge is None or not judge.partial):
            return Verdict(None, "not whole")
        if judge is not None:
            return judge.judge(facts, held.wanted, held.answer)
        assert examiner is not None
        return examiner.examine(Case(facts, view, held.wanted, held.answer, attempt.pool, attempt.accept_at))

    def doubt(self, held: Held) -> Doubt:
        """What becomes of an answer that cannot be judged."""
        return self._spec.hold.over if held.over else self._spec.unknown

    def too_late(self, facts: Facts, pool: Pool, waited: float, left: float) -> str:
        """Why the next pool would be too late, "" if it would not: `waited` seconds have gone by since the request
        came, `left` are left to its deadline."""
        return _why(pool, expected_ttft(facts, pool), self.left(waited, left))

    def left(self, waited: float, left: float) -> float:
        """Seconds within which the answer's first byte is wanted."""
        return left if self._spec.slo_ttft is None else min(left, self._spec.slo_ttft - waited)

    def too_slow(self, facts: Facts, pool: Pool, tokens: int, left: float) -> str:
        """Why so many tokens would not be there within the `left` seconds, "" if they would."""
        return _why(pool, expected(facts, pool, tokens), left)


def _why(pool: Pool, wanted: float, left: float) -> str:
    return f"{pool.name} would take {wanted:.2f} s, {max(0.0, left):.2f} s are left" if wanted > left else ""


def expected_ttft(facts: Facts, pool: Pool) -> float:
    """Seconds to a first token on the soonest server that is up: its queue of prompts and this one at its measured
    speed; or, where speed has not been measured, what first tokens took lately for each request on it, and this one."""
    return expected(facts, pool, 0)


def expected(facts: Facts, pool: Pool, tokens: int) -> float:
    """Seconds to so many tokens of an answer: likewise, and what tokens took lately."""
    wanted = demand(facts, pool)
    times = [
        (wanted.ttft(server) if server.prefill else server.ttft * (1 + server.pending // max(1, facts.prompt_tokens)))
        + tokens * server.tpot
        for server in pool.servers
        if server.up
    ]
    return min(times, default=0.0)
