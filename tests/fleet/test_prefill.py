"""How fast a server computes prompts, learned from noisy first tokens; and what it still has to compute."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.load import MOST_TOKENS
from wrp_router.fleet.prefill import ENOUGH, LEAST, LONGEST, Prefill, TtftModel

BASE, SLOPE = 0.05, 1e-4


def lengths(rng: random.Random) -> int:
    """Tokens before a first token: mostly a thousand or so, at times many."""
    return 1 + int(rng.lognormvariate(7.0, 1.2))


def taught(
    times: int,
    base: float = BASE,
    slope: float = SLOPE,
    seed: int = 1,
    noise: float = 0.1,
    accidents: float = 0.0,
    tokens: Callable[[random.Random], int] = lengths,
    model: TtftModel | None = None,
) -> TtftModel:
    """A model that has seen so many first tokens; a share of `accidents` took a hundred times as long as it should."""
    rng, model = random.Random(seed), model or TtftModel()
    for _ in range(times):
        count = tokens(rng)
        seconds = (base + slope * count) * rng.lognormvariate(0.0, noise)
        model.learn(count, seconds * (100.0 if rng.random() < accidents else 1.0))
    return model


@pytest.mark.parametrize("base", [0.02, 0.3])
@pytest.mark.parametrize("slope", [3e-5, 1e-4, 1e-3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_finds_the_line_in_noise(base: float, slope: float, seed: int) -> None:
    """Slow and fast servers, with a tenth of noise: the slope to a seventh, and the base if it can be seen."""
    model = taught(300, base, slope, seed)
    assert model.slope == pytest.approx(slope, rel=0.15)
    assert model.base == pytest.approx(base, abs=0.2 * base + 50 * slope)


def test_a_line_without_noise_is_found_at_once() -> None:
    """Nothing is known before the eighth observation, and everything with it."""
    assert [taught(ENOUGH - 1).slope, taught(ENOUGH - 1).base] == [0.0, 0.0]
    model = taught(ENOUGH, noise=0.0)
    assert [model.slope, model.base] == pytest.approx([SLOPE, BASE])


@pytest.mark.parametrize("share", [0.01, 0.05])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_accidents_hardly_move_the_line(share: float, seed: int) -> None:
    """Not even where one first token in twenty takes a hundred times as long as it should."""
    model = taught(400, seed=seed, accidents=share)
    assert model.slope == pytest.approx(SLOPE, rel=0.3)
    assert model.base + model.slope * 1000 == pytest.approx(BASE + SLOPE * 1000, rel=0.2)


@pytest.mark.parametrize("accident", range(ENOUGH))
def test_the_first_request_after_a_start_may_take_ages(accident: int) -> None:
    """Engines compile and warm up: an accident among the first eight distorts at most for a while."""
    rng, model = random.Random(5), TtftModel()
    for number in range(60):
        count = lengths(rng)
        model.learn(count, (BASE + SLOPE * count) * (100.0 if number == accident else 1.0))
    assert model.base + model.slope * 1000 == pytest.approx(BASE + SLOPE * 1000, rel=0.5)


@pytest.mark.parametrize("factor", [3.0, 1 / 3, 10.0])
def test_follows_a_server_that_changes(factor: float) -> None:
    """Throttled, or relieved of a neighbour: after a hundred first tokens most of the way is gone, after two all."""
    model = taught(100, base=BASE * factor, slope=SLOPE * factor, seed=2, model=taught(300))
    there, line = factor * (BASE + SLOPE * 1000), model.base + model.slope * 1000
    assert abs(math.log(line / there)) < 0.25 * abs(math.log(factor))
    taught(100, base=BASE * factor, slope=SLOPE * factor, seed=3, model=model)
    assert model.base + model.slope * 1000 == pytest.approx(there, rel=0.15)


def test_tokens_that_all_look_alike_make_a_line_through_the_origin() -> None:
    """Base and slope cannot be told apart; at this length the line is right, and elsewhere as good a guess as any."""
    model = taught(200, noise=0.05, tokens=lambda rng: 1000)
    assert model.slope == pytest.approx((BASE + SLOPE * 1000) / 1000, rel=0.05)
    assert model.base == pytest.approx(0.0, abs=1e-9)


def test_tokens_that_hardly_differ_do_not_make_a_slope() -> None:
    """Noise would be all that it had to go by."""
    for seed in range(20):
        model = taught(50, noise=0.3, seed=seed, tokens=lambda rng: rng.randrange(950, 1050))
        assert model.slope == pytest.approx((BASE + SLOPE * 1000) / 1000, rel=0.25)


def test_a_line_from_below_goes_through_the_origin() -> None:
    """Where long prompts take longer than in proportion, no base is subtracted: the mean stays the mean."""
    model = TtftModel()
    for number in range(100):
        tokens = 1000 + 20 * (number % 50)
        model.learn(tokens, 1e-4 * (tokens - 500))
    assert model.base == pytest.approx(0.0, abs=1e-3)
    assert model.slope * 1500 == pytest.approx(0.1, rel=0.1)


def test_a_line_that_would_fall_goes_through_the_origin() -> None:
    """Long prompts that took less time than short ones were luck."""
    model = TtftModel()
    for number in range(50):
        model.learn(*((2000, 0.1) if number % 2 else (1000, 0.2)))
    assert model.slope > 0.0
    assert 0.1 < model.base + model.slope * 1500 < 0.2


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, -1.0, 0.0, LEAST / 2, LONGEST + 1])
def test_absurd_seconds_are_left_out(seconds: float) -> None:
    """Neither among the first eight nor later."""
    model, clean = TtftModel(), taught(50)
    for _ in range(2 * ENOUGH):
        model.learn(1000, seconds)
    assert model.slope == 0.0
    taught(50, model=model)
    model.learn(1000, seconds)
    assert (model.slope, model.base, model.overrun) == (clean.slope, clean.base, clean.overrun)


@pytest.mark.parametrize("tokens", [0, -1, -(10**400), 10**400, MOST_TOKENS + 1])
def test_absurd_tokens_are_left_out(tokens: int) -> None:
    """Numbers that no float holds included."""
    model, clean = taught(50), taught(50)
    model.learn(tokens, 1.0)
    assert (model.slope, model.base) == (clean.slope, clean.base)


@given(st.lists(st.tuples(st.integers(-1, 2 * MOST_TOKENS), st.floats()), max_size=200))
def test_never_negative_and_always_a_number(seen: list[tuple[int, float]]) -> None:
    """Whatever was measured."""
    model = TtftModel()
    for tokens, seconds in seen:
        model.learn(tokens, seconds)
        for value in (model.slope, model.base, model.overrun):
            assert 0.0 <= value < math.inf


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, MOST_TOKENS]), st.sampled_from([LEAST, 1e-3, LONGEST])),
        min_size=ENOUGH,
        max_size=150,
    )
)
def test_extremes_in_any_order_are_survived(seen: list[tuple[int, float]]) -> None:
    """From one token in ten minutes to millions in a microsecond."""
    model = TtftModel()
    for tokens, seconds in seen:
        model.learn(tokens, seconds)
        for value in (model.slope, model.base, model.overrun):
            assert 0.0 <= value < math.inf
    assert model.slope > 0.0


def test_four_in_five_come_within_the_overrun() -> None:
    """Half the first tokens come late, and the overrun says by how much the fifth latest do."""
    model, rng = taught(300, noise=0.3), random.Random(9)
    late = 0
    for _ in range(1000):
        count = lengths(rng)
        seconds = (BASE + SLOPE * count) * rng.lognormvariate(0.0, 0.3)
        late += seconds > model.base + model.slope * count + model.overrun
        model.learn(count, seconds)
    assert 0.15 < late / 1000 < 0.25


def test_one_stall_does_not_make_a_server_late() -> None:
    """Ten minutes once: the overrun stays far below a second."""
    model = taught(300)
    model.learn(1000, LONGEST)
    assert model.overrun < 0.2


def test_pending_is_ours_and_what_others_have_there() -> None:
    """What is reported holds ours, too; less than ours says nothing of others, and 0 takes back what was said."""
    prefill = Prefill()
    prefill.ours = 300
    for reported, pending in ((1000, 1000), (200, 300), (0, 300), (-5, 300), (10**400, MOST_TOKENS)):
        prefill.reported(reported)
        assert prefill.pending == pending
    prefill.reported(1000)
    prefill.ours = 0
    assert prefill.pending == 700
    prefill.presume(250.9)
    assert prefill.pending == 250
    prefill.presume(1e300)
    assert prefill.pending == MOST_TOKENS


def test_prompts_that_do_not_wait_for_each_other():
    """All take as long, whatever stands before them. Where they do wait, or all look alike, nothing is said."""
    model, waiting, alike = TtftModel(), TtftModel(), TtftModel()
    for number in range(40):
        model.learn(100 + 50 * (number % 7), 0.5 + 0.001 * (number % 3))
        waiting.learn(100 + 50 * (number % 7), 0.01 * (number % 7 + 2))
        alike.learn(100, 0.5)
    assert model.flat == pytest.approx(0.5, rel=0.02)
    assert (waiting.flat, alike.flat) == (0.0, 0.0)
    assert model.slope > 0
