"""What probes have shown: bins, fading, sharing between tenants and categories, upper limits."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.bars.evidence import (
    ASKED,
    BINS,
    EDGES,
    RIGHT,
    WRONG,
    Counts,
    Floats,
    Rates,
    bin_of,
    blended,
    shared,
)

NONE = np.zeros(BINS)


def counted(right: float, wrong: float, at: int = 20) -> Counts:
    counts = Counts(0.0)
    counts.table[:, at] = right + wrong, right, wrong
    return counts


def table(right: float, wrong: float, at: int = 20) -> Floats:
    return counted(right, wrong, at).table


def test_every_similarity_has_a_bin():
    """The edges are their lower ends; what is no number is in the lowest."""
    assert [bin_of(edge) for edge in EDGES] == list(range(BINS))
    assert bin_of(1.0) == bin_of(1.1) == BINS - 1
    assert bin_of(math.nan) == bin_of(-2.0) == 0


def test_findings_fade_with_findings():
    """In the same bin only: half of them after `memory` more."""
    counts = Counts(0.0)
    counts.find(3, False, 10.0)
    for _ in range(10):
        counts.find(3, True, 10.0)
        counts.find(4, True, 10.0)
    assert counts.table[WRONG, 3] == pytest.approx(0.5)
    assert counts.mass == pytest.approx(counts.table[RIGHT:].sum())


def test_findings_fade_with_time():
    """Half of them within the half-life; short steps wait, and are not lost."""
    counts = counted(100.0, 0.0)
    counts.fade(0.5, 100.0)
    assert counts.mass == 100.0
    counts.fade(100.0, 100.0)
    assert counts.mass == pytest.approx(50.0)


def test_alarm_is_soon_raised_by_what_is_wrong():
    """And by what is served being right hardly ever: a level V takes V findings on average at least."""
    counts, rng, raised = Counts(0.0), random.Random(1), 0
    for _ in range(20_000):
        counts.watch(20, rng.random() > 0.01, 0.01, True)
        if counts.alarm > 500.0:
            raised, counts.alarm = raised + 1, 0.0
    assert raised <= 20_000 / 500
    findings = 0
    while counts.alarm <= 500.0:
        counts.watch(20, rng.random() > 0.1, 0.01, True)
        findings += 1
    assert findings < 150


def test_a_bin_that_becomes_worse_is_noticed_below_the_bar_too():
    """Compared with what it was; being as bad as ever raises nothing."""
    counts, rng = counted(900.0, 100.0), random.Random(2)
    highest = 0.0
    for _ in range(500):
        counts.watch(20, rng.random() > 0.1, 0.01, False)
        highest = max(highest, counts.worse)
    assert highest < 10_000.0
    for _ in range(200):
        counts.watch(20, rng.random() > 0.35, 0.01, False)
    assert counts.worse > 10_000.0
    assert counts.alarm == 0.0
    counts.start_over()
    assert counts.worse == 0.0
    assert counts.table[:, 20].tolist() == pytest.approx([1000.0, 90.0, 30.0])


def test_nobody_else_makes_up_most_of_the_evidence():
    """One other tenant weighs at most `share`, and nothing where there are no findings beside its own."""
    alone = blended([], [counted(1000.0, 0.0)], 0.25)
    assert alone.sum() == 0.0
    own = blended([counted(30.0, 0.0)], [counted(1000.0, 0.0)], 0.25)
    assert own[RIGHT].sum() == pytest.approx(40.0)
    many = blended([], [counted(1000.0, 0.0)] * 4, 0.25)
    assert many[RIGHT].sum() == pytest.approx(4000.0)
    few = blended([counted(1000.0, 0.0)], [counted(10.0, 0.0), counted(0.0, 0.0)], 0.25)
    assert few[RIGHT].sum() == pytest.approx(1010.0)


@given(st.floats(0, 1e4), st.lists(st.floats(0, 1e4), max_size=8), st.floats(0.05, 0.9))
def test_no_other_tenant_exceeds_its_share(own: float, others: list[float], share: float):
    """However the findings are spread."""
    whole = blended([counted(own, 0.0)], [counted(mass, 0.0, at=at) for at, mass in enumerate(others)], share)
    total = float(whole[RIGHT].sum())
    for at in range(len(others)):
        assert whole[RIGHT, at] <= share * total * (1 + 1e-6) + 1e-9


def test_what_somebody_leaves_is_little():
    """And takes the place of what was known, bin by bin; who knew nothing leaves nothing."""
    crowd = counted(1000.0, 0.0)
    crowd.take_in(counted(450.0, 50.0), 16.0, 1000.0)
    assert crowd.table[WRONG, 20] == pytest.approx(1.6)
    assert crowd.table[RIGHT, 20] == pytest.approx(1000.0 * 0.5**0.016 + 14.4)
    before = crowd.table.copy()
    crowd.take_in(Counts(0.0), 16.0, 1000.0)
    assert np.array_equal(crowd.table, before)


def test_limit_of_findings_without_a_wrong_one_is_three_in_n():
    """Of 95 %, as the exact Poisson limit has it: 2.996 / n."""
    rates = Rates(table(300.0, 0.0), NONE, 0.0)
    assert rates.limit(1.6449)[0] == pytest.approx(2.996 / 301, rel=0.02)
    assert rates.local[20] == 0.0


def test_limit_covers_the_truth():
    """In 95 % of the cases, with bins probed unequally and different in what is wrong."""
    rng, covered = np.random.default_rng(5), 0
    rates, asked, probes = np.asarray([0.03, 0.005]), np.asarray([500.0, 5000.0]), np.asarray([250, 500])
    truth = float((rates * asked).sum() / asked.sum())
    for _ in range(600):
        bad = rng.binomial(probes, rates)
        counts = np.zeros((3, BINS))
        counts[:, [20, 25]] = asked, probes - bad, bad
        covered += Rates(counts, NONE, 0.0).limit(1.6449)[0] >= truth
    assert covered / 600 >= 0.93


def test_bins_asked_about_and_never_probed_leave_no_certainty():
    """However many findings there are in others."""
    counts = table(10_000.0, 0.0)
    counts[ASKED, 25] = 10_000.0
    assert Rates(counts, NONE, 0.0).limit(1.6449)[0] > 0.2


def test_categories_that_are_alike_may_lean_on_each_other():
    """By at most two pseudo-events; those that differ, less; few or none, not at all."""
    assert shared(table(0.0, 0.0), [])[1] == 0.0
    assert shared(table(9.0, 0.0), [table(980.0, 20.0)] * 2)[1] == 0.0
    expected, alike = shared(table(980.0, 20.0), [table(980.0, 20.0)] * 4)
    assert alike == 2.0
    assert expected[20] == pytest.approx(0.02, rel=0.1)
    different = shared(
        table(1000.0, 0.0), [table(900.0, 100.0), table(999.0, 1.0), table(1000.0, 0.0), table(950.0, 50.0)]
    )
    assert 0.0 < different[1] < 2.0


def test_leaning_lowers_the_limit():
    """Of a category with few findings, where others had few wrong."""
    expected = np.full(BINS, 0.002)
    alone = Rates(table(60.0, 0.0), NONE, 0.0).limit(1.6449)
    leaning = Rates(table(60.0, 0.0), expected, 1.0).limit(1.6449)
    assert leaning[0] < alone[0] / 3
