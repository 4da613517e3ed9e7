"""Keeping to a budget."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from wrp_policies.learning.pacing import Pacer


def spend(pacer: Pacer, begin: float, count: int, gain: Callable[[int], float], apart: float = 1.0) -> float:
    """Requests `apart` seconds apart: a dear answer (US$ 1) where it is worth its price, a cheap one (10 cents) else.
    Answers with what was spent."""
    spent = 0.0
    for number in range(count):
        now = begin + number * apart
        pacer.at(now)
        price = pacer.price(now)
        cost = 1.0 if price < math.inf and gain(number) > 0.9 * price else 0.1
        pacer.paid(cost)
        spent += cost
    return spent


def gains(seed: int) -> Callable[[int], float]:
    rng = random.Random(seed)
    return lambda number: rng.random() * 0.5


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spends_the_budget_and_no_more(share: float, seed: int) -> None:
    """Within 3 %, wherever it lies between all cheap and all dear; in the next window again."""
    pacer = Pacer(share, 3000.0)
    for window in range(3):
        spent = spend(pacer, 3000.0 * window, 3000, gains(seed + window))
        assert spent == pytest.approx(share * 3000, rel=0.03)


def test_traffic_may_come_in_waves() -> None:
    """Two thirds of a window's requests in its first half, at a price that rises and falls."""
    pacer = Pacer(0.5, 3000.0)
    spent = spend(pacer, 0.0, 2000, gains(1), apart=0.75)
    spent += spend(pacer, 1500.0, 1000, gains(2), apart=1.5)
    assert spent == pytest.approx(1500, rel=0.03)


def test_money_that_nobody_wants_is_left() -> None:
    """Where the dear answer is worth nothing, the price falls to nothing and the budget stays."""
    assert spend(Pacer(0.9, 1000.0), 0.0, 1000, lambda number: 0.0) == pytest.approx(100)


@pytest.mark.parametrize("cheap", [0.0, 1e-9, 1e-4, 0.1])
def test_a_dear_answer_that_the_budget_can_bear_is_not_dear(cheap: float) -> None:
    """However long all went to a pool that costs next to nothing beside it: for so little gain, and right away."""
    pacer = Pacer(1.0, 100_000.0)
    for number in range(50_000):
        pacer.at(float(number))
        pacer.paid(cheap if number else 1.0)
    price = pacer.price(50_000.0)
    assert price <= 0.001


def test_spent_is_spent() -> None:
    """The price is infinite until the window ends."""
    pacer = Pacer(1.0, 10.0)
    pacer.at(0.0)
    pacer.paid(10.0)
    assert pacer.price(9.9) == math.inf
    assert pacer.price(10.1) < math.inf


def test_asking_moves_nothing() -> None:
    """Only what is paid does, and only once somebody said what time it is."""
    pacer = Pacer(1.0, 100.0)
    pacer.paid(5.0)
    assert pacer.account().spent == 0.0
    pacer.at(3.0)
    before = pacer.account()
    for now in range(3, 50):
        pacer.at(float(now))
        assert pacer.price(float(now)) == 0.0
    assert pacer.account() == before


def test_a_restart_goes_on_within_the_window() -> None:
    """What was spent stays spent; the clock of the same machine goes on, another's begins where the window stood."""
    pacer, same, other = Pacer(1.0, 100.0), Pacer(1.0, 100.0), Pacer(1.0, 100.0)
    pacer.at(1000.0)
    pacer.at(1050.0)
    pacer.paid(100.0)
    same.restore(pacer.account())
    other.restore(pacer.account())
    same.at(1099.0)
    assert same.price(1099.0) == math.inf
    assert same.price(1101.0) < math.inf
    other.at(5.0)
    assert other.price(54.0) == math.inf
    assert other.price(56.0) < math.inf


def test_windows_stand_on_one_grid() -> None:
    """After a pause of many windows the next one begins where it would have, with a whole budget."""
    pacer = Pacer(1.0, 10.0)
    pacer.at(0.0)
    pacer.paid(10.0)
    pacer.at(57.0)
    pacer.paid(4.0)
    assert (pacer.account().spent, pacer.account().started) == (4.0, 50.0)


@pytest.mark.parametrize("parts", [(1, 1), (3, 1), (5, 1, 1)])
def test_several_keep_one_budget(parts: tuple[int, ...]) -> None:
    """Within 3 %, however traffic is shared out among them, while each hears of the others every fifty seconds; in the
    next windows again."""
    pacers, rng = [Pacer(0.5, 3000.0) for _ in parts], random.Random(1)
    for window in range(3):
        spent = 0.0
        for number in range(3000):
            pacer = pacers[rng.choices(range(len(parts)), parts)[0]]
            spent += spend(pacer, 3000.0 * window + number, 1, lambda number: rng.random() * 0.5)
            if number % 50 == 0:
                for each in pacers:
                    each.tell()
                total = sum(each._told for each in pacers)
                for each in pacers:
                    each.heard(total)
        if window:  # the first one is for learning what the share is
            assert spent == pytest.approx(1500, rel=0.03)


def test_who_is_left_alone_has_the_whole_budget() -> None:
    """Again, once nothing was heard of others for a while; and a total that fell is no money back."""
    pacer = Pacer(1.0, 1e6)
    pacer.at(0.0)
    pacer.heard(5.0)
    pacer.paid(1.0)
    pacer.tell()
    pacer.heard(15.0)
    assert (pacer.account().spent, pacer._share) == (10.0, 0.1)
    pacer.heard(2.0)
    assert pacer.account().spent == 10.0
    for _ in range(30):
        pacer.paid(1.0)
        pacer.tell()
        pacer.heard(2.0 + pacer._told - 1.0)
    assert pacer._share == pytest.approx(1.0, abs=0.01)


def test_what_others_paid_counts_in_the_window_of_now() -> None:
    """Where another one has begun here meanwhile, it is theirs that is counted in it."""
    pacer = Pacer(1.0, 10.0)
    pacer.at(0.0)
    pacer.paid(10.0)
    pacer.heard(0.0)
    pacer.at(12.0)
    pacer.heard(4.0)
    assert (pacer.account().spent, pacer.account().started) == (4.0, 10.0)
