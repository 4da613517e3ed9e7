"""What `wrp eval routing` may be told."""

from __future__ import annotations

import pytest

from tests.cli.judged import options


def test_defaults():
    """All policies, by quality alone, one seed, 500 resamples, nothing kept on the disk."""
    found = options("eval", "routing", "--data", "d", "--folds", "5")
    assert (found.part, found.policy, found.cost_weight, found.seed, found.seeds) == ("routing", None, 0.0, 0, 1)
    assert (found.resamples, found.vectors, found.tier, found.train, found.config) == (500, None, None, None, None)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--train", "t", "--folds", "5"),
        ("--folds", "1"),
        ("--folds", "5", "--cost-weight", "-1"),
        ("--folds", "5", "--cost-weight", "inf"),
        ("--folds", "5", "--seeds", "0"),
        ("--folds", "5", "--tier", "auto"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...]):
    """Neither or both sources of training, a single fold, weights that are no price."""
    with pytest.raises(SystemExit):
        options("eval", "routing", "--data", "d", *arguments)
