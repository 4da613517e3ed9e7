"""One table judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.training.outcome_tables import table, two_worlds
from wrp_policies.training.baselines import BestSingle, Random, Single
from wrp_policies.training.contenders import Inputs, running
from wrp_policies.training.outcomes import Floats, OutcomeTable
from wrp_policies.training.resampling import Resamples
from wrp_policies.training.trial import Fold, Trial, estimated, held_out, judge_all, judged, shared, trial_of

PRICES = [1.0, 2.0, 4.0]


def silent(stage: str, share: float) -> None:
    assert 0.0 <= share <= 1.0


def in_folds(made: OutcomeTable, priced: bool = True, drawn: int = 20, **more: object) -> tuple[Trial, list[Fold]]:
    folds = held_out(made, Inputs(made.prompts), 2, 0)
    resamples = Resamples(made.groups, drawn, np.random.default_rng(0))
    return trial_of(made, folds, resamples, priced, **more), folds  # type: ignore[arg-type]


def random_table(count: int, seed: int) -> OutcomeTable:
    rng = np.random.default_rng(seed)
    return table((rng.random((count, 3)) < [0.3, 0.5, 0.7]).astype(float), PRICES)


def test_folds_never_part_a_group():
    """Nobody is judged on a group that was learned from, and everybody is judged once."""
    made = table([[0.0, 1.0]] * 9, groups=tuple("aabbccdde"))
    folds = held_out(made, Inputs(made.prompts), 3, 1)
    assert sorted(row for fold in folds for row in fold.rows) == list(range(9))
    for fold in folds:
        assert not {made.groups[row] for row in fold.rows} & set(fold.train.groups)
        assert fold.asked.prompts == tuple(made.prompts[row] for row in fold.rows)
        assert fold.seen.prompts == fold.train.prompts
    with pytest.raises(ValueError, match="5 groups cannot make 6 folds"):
        held_out(made, Inputs(made.prompts), 6, 1)


def test_by_hand():
    """Four prompts, three models at 1, 2 and 4 US$: what a perfect router earns, and what it costs to be as good as the
    best single model."""
    made = table([[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]], PRICES)
    fold = Fold(made, Inputs(made.prompts), Inputs(made.prompts), np.arange(4))
    trial = trial_of(made, [fold], Resamples.none(4), True)
    found = judged(made.scores, trial, shared(trial)).draws
    values = {name: float(one[0]) for name, one in (shared(trial) | found).items()}
    assert (values["best_single"], values["best_single_cost"]) == (0.75, 4.0)
    assert (values["oracle"], values["oracle_cost"]) == (0.75, 2.0)
    assert (values["mean_score"], values["mean_cost"], values["regret"]) == (0.75, 2.0, 0.0)
    assert values["cost_at_best_single"] == pytest.approx(0.5)
    assert (values["score_at_best_single_cost"], values["cost_there"]) == (0.75, 0.5)
    # the single models: .25 at 1, .5 at 2, .75 at 4; the router: .25 at 1, .5 at 1.25 or 1.5, .75 at 2
    assert values["aiq_hull"] == pytest.approx((0.375 + 2 * 0.625) / 3)
    assert values["aiq"] > values["aiq_hull"] + 0.1
    assert values["aiq_over_hull"] == pytest.approx(values["aiq"] - values["aiq_hull"])


@given(st.integers(4, 30), st.integers(0, 10_000))
def test_what_holds_of_every_router(count: int, seed: int):
    """Nobody beats the oracle; regret and gain are what they say; a router that may toss coins between the single
    models as it estimated them has no smaller area than the cheapest alone."""
    made = random_table(count, seed)
    trial, folds = in_folds(made, drawn=5)
    found = judge_all({"random": Random(), "one": Single(1)}, folds, trial, seed, 0.0, silent)
    for one in found.values():
        draws = one.draws
        assert (draws["mean_score"] <= draws["oracle"] + 1e-9).all()
        np.testing.assert_allclose(draws["regret"], draws["oracle"] - draws["mean_score"])
        np.testing.assert_allclose(draws["over_best_single"], draws["mean_score"] - draws["best_single"])
        assert (draws["aiq"] >= one.scores[-1] - 1e-9)[0]
        assert draws["cost_there"][0] <= 1.0 + 1e-9
    assert found["oracle"].draws["regret"] == pytest.approx(0.0)
    np.testing.assert_allclose(found["one"].draws["mean_cost"], 2.0)
    assert (found["oracle"].draws["aiq"] >= found["random"].draws["aiq"] - 1e-9).all()


def test_the_best_single_is_that_of_training():
    """Not of the prompts that it is judged by."""
    train = table([[1.0, 0.0, 0.0]] * 3, PRICES)
    data = table([[0.0, 1.0, 0.0]] * 3, PRICES)
    fold = Fold(train, Inputs(train.prompts), Inputs(data.prompts), np.arange(3))
    trial = trial_of(data, [fold], Resamples.none(3), True)
    found = judge_all({"best": BestSingle()}, [fold], trial, 0, 0.0, silent)["best"].draws
    assert (found["mean_score"][0], found["best_single"][0], found["oracle"][0]) == (0.0, 0.0, 1.0)


def test_two_models():
    """APGR and its like for the pair as it is given; where nobody has an opinion, one model is as good as the other."""
    made, inputs = two_worlds(60, np.random.default_rng(1))
    made.scores[:, 1] = np.maximum(made.scores[:, 1], np.arange(60) % 3 == 0)
    folds = held_out(made, inputs, 3, 0)
    trial = trial_of(made, folds, Resamples(made.groups, 30, np.random.default_rng(0)), True, (0, 1))
    found = judge_all({**running(inputs), "alone": Single(0)}, folds, trial, 0, 0.0, silent)
    assert found["knn"].draws["apgr"][0] > 0.7
    assert found["knn"].draws["apgr"].shape == (31,)
    assert found["alone"].draws["apgr"][0] == pytest.approx(0.5)
    assert found["oracle"].draws["cpt50"][0] < found["knn"].draws["cpt50"][0] + 1e-9
    curve = found["knn"].curve
    assert curve is not None
    assert (curve.shares[0, 0], curve.recovered[0, 0], curve.recovered[0, -1]) == pytest.approx((0.0, 0.0, 1.0))
    nobody = judged(np.full((60, 2), -np.inf), trial, shared(trial)).draws
    assert nobody["apgr"][0] == pytest.approx(0.5)


def test_without_prices():
    """Only quality is judged, and a weight of costs changes nothing."""
    trial, folds = in_folds(table(random_table(20, 3).scores), priced=False)
    found = judge_all({"random": Random()}, folds, trial, 1, 5.0, silent)["random"].draws
    assert set(found) == {"best_single", "oracle", "mean_score", "regret", "over_best_single"}
    again = judge_all({"random": Random()}, folds, trial, 1, 0.0, silent)["random"].draws
    np.testing.assert_array_equal(found["mean_score"], again["mean_score"])


@pytest.mark.filterwarnings("error")
def test_a_best_model_that_costs_nothing():
    """Is no measure of what others cost; all other figures are there."""
    made = table([[1, 0, 1], [1, 1, 0], [1, 0, 0], [1, 0, 1]] * 4, [0.0, 0.0, 4.0])
    trial, folds = in_folds(made)
    found = judge_all({"best": BestSingle(), "dear": Single(2)}, folds, trial, 0, 0.0, silent)
    for one in found.values():
        assert np.isnan(one.draws["cost_at_best_single"]).all()
        assert np.isnan(one.draws["cost_there"]).all()
        assert np.isfinite(one.draws["aiq"]).all()


def test_the_operating_point():
    """At a weight of a score for a US$ the router is cheaper, and no point of the sweep is lost."""
    made = random_table(40, 5)
    trial, folds = in_folds(made)
    found = [judge_all({"r": Random()}, folds, trial, 0, weight, silent)["r"] for weight in (0.0, 0.1, 1e9)]
    costs = [one.draws["mean_cost"][0] for one in found]
    assert costs[0] > costs[1] > costs[2] == pytest.approx(1.0)
    np.testing.assert_allclose(found[0].draws["aiq"], found[2].draws["aiq"])


def test_what_is_not_known():
    """A score that nobody has counts as the model's mean; the oracle takes what is known; a cost unknown in a fold is
    that of the table; estimates of nothing are never chosen."""
    made = table([[1.0, np.nan], [0.0, 0.5], [0.0, np.nan], [1.0, 0.7]], [[1.0, 2.0], [1.0, np.nan]] * 2)
    folds = held_out(made, Inputs(made.prompts), 4, 0)
    trial = trial_of(made, folds, Resamples.none(4), True)
    assert trial.scores[[0, 2], 1] == pytest.approx([0.6, 0.6])
    assert trial.prices[:, 1] == pytest.approx(2.0)
    assert shared(trial)["oracle"][0] == pytest.approx((1.0 + 0.5 + 0.0 + 1.0) / 4)

    class Knows:
        def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> Knows:
            return self

        def estimate(self, inputs: Inputs) -> Floats:
            return np.array([[np.nan, 0.1]] * len(inputs.prompts))

    found = estimated("knows", Knows(), folds, (4, 2), 0)
    np.testing.assert_array_equal(found, [[-np.inf, 0.1]] * 4)


def test_chance_is_each_ones_own():
    """Who else is in the table changes nothing, another seed does."""
    made = random_table(30, 6)
    trial, folds = in_folds(made)
    alone = judge_all({"random": Random()}, folds, trial, 7, 0.0, silent)["random"]
    among = judge_all({"other": Random(), "random": Random()}, folds, trial, 7, 0.0, silent)
    np.testing.assert_array_equal(alone.scores, among["random"].scores)
    assert not np.array_equal(among["other"].scores, alone.scores)
