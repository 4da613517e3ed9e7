"""What a trial comes to."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.sim.trial.making import BLOCK, SERVER, InOrder, always, arrivals, at, policy, setting
from wrp_router.sim.trial import Change, Setting, Trial, by_window, mean, report


def played(ttfts: list[float], failed: tuple[int, ...] = ()) -> Trial:
    """A trial that saw these times to first tokens, a request a second; some numbers failed instead."""
    trial = Trial(setting(2), policy("random"), 0)
    for number, ttft in enumerate(ttfts):
        if number in failed:
            trial.results.fail(number, float(number))
        else:
            trial.results.add(number, float(number), ttft, 0.01, 100, 25, 10, 0, number + ttft + 1.0)
    return trial


def test_attainment_counts_failures_as_late():
    """Four of five came, three of these in time: exactly at the bar is in time."""
    found = report(played([0.5, 1.0, 2.0, 0.0, 1.0], failed=(3,)), 1.0)
    assert found["attainment"] == 3 / 5
    assert found["capacity"] == 3 / 4.0
    assert (found["requests"], found["failed"]) == (4, 1)
    assert found["hit_ratio"] == 0.25
    assert found["ttft_s"] == pytest.approx({"p50": 1.0, "p90": 1.7, "p99": 1.97})
    assert found["tpot_s"] == pytest.approx({"p50": 0.01, "p99": 0.01})


def test_the_first_to_arrive_are_left_out():
    """By arrival, not by end; those that failed among them, too."""
    trial = played([9.0, 9.0, 0.1, 0.1], failed=(1,))
    found = report(trial, 1.0, 2)
    assert (found["attainment"], found["requests"], found["failed"]) == (1.0, 2, 0)
    found = report(trial, 1.0, 1)
    assert (found["attainment"], found["requests"], found["failed"]) == (2 / 3, 2, 1)


def test_requests_out_of_order():
    """Numbers count arrivals, even where several come at one instant and end the other way round."""
    trial = Trial(setting(1), policy("random"), 0)
    trial.results.add(1, 0.0, 0.1, 0.0, 10, 0, 1, 0, 0.1)
    trial.results.add(0, 0.0, 9.0, 0.0, 10, 0, 1, 0, 9.0)
    assert report(trial, 1.0, 1)["attainment"] == 1.0


def test_a_report_takes_less_memory_than_what_it_reports():
    """Columns are looked at one or two at a time."""
    trial = played([0.5] * 20_000)
    tracemalloc.start()
    report(trial, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 44 * 20_000


def test_nothing_to_report():
    """No latency is not a latency of zero."""
    found = report(Trial(setting(2), policy("random"), 0), 1.0)
    assert found["ttft_s"] == {"p50": None, "p90": None, "p99": None}
    assert found["tpot_s"] == {"p50": None, "p99": None}
    assert (found["attainment"], found["capacity"], found["hit_ratio"], found["requests"]) == (0.0, 0.0, 0.0, 0)
    assert (found["load_max_over_mean"], found["load_cv"], found["utilisation"], found["cost_usd"]) == (1.0, 0.0, 0, 0)
    found = report(played([0.0, 0.0], failed=(0, 1)), 1.0)
    assert (found["attainment"], found["failed"], found["ttft_s"]["p50"]) == (0.0, 2, None)


def test_one_token_has_no_pace():
    """The time for each further token is that of answers that have one."""
    trial = Trial(setting(1), policy("random"), 0)
    trial.run(at([0.0, 1.0], output=1))
    assert report(trial, 1.0)["tpot_s"]["p50"] is None


def test_balance():
    """Of seconds computed: all on one of two servers is twice the mean, and as uneven as can be."""
    trial = Trial(setting(2), always(InOrder("s0")), 0)
    trial.run(at([0.0, 1.0, 2.0], prompt=100, output=11))
    found = report(trial, 1.0)
    busy = 3 * (0.01 + 100 * 1e-4 + 10 * (0.01 + 1e-4))
    assert found["load_max_over_mean"] == pytest.approx(2.0)
    assert found["load_cv"] == pytest.approx(1.0)
    until = 2.0 + busy / 3 + 0.005
    assert found["utilisation"] == pytest.approx(busy / (2 * until))
    assert found["cost_usd"] == pytest.approx(2 * until * 3.6 / 3600)
    assert found["energy_kwh"] == 0.0


def test_servers_cost_while_they_are_there():
    """From when they join until they leave; the dead cost on."""
    changes = (Change(10.0, "join"), Change(5.0, "leave", 0), Change(1.0, "die", 1))
    trial = Trial(setting(3, changes=changes), always(InOrder("s2")), 0)
    trial.run(at([0.0, 20.0], output=2))
    until = trial.results.column("last").max()
    assert report(trial, 1.0)["cost_usd"] == pytest.approx((5.0 + until + until + until - 10.0) * 3.6 / 3600)


def test_energy():
    """That of the seconds computed."""
    warm = type(SERVER)(SERVER.pace, watts=3600.0)
    trial = Trial(Setting((warm,), BLOCK), always(InOrder()), 0)
    trial.run(at([0.0], prompt=100, output=1))
    assert report(trial, 1.0)["energy_kwh"] == pytest.approx(0.02 * 3600.0 / 3.6e6)


def test_windows():
    """By arrival, failures late; windows without arrivals are left out."""
    trial = played([0.5, 2.0, 0.5, 0.5], failed=(2,))
    trial.results.add(9, 25.0, 0.5, 0.0, 1, 0, 1, 0, 26.0)
    assert by_window(trial, 1.0, 2.0) == [(0.0, 0.5), (2.0, 0.5), (24.0, 1.0)]
    assert by_window(Trial(setting(1), policy("random"), 0), 1.0, 2.0) == []


def test_windows_add_up():
    """To the attainment of the whole, weighted by arrivals."""
    trial = Trial(setting(2, changes=(Change(1.0, "die", 0),)), policy("p2c"), 0)
    trial.run(arrivals(200, rate=40.0))
    windows = dict(by_window(trial, 0.3, 1.0))
    times = [arrival.at for arrival in arrivals(200, rate=40.0)]
    sums = sum(share * sum(begin <= time < begin + 1.0 for time in times) for begin, share in windows.items())
    assert 0.1 < report(trial, 0.3)["attainment"] < 1.0
    assert sums / 200 == pytest.approx(report(trial, 0.3)["attainment"])


def test_means():
    """Of each figure, of those trials that have it; and the range of the attainment."""
    one, other, none = played([0.5, 0.5]), played([2.0, 0.5]), played([0.0, 0.0], failed=(0, 1))
    found = mean([report(trial, 1.0) for trial in (one, other, none)])
    assert found["attainment"] == pytest.approx(0.5)
    assert found["spread"] == {"attainment": [0.0, 1.0], "trials": 3}
    assert found["ttft_s"]["p50"] == pytest.approx((0.5 + 1.25) / 2)
    assert mean([report(none, 1.0)])["ttft_s"]["p50"] is None
