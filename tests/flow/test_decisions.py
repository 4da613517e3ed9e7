"""Decisions that may yet be judged."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.flow.makers import outcome
from wrp_policies import Choice, Plan, Planner
from wrp_policies.types import Attempt
from wrp_router.flow.decisions import Decided, Decisions
from wrp_signals.facts import Facts


class Heard:
    """A selection that keeps what it is told."""

    tiers: frozenset[Any] = frozenset()

    def __init__(self) -> None:
        self.told: list[tuple[str, str, float]] = []

    def select(self, *args: Any) -> Choice:
        raise NotImplementedError

    def learn(self, *args: Any) -> None:
        raise NotImplementedError

    def judged(self, facts: Facts, plan: Plan, outcome: Any, quality: float) -> None:
        """What matters of it."""
        self.told.append((facts.id, outcome.pool, quality))

    def state(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        raise NotImplementedError


def decided(id: str, at: float = 0.0, session: str = "", tenant: str = "local", by: Heard | None = None) -> Decided:
    """A decision that the pool `small` answered."""
    facts = Facts(id, "chat", "auto", tenant=tenant, session=session)
    plan = Plan((Attempt("small", "small-a"),), "because")
    return Decided(facts, "all", at, Planner(by or Heard(), {}, "heard"), plan, "small", outcome())


def test_each_source_is_heard_once() -> None:
    """And told to the policy that chose."""
    policy = Heard()
    one = decided("dec_1", by=policy)
    assert [one.judge("client", 0.5), one.judge("client", 0.9), one.judge("next_turn", 0.2)] == [True, False, True]
    assert policy.told == [("dec_1", "small", 0.5), ("dec_1", "small", 0.2)]
    assert one.heard == {"client": 0.5, "next_turn": 0.2}


def test_judged_before_it_ended() -> None:
    """The policy hears it when we know how it ended; what broke off is judged by nobody."""
    policy, kept = Heard(), Decisions()
    one = decided("dec_1", session="s", by=policy)
    one.outcome = None
    kept.keep(one)
    assert one.judge("client", 0.5)
    assert policy.told == []
    one.settle(outcome())
    assert policy.told == [("dec_1", "small", 0.5)]
    kept.drop(one)
    kept.drop(one)
    assert (len(kept), kept.latest("s", "local", 0.0)) == (0, None)


def test_whose_it_is_and_for_how_long() -> None:
    """Another tenant's does not exist, nor one that is too old."""
    kept = Decisions(most=10, keep=60.0)
    kept.keep(decided("dec_1", at=100.0, tenant="a"))
    assert kept.find("dec_1", "a", 160.0) is not None
    assert kept.find("dec_1", "b", 160.0) is None
    assert kept.find("dec_1", "a", 160.1) is None
    assert kept.find("dec_2", "a", 100.0) is None


def test_the_latest_of_a_session() -> None:
    """Of the tenant's own; requests without one have none before them."""
    kept = Decisions()
    for id, session in (("dec_1", "s"), ("dec_2", "s"), ("dec_3", "")):
        kept.keep(decided(id, session=session))
    found = kept.latest("s", "local", 0.0)
    assert found is not None
    assert found.facts.id == "dec_2"
    assert kept.latest("s", "other", 0.0) is None
    assert kept.latest("", "local", 0.0) is None
    assert kept.latest("t", "local", 0.0) is None


def test_sessions_of_the_same_name() -> None:
    """Are each tenant's own: what one does hides nothing of the other's, nor takes it away."""
    kept = Decisions()
    for id, tenant in (("dec_1", "a"), ("dec_2", "b")):
        kept.keep(decided(id, session="s", tenant=tenant))
    latest = [kept.latest("s", tenant, 0.0) for tenant in ("a", "b")]
    assert [found.facts.id for found in latest if found is not None] == ["dec_1", "dec_2"]
    kept.drop(decided("dec_2", session="s", tenant="b"))
    assert kept.latest("s", "a", 0.0) is not None
    assert kept.latest("s", "b", 0.0) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "a", "b"])), max_size=40))
def test_bounded_by_number_and_age(steps: list[tuple[int, str]]) -> None:
    """At most so many, none too old once a newer one came, and no session whose latest is gone."""
    kept, now = Decisions(most=5, keep=50.0), 0.0
    for number, (later, session) in enumerate(steps):
        now += later
        kept.keep(decided(f"dec_{number}", at=now, session=session))
        alive = [f"dec_{n}" for n in range(number + 1) if kept.find(f"dec_{n}", "local", now) is not None]
        assert len(alive) == len(kept) <= 5
        assert alive == [f"dec_{n}" for n in range(number + 1 - len(alive), number + 1)]
        for name in ("a", "b"):
            latest = kept.latest(name, "local", now)
            mine = [f"dec_{n}" for n, (_, of) in enumerate(steps[: number + 1]) if of == name]
            assert ([latest.facts.id] if latest is not None else []) == [id for id in mine[-1:] if id in alive]
