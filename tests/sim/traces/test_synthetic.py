"""Traces that are made: they have what their docstrings say."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_router.sim.traces import Trace, hot, reuse, synthetic
from wrp_router.sim.traces.synthetic import LONGEST


def well_formed(trace: Trace) -> bool:
    """In order; as many blocks as each prompt fills, none of them twice, and an output."""
    arrivals = list(trace)
    return all(one.at <= other.at for one, other in pairwise(arrivals)) and all(
        len(arrival.blocks) == math.ceil(arrival.prompt / trace.block_tokens)
        and len(set(arrival.blocks)) == len(arrival.blocks)
        and arrival.output >= 1
        and 1 <= arrival.prompt <= LONGEST + 13 * 512
        for arrival in arrivals
    )


@settings(max_examples=20)
@given(st.integers(), st.integers(0, 400))
def test_they_are_well_formed_and_repeat(seed: int, requests: int):
    """The same seed gives the same, and a longer trace begins with the shorter."""
    for make in (synthetic, hot):
        trace = make(seed, requests)
        assert well_formed(trace)
        assert len(list(trace)) == requests
        assert list(trace) == list(make(seed, requests))
        assert list(trace)[: requests // 2] == list(make(seed, requests // 2))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_recipe_is_met(seed: int):
    """Means, sharing and rate of 8,000 requests."""
    facts = reuse(synthetic(seed, 8_000))
    assert facts.requests == 8_000
    assert facts.hit == pytest.approx(0.59, abs=0.03)
    assert facts.prompt.mean == pytest.approx(8_600, rel=0.06)
    assert facts.output.mean == pytest.approx(180, rel=0.08)
    assert facts.rate == pytest.approx(6.5, rel=0.05)
    assert facts.output.p50 < 0.6 * facts.output.mean
    assert facts.prompt.p99 > 4 * facts.prompt.mean


def test_two_prefixes_are_hot():
    """37.8 % begin with 13 blocks, 14.9 % with 6 others; nothing else begins so often."""
    arrivals = list(synthetic(3, 8_000))
    deep = Counter(arrival.blocks[:13] for arrival in arrivals if len(arrival.blocks) > 13).most_common(2)
    flat = Counter(arrival.blocks[:6] for arrival in arrivals if len(arrival.blocks) > 6).most_common(3)
    assert deep[0][1] / 8_000 == pytest.approx(0.378, abs=0.02)
    assert flat[1][1] / 8_000 == pytest.approx(0.149, abs=0.02)
    assert max(deep[1][1], flat[2][1]) / 8_000 < 0.01
    assert {arrival.session for arrival in arrivals if arrival.blocks[:6] in (flat[0][0], flat[1][0])} == {""}


def test_conversations_are_trees():
    """A later turn begins with the full blocks of an earlier prompt of its session; some of them part ways."""
    sessions = defaultdict(list)
    for arrival in synthetic(4, 6_000):
        if arrival.session:
            sessions[arrival.session].append(arrival)
    later = [turns for turns in sessions.values() if len(turns) > 1]
    assert len(later) > 300
    parted = 0
    for turns in later:
        for place, turn in enumerate(turns[1:], 1):
            starts = [one.blocks[: one.prompt // 512] for one in turns[:place]]
            assert any(turn.blocks[: len(start)] == start for start in starts)
            parted += turn.blocks[: len(starts[-1])] != starts[-1]
    assert parted > 50


def test_no_two_conversations_share():
    """What is shared is shared within a session, or is one of the hot prefixes."""
    owners: dict[int, str] = {}
    for arrival in synthetic(5, 3_000):
        for block in arrival.blocks:
            assert owners.setdefault(block, arrival.session) == arrival.session


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_one_prefix_is_hot(share: float):
    """It takes its share; the others get the rest evenly."""
    starts = Counter(arrival.blocks[:16] for arrival in hot(1, 4_000, share, others=4))
    counts = sorted(starts.values(), reverse=True)
    first = max(counts) if share else 0
    assert first / 4_000 == pytest.approx(share, abs=0.03)
    for other in counts[1 if share else 0 :]:
        assert other / 4_000 == pytest.approx((1 - share) / 4, abs=0.03)


def test_they_say_that_they_are_made():
    """By name and by docstring."""
    assert (synthetic(3, 1).name, hot(4, 1).name) == ("synthetic-3", "hot-4")
    for make in (synthetic, hot):
        assert (make.__doc__ or "").startswith("SYNTHETIC")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: synthetic(0, -1),
        lambda: synthetic(0, 1, qps=0.0),
        lambda: hot(0, 1, qps=math.nan),
        lambda: hot(0, 1, 1.5),
        lambda: hot(0, 1, math.nan),
        lambda: hot(0, 1, blocks=0),
        lambda: hot(0, 1, others=0),
    ],
)
def test_numbers_without_sense_are_refused(wrong):
    """At once, not when somebody iterates."""
    with pytest.raises(ValueError, match=r"at least|at a rate"):
        wrong()
