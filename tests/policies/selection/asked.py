"""Plays a policy that asks before one answers: who answers what is asked, and what it comes to."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.policies import makers
from wrp_policies.cascading.types import Answer
from wrp_policies.consulting.types import Consulting, Material
from wrp_policies.questions import Question, Questions, Told
from wrp_policies.types import Pool, Pools
from wrp_signals.facts import Facts, Message, RequestView

VIEW = RequestView("chat", "auto", (Message("user", "What is 6 * 7?"),))
SECRET = b"s" * 32
ABLE = frozenset({"chat"})

Says = Callable[[Question], Told]


def pools(**changes: Any) -> Pools:
    """Small, math, large and a router model, that chat at $1 and $2 per million tokens."""
    given = {"abilities": ABLE, "price_in": 1.0, "price_out": 2.0, **changes}
    return tuple([makers.pool(name, **given) for name in ("small", "math", "large", "router")])


def without(there: Pools, *names: str) -> Pools:
    """The others."""
    return tuple([pool for pool in there if pool.name not in names])


def with_pool(there: Pools, changed: Pool) -> Pools:
    """With another one of that name."""
    return tuple([changed if pool.name == changed.name else pool for pool in there])


def said(text: str, **more: Any) -> Told:
    """An answer, that cost a little."""
    return Told(Answer(text, finish_reason=more.pop("finish", "stop")), cost=more.pop("cost", 1e-4), **more)


def silent(why: str = "status 500") -> Told:
    """None."""
    return Told(None, why)


def play(
    policy: Consulting,
    says: Says,
    there: Pools | None = None,
    facts: Facts | None = None,
    view: RequestView = VIEW,
    seed: int = 0,
) -> tuple[Material, list[Questions]]:
    """What it comes to, and all that was asked on the way."""
    work = policy.consult(facts or makers.facts(), view, pools() if there is None else there, random.Random(seed))
    asked: list[Questions] = []
    try:
        questions = next(work)
        while True:
            asked.append(questions)
            questions = work.send(tuple([says(one) for one in questions.asked]))
    except StopIteration as over:
        found: Material = over.value
        return found, asked


def names(asked: list[Questions]) -> list[list[str]]:
    """Who was asked, round by round."""
    return [[one.pool for one in questions.asked] for questions in asked]
