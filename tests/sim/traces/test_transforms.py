"""What is done to a trace before it is played."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.traces import Arrival, Trace, TraceUnusable, cut, poisson, rate, repeat, reuse, skip, take
from wrp_router.sim.traces.transforms import ROUND

made = st.lists(
    st.tuples(st.floats(0, 1e6), st.integers(0, 99), st.lists(st.integers(0, (1 << 63) - 1), max_size=9)), max_size=12
).map(
    lambda rows: Trace(
        "made",
        10,
        lambda: iter(
            [
                Arrival(at, max(prompt, 10 * len(blocks)), n, tuple(blocks), f"s{n}", "t", "lora")
                for n, (at, prompt, blocks) in enumerate(sorted(rows))
            ]
        ),
    )
)


def times(trace: Trace) -> list[float]:
    return [arrival.at for arrival in trace]


def still(trace: Trace) -> list[Arrival]:
    """All but the times."""
    return [arrival.moved(0.0) for arrival in trace]


def ordered(trace: Trace) -> bool:
    return all(one.at <= other.at for one, other in pairwise(trace))


@given(made, st.integers(0, 15))
def test_taken_and_skipped_are_the_whole(trace: Trace, count: int):
    """What is skipped is not lost, what is left begins at 0."""
    whole = list(trace)
    assert list(take(trace, count)) == whole[:count]
    rest = skip(trace, count)
    assert still(rest) == still(trace)[count:]
    if count and whole[count:]:
        assert times(rest) == [arrival.at - whole[count].at for arrival in whole[count:]]


def test_no_more_is_read_than_taken():
    """A trace without end may be taken from."""
    endless = Trace("endless", 1, lambda: (Arrival(float(n), 1, 1) for n in iter(int, 1)))
    assert len(list(take(endless, 5))) == 5


@given(made, st.integers(1, 99))
def test_a_cut_keeps_blocks_that_begin_before_it(trace: Trace, tokens: int):
    """Shorter prompts stay as they are, times and outputs too."""
    for before, after in zip(trace, cut(trace, tokens), strict=True):
        assert after.prompt == min(before.prompt, tokens)
        assert after.blocks == before.blocks[: math.ceil(after.prompt / 10)]
        assert after == Arrival(before.at, after.prompt, before.output, after.blocks, before.session, "t", "lora")


@pytest.mark.parametrize(("tokens", "blocks"), [(1, 1), (10, 1), (11, 2), (30, 3), (35, 4)])
def test_a_cut_at_and_inside_blocks(tokens: int, blocks: int):
    """One that the cut goes through stays."""
    trace = Trace("t", 10, lambda: iter([Arrival(0.0, 35, 1, (1, 2, 3, 4))]))
    assert [arrival.blocks for arrival in cut(trace, tokens)] == [(1, 2, 3, 4)[:blocks]]


@given(made, st.floats(0.01, 1_000))
def test_a_rate_is_met(trace: Trace, qps: float):
    """Gaps keep their proportions, nothing else changes, and the first request comes at 0."""
    whole = times(trace)
    if len(whole) > 1 and whole[-1] - whole[0] < 1e-3:
        return
    scaled = rate(trace, qps)
    assert still(scaled) == still(trace)
    assert ordered(scaled)
    if len(whole) > 1:
        assert reuse(scaled).rate == pytest.approx(qps)
        factor = (len(whole) - 1) / qps / (whole[-1] - whole[0])
        assert times(scaled) == pytest.approx([(one - whole[0]) * factor for one in whole])


def test_a_rate_needs_a_span(at):
    """Requests at one instant have none; one alone, or none, is left alone."""
    with pytest.raises(TraceUnusable, match="made: all 3 requests arrive at once"):
        rate(at([4.0, 4.0, 4.0]), 1.0)
    assert times(rate(at([4.0]), 1.0)) == [4.0]
    assert times(rate(at([]), 1.0)) == []


@given(made, st.floats(0.01, 1_000), st.integers())
def test_a_poisson_process_keeps_the_order(trace: Trace, qps: float, seed: int):
    """The same requests, the same times for the same seed and in every iteration."""
    drawn = poisson(trace, qps, random.Random(seed))
    assert still(drawn) == still(trace)
    assert ordered(drawn)
    assert times(drawn) == times(drawn) == times(poisson(trace, qps, random.Random(seed)))


def test_a_poisson_process_has_its_rate(at):
    """Gaps have the mean 1/qps, and deviate by as much; other seeds draw others."""
    trace = at([0.0] * 4_000)
    drawn = poisson(trace, 5.0, random.Random(1))
    gaps = [other - one for one, other in pairwise(times(drawn))]
    mean = sum(gaps) / len(gaps)
    deviation = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    assert mean == pytest.approx(0.2, rel=0.06)
    assert deviation == pytest.approx(mean, rel=0.08)
    assert times(drawn) != times(poisson(trace, 5.0, random.Random(2)))


def test_one_rng_serves_several(at):
    """Each draws its own."""
    rng, trace = random.Random(1), at(range(5))
    assert times(poisson(trace, 1.0, rng)) != times(poisson(trace, 1.0, rng))


@given(made, st.integers(1, 4))
def test_rounds_share_nothing(trace: Trace, rounds: int):
    """Neither blocks nor sessions; the first is the trace, each has the sharing of the first."""
    small = trace.through(lambda arrivals: (_numbered(arrival) for arrival in arrivals))
    whole, count = list(repeat(small, rounds)), len(list(small))
    parts = [whole[turn * count : turn * count + count] for turn in range(rounds)]
    assert len(whole) == rounds * count
    assert parts[0] == list(small)
    for turn, part in enumerate(parts):
        named = f"#{turn}" if turn else ""
        assert [arrival.session for arrival in part] == [arrival.session + named for arrival in parts[0]]
        assert [arrival.blocks for arrival in part] == [
            tuple(block + turn * ROUND for block in arrival.blocks) for arrival in parts[0]
        ]
    assert all(before.at <= after.at for before, after in pairwise(whole))


def _numbered(arrival: Arrival) -> Arrival:
    return Arrival(
        arrival.at, arrival.prompt, arrival.output, tuple(block % ROUND for block in arrival.blocks), arrival.session
    )


@given(made, st.integers(1, 4))
def test_rounds_may_share(trace: Trace, rounds: int):
    """Then they are the same but for their times."""
    assert still(repeat(trace, rounds, share=True)) == still(trace) * rounds


def test_ids_stay_in_63_bits():
    """Hashed ones wrap around, and stay apart within a round."""
    ids = ((1 << 63) - 1, (1 << 63) - 2, 0)
    _, again = repeat(Trace("t", 1, lambda: iter([Arrival(0.0, 3, 1, ids)])), 2)
    assert again.blocks == (ROUND - 1, ROUND - 2, ROUND)
    assert again.session == ""


@pytest.mark.parametrize(
    ("once", "thrice"),
    [
        ([0.0, 1.0, 4.0], [0.0, 1.0, 4.0, 6.0, 7.0, 10.0, 12.0, 13.0, 16.0]),
        ([5.0, 6.0], [5.0, 6.0, 7.0, 8.0, 9.0, 10.0]),
        ([5.0], [5.0, 5.0, 5.0]),
        ([], []),
    ],
)
def test_rounds_are_back_to_back(at, once: list[float], thrice: list[float]):
    """A mean gap lies between them, so the rate stays."""
    assert times(repeat(at(once), 3)) == pytest.approx(thrice)


def test_a_round_is_read_when_it_comes(at):
    """Millions of rounds cost nothing until then."""
    assert len(list(islice(repeat(at([0.0, 1.0]), 1 << 40), 7))) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        lambda trace: take(trace, -1),
        lambda trace: skip(trace, -1),
        lambda trace: cut(trace, 0),
        lambda trace: repeat(trace, 0),
        lambda trace: rate(trace, 0.0),
        lambda trace: rate(trace, math.inf),
        lambda trace: poisson(trace, math.nan, random.Random(0)),
    ],
)
def test_numbers_without_sense_are_refused(at, wrong: Callable[[Trace], Trace]):
    """At once, not when somebody iterates."""
    with pytest.raises(ValueError, match=r"at least|a rate is"):
        wrong(at([0.0]))
