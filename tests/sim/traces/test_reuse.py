"""The facts one prints about a trace."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.traces import Arrival, Lengths, Reuse, Trace, repeat, reuse


def made(*arrivals: Arrival) -> Trace:
    return Trace("made", 10, lambda: iter(arrivals))


def test_a_trace_of_nothing():
    """Has no rate, no lengths and hits nothing."""
    assert reuse(made()) == Reuse(0, 0.0, 0.0, 0.0, 0, Lengths(), Lengths())


def test_leading_blocks_hit():
    """Those that earlier requests had, up to the first that is new; the last counts as far as the prompt goes."""
    facts = reuse(
        made(
            Arrival(0.0, 30, 1, (1, 2, 3)),
            Arrival(1.0, 40, 1, (1, 2, 9, 3)),  # 20
            Arrival(2.0, 20, 1, (7, 1)),  # 0: what comes before is another
            Arrival(4.0, 25, 1, (1, 2, 3)),  # 25
            Arrival(6.0, 10, 1),  # 0
        )
    )
    assert facts.hit == 45 / 125
    assert (facts.requests, facts.seconds, facts.rate, facts.blocks) == (5, 6.0, 4 / 6.0, 5)


def test_prompts_of_nothing_hit_nothing():
    """And divide by nothing."""
    assert reuse(made(Arrival(3.0, 0, 0), Arrival(3.0, 0, 0))).hit == 0.0


def test_instants_have_no_rate():
    """Two requests at once are not infinitely many."""
    assert reuse(made(Arrival(3.0, 1, 1), Arrival(3.0, 1, 1))).rate == 0.0


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=300))
def test_lengths(outputs: list[int]):
    """Mean and nearest ranks, as one would take them from the sorted list."""
    ranked = sorted(outputs)
    facts = reuse(made(*(Arrival(0.0, 5, output) for output in outputs)))
    assert facts.output == Lengths(
        pytest.approx(sum(outputs) / len(outputs)),  # type: ignore[arg-type]
        ranked[math.ceil(len(ranked) * 0.5) - 1],
        ranked[math.ceil(len(ranked) * 99 / 100) - 1],
    )
    assert facts.prompt == Lengths(5.0, 5, 5)


@given(st.lists(st.lists(st.integers(0, 20), max_size=5), max_size=20))
def test_rounds_that_share_hit_all(prompts: list[list[int]]):
    """A second round is in the cache whole; one of its own has the hits of the first again."""
    once = made(*(Arrival(0.0, 10 * len(blocks), 1, tuple(blocks)) for blocks in prompts))
    tokens = sum(10 * len(blocks) for blocks in prompts)
    hits = reuse(once).hit
    assert reuse(repeat(once, 2)).hit == pytest.approx(hits)
    assert reuse(repeat(once, 2, share=True)).hit == pytest.approx((hits + 1) / 2 if tokens else 0.0)
