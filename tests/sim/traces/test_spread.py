"""Times that a slow clock wrote down."""

from __future__ import annotations

import math
import random
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.traces import Arrival, Trace, open_trace, quantum_of, spread


def made(times: list[float]) -> Trace:
    return Trace("made", 10, lambda: iter([Arrival(time, n, n) for n, time in enumerate(times)]))


def ticks(length: float, miss: float = 0.0, each: int = 10, count: int = 40) -> list[float]:
    """So many requests at every tick of a clock that misses it by up to `miss`."""
    rng = random.Random(3)
    return [tick * length + off for tick in range(count) for off in [round(rng.uniform(0, miss), 3)] * each]


@pytest.mark.parametrize(
    ("times", "quantum"),
    [
        (ticks(3.0), 3.0),
        (ticks(3.0, each=1), 3.0),
        (ticks(3.0, miss=0.002), 3.0),
        (ticks(3.053), 3.053),
        (ticks(0.05), 0.05),
        ([7.0 + tick for tick in ticks(3.0)], 3.0),
        ([6.0 * n if n % 2 else 9.0 * n for n in (0, 1, 2, 3, 6, 7, 8, 11, 12)], 6.0),
        (ticks(3.0, count=7), 0.0),
        (ticks(0.001), 0.0),
        ([math.sqrt(n) for n in range(100)], 0.0),
        ([1.0] * 100, 0.0),
        ([], 0.0),
    ],
)
def test_a_quantum_is_found(times: list[float], quantum: float):
    """From the times of the first requests; where there is none, or too little to tell, it is 0."""
    assert quantum_of(made(sorted(times))) == pytest.approx(quantum)


def test_only_the_first_are_looked_at():
    """A trace without end has a quantum too."""
    endless = Trace("endless", 1, lambda: (Arrival(3.0 * (n // 4), 1, 1) for n, _ in enumerate(iter(int, 1))))
    assert quantum_of(endless) == 3.0


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(0, 1 << 32), st.sampled_from([0.0, 0.001]))
def test_requests_stay_in_their_quantum(counts: list[int], seed: int, miss: float):
    """In order, and none is lost; the same for the same seed and in every iteration."""
    rng = random.Random(seed)
    starts = {tick: 3.0 * tick + miss * rng.randint(-1, 1) + 1 for tick in counts}
    before = made(sorted(starts[tick] for tick in counts))
    after = spread(before, 3.0, random.Random(seed))
    assert [arrival.prompt for arrival in after] == [arrival.prompt for arrival in before]
    assert all(one.at <= other.at for one, other in pairwise(after))
    assert all(one.at <= other.at <= one.at + 3.0 for one, other in zip(before, after, strict=True))
    assert list(after) == list(after) == list(spread(before, 3.0, random.Random(seed)))


@given(st.lists(st.floats(0, 1e9), max_size=40), st.floats(0.001, 1e6), st.integers())
def test_any_times_stay_in_order(times: list[float], quantum: float, seed: int):
    """Whatever the quantum, and whether there is one."""
    after = spread(made(sorted(times)), quantum, random.Random(seed))
    assert [arrival.prompt for arrival in after] == list(range(len(times)))
    assert all(one.at <= other.at for one, other in pairwise(after))


def test_the_quantum_is_filled_evenly():
    """Every tenth of it gets about a tenth of the requests."""
    tenths = [0] * 10
    for arrival in spread(made(ticks(3.0, count=400)), None, random.Random(5)):
        tenths[int(arrival.at % 3.0 / 0.3)] += 1
    assert max(tenths) < 480
    assert min(tenths) > 320


def test_a_late_tick_makes_its_quantum_shorter():
    """The next one begins where its first request stands, so nothing falls into two."""
    after = [arrival.at for arrival in spread(made([0.0] * 50 + [2.999] * 50 + [6.0] * 50), 3.0, random.Random(1))]
    assert max(after[:50]) <= 2.999 <= min(after[50:100]) <= max(after[50:100]) <= 6.0 <= min(after[100:])


def test_one_quantum_is_held_at_a_time():
    """What comes later is not read before it is needed."""
    read: list[float] = []

    def arrivals():
        for time in ticks(3.0):
            read.append(time)
            yield Arrival(time, 1, 1)

    next(iter(spread(Trace("read", 1, arrivals), 3.0, random.Random(0))))
    assert len(read) == 11


def test_what_is_not_quantised_stays():
    """As does what is to have no quantum."""
    trace = made([math.sqrt(n) for n in range(100)])
    assert spread(trace, None, random.Random(0)) is trace
    assert spread(made(ticks(3.0)), 0.0, random.Random(0)).begin is not None


@pytest.mark.parametrize("quantum", [-1.0, math.inf, math.nan])
def test_a_quantum_without_sense_is_refused(quantum: float):
    """At once."""
    with pytest.raises(ValueError, match="it is 0 or more, and finite"):
        spread(made([]), quantum, random.Random(0))


def test_a_real_trace_is_spread(data: Path):
    """Mooncake's conversations came in heaps of ten every three seconds; afterwards no two at once."""
    trace = open_trace(data / "trace_mooncake" / "conversation_trace.jsonl.gz")
    after = spread(trace, None, random.Random(0))
    before = list(islice(trace, 3_000))
    assert len({arrival.at for arrival in before}) < 400
    assert len({arrival.at for arrival in islice(after, 3_000)}) == 3_000
    assert all(0 <= two.at - one.at <= 3.001 for one, two in zip(before, after, strict=False))
