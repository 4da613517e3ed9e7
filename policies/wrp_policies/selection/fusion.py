"""Several models answer, one of them, or another one, makes an answer of theirs. It sends nothing itself.

Mixture-of-Agents (Wang et al. 2024, arXiv:2406.04692) in one layer; with one pool and several samples Self-MoA (Li et
al. 2025, arXiv:2502.00674).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from wrp_policies.consulting.bounds import Purse, at_most, bytes_for, unfit
from wrp_policies.consulting.framing import spoken
from wrp_policies.consulting.types import Heard, Material
from wrp_policies.consulting.writing import fits
from wrp_policies.filters import usable
from wrp_policies.questions import MOST, Again, Asking, Question, Questions, Told
from wrp_policies.types import Pool, Pools
from wrp_signals.facts import Facts, RequestView
from wrp_signals.materials import Materials

from .asking import Asker, Budget, PoolName, Seconds, Tokens
from .spec import Spec


class Fusion(Spec, frozen=True, tag="fusion"):
    """All of `ask` answer at the same time, none of which the caller sees; then `write` answers, shown what they said.

    The pools of `ask` stand in for `write` where none of its servers is up.
    """

    ask: Annotated[
        tuple[PoolName, ...],
        Meta(min_length=1, max_length=MOST, description="Who is asked first; each has to speak the caller's dialect."),
    ]
    write: Annotated[PoolName, Meta(description="Who answers the caller; it may be one of them.")]
    samples: Annotated[int, Meta(ge=1, le=MOST, description="Answers of each pool; together 2 to 8.")] = 1
    temperature: Annotated[float, Meta(ge=0, le=2, description="How these are drawn.")] = 0.7
    tokens: Tokens = 1024
    budget: Budget = None
    seconds: Seconds = 30.0

    def __post_init__(self) -> None:
        if len(set(self.ask)) < len(self.ask):
            raise ValueError("fusion asks each pool once: `samples` says how often")
        if not 2 <= len(self.ask) * self.samples <= MOST:
            raise ValueError(f"{len(self.ask) * self.samples} answers: fusion takes 2 to {MOST}")

    @property
    def pools(self) -> tuple[str, ...]:
        """Who may answer the caller, in this order."""
        return tuple(dict.fromkeys((self.write, *self.ask)))

    @property
    def asks(self) -> tuple[str, ...]:
        """Who is asked first."""
        return self.ask

    def build(self, materials: Materials) -> Fusing:
        return Fusing(self, materials.secret)


class Fusing(Asker):
    """The policy."""

    __slots__ = ("_spec",)

    def __init__(self, spec: Fusion, secret: bytes = b"") -> None:
        super().__init__(spec.pools, "fusion", spec.seconds, secret)
        self._spec = spec

    def consult(self, facts: Facts, view: RequestView, pools: Pools, rng: random.Random) -> Asking[Material]:
        """One round. The request goes as it came where it cannot be shown more, or nobody answered."""
        spec = self._spec
        here = {pool.name: pool for pool in usable(pools) if view.operation in pool.abilities}
        writer = next((here[name] for name in spec.pools if name in here), None)
        if writer is None:
            return Material("nobody is asked: nobody could answer")
        alone = f"{writer.name} answers alone"
        why = unfit(facts, view, writer)
        if why:
            return Material(f"{alone}: {why}", writer.name)
        passed: list[str] = []
        questions = self._questions(facts, here, rng, passed)
        if not fits(facts, writer, len(questions), spec.tokens):
            return Material(f"{alone}: it is too long to be shown more", writer.name)
        told = (yield Questions(questions, spec.seconds)) if questions else ()
        heard = _heard(questions, told)
        named = ", ".join([*_told(questions, told), *passed])
        came = f"{len(heard)} of {len(questions)} answers came, of {named}"
        return self._shown(facts, view, writer, heard, spec.tokens, came)

    def _questions(
        self, facts: Facts, here: dict[str, Pool], rng: random.Random, passed: list[str]
    ) -> tuple[Question, ...]:
        """The first samples of all come before the second ones: a budget cuts at the end. Who is not asked is put
        down, and why."""
        spec, purse, most = self._spec, Purse(self._spec.budget), bytes_for(self._spec.tokens)
        found: list[Question] = []
        for name in spec.ask * spec.samples:
            why = self._passed_over(facts, here.get(name), purse)
            if why:
                passed.append(f"{name} ({why})")
            else:
                found.append(Question(name, Again(spec.temperature, rng.getrandbits(31)), spec.tokens, most))
        return tuple(found)

    def _passed_over(self, facts: Facts, pool: Pool | None, purse: Purse) -> str:
        """Why a pool is not asked; "" where it is, and its answer paid for at its dearest."""
        tokens = self._spec.tokens
        if pool is None:
            return "down, or of another dialect"
        if pool.context and facts.prompt_tokens + tokens > pool.context:
            return "too long"
        cost = at_most(pool, facts.prompt_tokens, tokens)
        if not purse.affords(cost):
            return "budget"
        purse.pay(cost)
        return ""


def _heard(questions: Sequence[Question], told: Sequence[Told]) -> list[Heard]:
    """What may be shown of what came."""
    found: list[Heard] = []
    for question, one in zip(questions, told, strict=True):
        text = spoken(one.answer.text) if one.answer is not None else ""
        if one.answer is not None and text:
            found.append(Heard(question.pool, text, short=one.answer.finish_reason == "length"))
    return found


def _told(questions: Sequence[Question], told: Sequence[Told]) -> list[str]:
    """Who said something, and who not, in words of ours."""
    both = zip(questions, told, strict=True)
    return [question.pool + (f" ({one.why})" if one.why else "") for question, one in both]
