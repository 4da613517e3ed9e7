"""How the cache's bars move: with the load behind it, or with what a checked sample of its hits has shown."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from .units import Duration, Percent
from .words import means

Wrong = Annotated[Percent, Meta(gt=0, le=0.2)]


class CompareConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that is asked whether the cached answer says what the fresh one does, where neither words nor vectors
    tell. It is sent the last user message and both answers, after the client has its own."""

    shorthand: ClassVar[str] = "pool"

    pool: Annotated[str, Meta(min_length=1), means("Who is asked; it gets no key of the caller's.")]
    longest: Annotated[
        int,
        Meta(ge=1024, le=1_000_000),
        means("Characters of question and answers together; others are not asked about."),
    ] = 24_000
    tokens: Annotated[
        int, Meta(ge=16, le=16_384), means("The most that its verdict may have; more for a model that thinks first.")
    ] = 64
    patience: Annotated[Duration, Meta(gt=0, le=600), means("How long it may take.")] = 10.0


Judged = Annotated[
    CompareConfig | None,
    means("A pool that says whether two answers say the same; without one, what nothing else tells counts as wrong."),
]


class BudgetedBars(msgspec.Struct, frozen=True, tag_field="kind", tag="budget", forbid_unknown_fields=True):
    """A sample of the hits by likeness goes upstream instead; each category's bar stands where wrong hits stay within
    the budget."""

    wrong: Annotated[Wrong, means("The share of hits by likeness that may be wrong.")] = 0.01
    probe: Annotated[
        Percent, Meta(gt=0, lt=1), means("The share of would-be hits that are checked; more where more are wrong.")
    ] = 0.1
    look: Annotated[
        Percent, Meta(gt=0, le=1), means("The share of neighbours below the bar that are compared; they go upstream.")
    ] = 1.0
    lower: Annotated[
        bool, means("Whether a bar may fall below its threshold, to the category's floor, where hits prove right.")
    ] = False
    judge: Judged = None


class VerifiedBars(msgspec.Struct, frozen=True, tag_field="kind", tag="verified", forbid_unknown_fields=True):
    """Every answer learns how near a question has to be (the rule of vCache, arXiv 2502.03771)."""

    wrong: Annotated[Wrong, means("The share of questions with a neighbour that may get a wrong answer.")] = 0.01
    each: Annotated[bool, means("Whether that holds of the answers that are served, too. Serves less.")] = False
    judge: Judged = None


class ReliefConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far bars fall, to their floors at most, while all models behind a route are overloaded."""

    enter: Annotated[float, Meta(gt=0), means("Load (1: every slot is taken) at which bars begin to fall.")] = 0.85
    leave: Annotated[float, Meta(ge=0), means("Load at which they are back where they were; below `enter`.")] = 0.6
    full: Annotated[float, Meta(gt=0), means("Load from which on they have fallen by `most`.")] = 1.1
    most: Annotated[float, Meta(gt=0, le=1), means("How far they fall, in cosine similarity.")] = 0.1
    ramp: Annotated[Duration, Meta(ge=0), means("How long the whole way up or down takes.")] = 30.0


AdaptConfig = BudgetedBars | VerifiedBars
