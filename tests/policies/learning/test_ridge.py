"""Ridge regression, one observation at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_policies.learning.ridge import CENTRE, Floats, Ridge, Sums, numbers_of, statistics_of, text_of
from wrp_signals.facts import Vector

DIM = 5
PRECISION = np.array([1.0, 2.0, 3.0, 10.0, 0.5])


def rows(count: int, seed: int = 0) -> tuple[list[Vector], Floats]:
    """Contexts, and what was observed of them."""
    draw = np.random.default_rng(seed)
    return [row.astype(np.float32) for row in draw.normal(size=(count, DIM))], draw.random(count)


def solved(contexts: list[Vector], values: Floats, weights: Floats, context: Vector) -> tuple[float, float]:
    """Expectation and width by the textbook."""
    found = np.array(contexts, np.float64).reshape(-1, DIM)
    gram = np.diag(PRECISION) + found.T @ (found * weights[:, None])
    mean = context @ np.linalg.solve(gram, found.T @ (weights * (values - CENTRE))) + CENTRE
    return float(mean), float(np.sqrt(context @ np.linalg.solve(gram, context)))


def taught(count: int, discount: float = 1.0, seed: int = 0, ridge: Ridge | None = None) -> Ridge:
    """Every third observation is of the second of two arms."""
    ridge = ridge or Ridge(("a", "b"), PRECISION, discount)
    for number, (context, value) in enumerate(zip(*rows(count, seed), strict=True)):
        ridge.observe(int(number % 3 == 2), context, float(value))
    return ridge


@given(count=st.integers(0, 60), discount=st.sampled_from([1.0, 0.99, 0.9]))
@settings(max_examples=40)
def test_as_the_textbook_has_it(count: int, discount: float) -> None:
    """Whatever was observed, and however it is discounted: rank-one steps and the whole solution agree, once the arm is
    up to date (until then the prior fades a little)."""
    ridge = taught(count, discount)
    ridge.statistics()
    contexts, values = rows(count)
    asked = rows(1, seed=9)[0][0]
    for arm in (0, 1):
        mine = [number for number in range(count) if (number % 3 == 2) == arm]
        weights = np.array([discount ** (count - 1 - number) for number in mine])
        mean, width = solved([contexts[n] for n in mine], values[mine], weights, asked)
        assert ridge.means(asked)[arm] == pytest.approx(mean, abs=2e-4)
        assert ridge.expected(arm, asked) == pytest.approx(mean, abs=2e-4)
        assert ridge.widths(asked)[arm] == pytest.approx(width, rel=1e-3)
        assert ridge.count(arm) == pytest.approx(weights.sum())


def test_nothing_known() -> None:
    """The centre, and the width of the prior."""
    ridge = Ridge(("a",), PRECISION)
    first = np.eye(DIM, dtype=np.float32)[3]
    assert ridge.means(first).tolist() == [CENTRE]
    assert ridge.widths(first)[0] == pytest.approx(10**-0.5)


def test_rounding_never_piles_up() -> None:
    """After a hundred thousand nearly equal contexts with a discount, the worst case for rank-one steps, it is where
    the sums say."""
    ridge, draw = Ridge(("a", "b"), PRECISION, 0.999), np.random.default_rng(1)
    base = np.ones(DIM, np.float32)
    for _ in range(100_000):
        ridge.observe(0, base + draw.normal(size=DIM).astype(np.float32) * np.float32(1e-3), 0.75)
    before = (ridge.means(base)[0], ridge.widths(base)[0])
    ridge.statistics()
    assert before == pytest.approx((ridge.means(base)[0], ridge.widths(base)[0]), abs=2e-3)
    assert ridge.means(base)[0] == pytest.approx(0.75, abs=0.01)
    assert ridge.count(0) == pytest.approx(1000, rel=0.01)


@given(count=st.integers(0, 40), seed=st.integers(0, 9))
@settings(max_examples=20)
def test_between_two_refreshes(count: int, seed: int) -> None:
    """Rank-one steps alone, of weights and inverses, are the whole solution, too; and asking for both at once answers
    what asking for each does."""
    ridge = Ridge(("a", *map(str, range(100))), PRECISION)  # whose turn comes after 800 observations
    contexts, values = rows(count, seed)
    for context, value in zip(contexts, values, strict=True):
        ridge.observe(0, context, float(value))
    asked = rows(1, seed=99)[0][0]
    mean, width = solved(contexts, values, np.ones(count), asked)
    means, widths = ridge.both(asked)
    assert (means[0], widths[0]) == (pytest.approx(mean, abs=1e-4), pytest.approx(width, rel=1e-3))
    assert ridge.expected(0, asked) == pytest.approx(mean, abs=1e-4)
    assert means.tolist() == pytest.approx(ridge.means(asked).tolist(), abs=1e-6)
    assert widths.tolist() == ridge.widths(asked).tolist()


@pytest.mark.parametrize(("discount", "arms"), [(0.99, 8), (0.97, 16), (0.9, 4), (0.9, 16)])
def test_a_prior_does_not_fade_between_two_refreshes(discount: float, arms: int) -> None:
    """Whatever the discount, and however many arms wait for their turn: of what was just observed neither expectation
    nor width is far from the whole solution."""
    ridge, draw = Ridge([str(arm) for arm in range(arms)], PRECISION, discount), np.random.default_rng(3)
    contexts, values = rows(400, 5)
    arm_of = draw.integers(0, arms, len(values))
    for number, (context, value) in enumerate(zip(contexts, values, strict=True)):
        arm = int(arm_of[number])
        ridge.observe(arm, context, float(value))
        if number < 100:
            continue
        mine = np.flatnonzero(arm_of[: number + 1] == arm)
        weights = discount ** (number - mine).astype(np.float64)
        asked = rows(1, seed=number)[0][0]
        mean, width = solved([contexts[one] for one in mine], values[mine], weights, asked)
        assert ridge.expected(arm, asked) == pytest.approx(mean, abs=0.05)
        assert ridge.widths(asked)[arm] == pytest.approx(width, rel=0.06)


def test_statistics_make_another_the_same() -> None:
    """Taken up, they give what gave them, to the last bit, and go on alike."""
    one, two = taught(50, 0.99), Ridge(("b", "a"), PRECISION, 0.99)
    found = one.statistics()
    two.resume(one.seen)
    two.merge(found)
    asked = rows(1, seed=9)[0][0]
    assert two.means(asked)[::-1].tolist() == one.means(asked).tolist()
    assert two.widths(asked)[::-1].tolist() == one.widths(asked).tolist()
    assert two.statistics() == found


@pytest.mark.parametrize("discount", [1.0, 0.97])
def test_what_was_done_is_done_to_others(discount: float) -> None:
    """Observations, discounts and forgetting: who knew the same, and follows, knows the same again, and goes on alike;
    of arms that only faded, too."""
    one, two = taught(30, discount), Ridge(("a", "b"), PRECISION, discount)
    two.resume(one.seen)
    two.know(one.rows())
    one.tell()
    assert one.untold is not None
    one.observe(0, rows(1, seed=3)[0][0], 1.0)
    one.forget(0, 5.0)
    taught(9, seed=4, ridge=one)
    one.observe(0, rows(1, seed=5)[0][0], 0.0)
    one.settle()
    for arm in two.follow(one.untold):
        two.refresh(arm)
    asked = rows(1, seed=9)[0][0]
    one.statistics()
    assert two.means(asked).tolist() == pytest.approx(one.means(asked).tolist(), abs=1e-4)
    assert two.widths(asked).tolist() == pytest.approx(one.widths(asked).tolist(), rel=0.05)
    for name, row in one.rows().items():
        assert two.rows()[name].tolist() == pytest.approx(row.tolist(), abs=1e-6)
    assert (two.seen, two.untold is one.untold) == (one.seen, True)


@pytest.mark.parametrize(("keep", "stale"), [(38.0, []), (4.0, [0])])
def test_what_only_faded_a_little_needs_no_solution(keep: float, stale: list[int]) -> None:
    """Expectations stay, and what is not known grows; where most is forgotten, the prior has more to say again."""
    one, asked = taught(60), rows(1, seed=9)[0][0]
    two = Ridge(("a", "b"), PRECISION)
    two.know(one.rows())
    one.tell()
    one.forget(0, keep)
    assert one.untold is not None
    wide = two.widths(asked)[0]
    assert two.follow(one.untold) == stale
    if not stale:
        assert two.widths(asked)[0] > wide
        assert two.means(asked)[0] == pytest.approx(taught(60).means(asked)[0], abs=1e-5)
    assert two.count(0) == pytest.approx(keep)


def test_strangers_are_let_go() -> None:
    """Sums of an arm that is not here change nothing."""
    ridge = taught(10)
    before = ridge.statistics()
    ridge.merge({"c": before["a"]})
    assert ridge.statistics() == before


@pytest.mark.parametrize(
    "sums",
    [
        Sums(3.0, text_of(np.zeros(DIM)), text_of(np.zeros(3))),
        Sums(3.0, text_of(np.zeros(2)), text_of(np.zeros(15))),
        Sums(float("nan"), text_of(np.zeros(DIM)), text_of(np.zeros(15))),
        Sums(3.0, text_of(np.zeros(DIM)), text_of(-np.ones(15))),
        Sums(3.0, text_of(np.full(DIM, np.inf)), text_of(np.zeros(15))),
        Sums(3.0, "?", text_of(np.zeros(15))),
    ],
)
def test_damaged_sums_are_refused(sums: Sums) -> None:
    """Too few, negative, endless, or no numbers."""
    with pytest.raises(ValueError, match=r"."):
        Ridge(("a",), PRECISION).merge({"a": sums})


def test_forgetting_keeps_the_direction() -> None:
    """What is kept says the same with less weight; what weighs less already is left."""
    ridge, asked = taught(60), rows(1, seed=9)[0][0]
    wide = ridge.widths(asked)[0]
    ridge.forget(0, 5.0)
    ridge.forget(1, 1000.0)
    assert ridge.count(0) == pytest.approx(5.0)
    assert ridge.count(1) == 20.0
    assert ridge.widths(asked)[0] > wide


def test_sums_of_a_table() -> None:
    """As if each known score had been observed; unknown ones were not."""
    contexts, values = rows(30)
    scores = np.stack([values, values[::-1]], 1)
    scores[10:, 1] = np.nan
    ridge = Ridge(("a", "b"), PRECISION)
    for number, context in enumerate(contexts):
        ridge.observe(0, context, values[number])
        if number < 10:
            ridge.observe(1, context, scores[number, 1])
    found = statistics_of(np.array(contexts, np.float64), scores, ("a", "b"))
    for name, sums in ridge.statistics().items():
        assert found[name].count == sums.count
        assert numbers_of(found[name].gram, 15).tolist() == pytest.approx(numbers_of(sums.gram, 15).tolist(), abs=1e-4)
