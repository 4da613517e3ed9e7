"""Several policies on the same arrivals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tests.sim.trial.making import BLOCK, NAMES, arrivals, at, policy, setting
from wrp_router.sim.traces import Arrival, Shape, Trace, synthetic
from wrp_router.sim.trial import Contest, bound, goodput


def test_by_policy_and_seed():
    """Each as often as there are seeds; those that do not draw differ by the trace alone, and here by nothing."""
    contest = Contest(setting(), arrivals(50), Shape(rate=30.0), seeds=3, slo_ttft=0.1)
    found = contest.run({name: policy(name) for name in NAMES})
    assert [*found] == NAMES
    assert {one["spread"]["trials"] for one in found.values()} == {3}
    assert {one["requests"] for one in found.values()} == {50}
    least, most = found["round_robin"]["spread"]["attainment"]
    assert least == most == found["round_robin"]["attainment"]
    assert contest.run({name: policy(name) for name in NAMES}) == found


def test_all_get_the_same_arrivals():
    """The times that a seed draws are the same for all policies, and others for another seed."""
    coarse = at([3.0 * (n // 4) for n in range(40)])
    contest = Contest(setting(), coarse, Shape(spread=3.0))
    times = [[arrival.at for arrival in contest.arrivals(seed)] for seed in (0, 0, 1)]
    assert times[0] == times[1] != times[2]
    found = contest.run({name: policy("least_load") for name in "ab"})
    assert found["a"] == found["b"]


def test_what_is_made_is_made_anew():
    """A trace for each seed, where one is drawn."""
    contest = Contest(setting(), synthetic(0, 5), Shape(), drawn=lambda seed: synthetic(seed, 5))
    assert [*contest.arrivals(0)] == [*synthetic(0, 5)]
    assert [*contest.arrivals(2)] == [*synthetic(2, 5)] != [*synthetic(0, 5)]


def test_warm_ups_are_not_counted():
    """The first requests are played, and left out of the figures."""
    found = Contest(setting(), arrivals(50), Shape(), skip=20, seeds=1).run({"p2c": policy("p2c")})
    assert found["p2c"]["requests"] == 30


def test_progress():
    """From nothing to nearly all, by policy, never back."""
    told: list[tuple[str, float]] = []
    trace = at([n / 100 for n in range(1500)], prompt=1, output=1)
    contest = Contest(setting(), trace, Shape(), seeds=2)
    contest.run({name: policy(name) for name in ("p2c", "random")}, lambda name, share: told.append((name, share)))
    assert [name for name, _ in told] == ["p2c", "p2c", "random", "random"] * 2
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert 0.75 < shares[-1] <= 1.0


def test_an_instant_is_a_trace_too():
    """Where all come at once, and where nobody comes."""
    told: list[float] = []
    Contest(setting(), at([0.0] * 3), Shape(), 1).run({"p2c": policy("p2c")}, lambda name, share: told.append(share))
    assert told == [0.0]
    assert Contest(setting(), at([]), Shape(), 1).run({"p2c": policy("p2c")})["p2c"]["requests"] == 0


@given(
    some.lists(some.tuples(some.integers(0, 70), some.lists(some.integers(0, 5), max_size=6)), max_size=12),
    some.integers(0, 5),
)
def test_the_bound_is_what_a_cache_without_end_holds(requests: list[tuple[int, list[int]]], skip: int):
    """As counted by looking at all that came before, block by block."""
    coming = [Arrival(float(n), prompt, 1, tuple(blocks)) for n, (prompt, blocks) in enumerate(requests)]
    held = total = 0
    for number, arrival in enumerate(coming[skip:], start=skip):
        before = [block for earlier in coming[:number] for block in earlier.blocks]
        hits = 0
        while hits < len(arrival.blocks) and arrival.blocks[hits] in before:
            hits += 1
        held += max(0, min(hits * BLOCK, arrival.prompt - 1))
        total += arrival.prompt
    assert bound(Trace("t", BLOCK, lambda: iter(coming)), skip) == (held / total if total else 0.0)


def test_nobody_holds_more_than_the_bound():
    """Whatever the policy, with any memory."""
    contest = Contest(setting(), arrivals(200), Shape(rate=5.0), seeds=1)
    most = bound(contest.arrivals(0), 0)
    for name, found in contest.run({name: policy(name) for name in NAMES}).items():
        assert 0.0 < found["hit_ratio"] <= most + 1e-9, name


def test_goodput():
    """The highest rate at which the share in time was still enough; none is 0."""
    runs = [
        (4.0, {"a": {"attainment": 0.99}, "b": {"attainment": 0.5}}),
        (8.0, {"a": {"attainment": 0.9}, "b": {"attainment": 0.4}}),
        (6.0, {"a": {"attainment": 0.95}, "b": {"attainment": 0.89}}),
    ]
    assert goodput(runs) == {"a": 8.0, "b": 0.0}
    assert goodput(runs, 0.5) == {"a": 8.0, "b": 6.0}
    assert goodput([]) == {}
