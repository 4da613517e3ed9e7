"""What an answer is worth."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from wrp_policies.learning.reward import MOST, Objective


def test_quality_alone_by_default() -> None:
    """Neither money nor time counts unless it is said what they are worth."""
    assert Objective().worth(0.75, cost=12.0, seconds=99.0) == 0.75


def test_a_cent_more_has_to_be_better_by_the_weight() -> None:
    """And ten seconds longer likewise: the units stand beside the weights."""
    objective = Objective(quality=2.0, cost=0.3, latency=0.1)
    assert objective.worth(0.5, 0.0, 0.0) == 1.0
    assert objective.worth(0.5, 0.01, 0.0) == pytest.approx(0.7)
    assert objective.worth(0.5, 0.0, 20.0) == pytest.approx(0.8)
    assert Objective(cost=0.3, cost_scale=1.0).worth(1.0, 0.01, 0.0) == pytest.approx(0.997)


def test_money_may_be_dearer_for_now() -> None:
    """What a budget says that a US$ is worth comes on top of what the objective says."""
    assert Objective(cost=1.0).price(np.array([0.01]), dearer=50.0).tolist() == pytest.approx([1.5])
    assert Objective().price(np.array([0.01]), dearer=50.0).tolist() == pytest.approx([0.5])


def test_nothing_is_worse_than_the_worst() -> None:
    """A server that hangs for ever has a price that can be reckoned with."""
    assert Objective(latency=1.0).price(np.zeros(1), np.array([1e300])).tolist() == [MOST]


def test_time_is_left_out_where_nobody_gives_it() -> None:
    """Without seconds, money alone is taken off."""
    assert Objective(cost=1.0, latency=1.0).price(np.array([0.01, 0.02])).tolist() == pytest.approx([1.0, 2.0])


def test_negative_weights_are_refused() -> None:
    """Nobody wants dearer answers."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"cost": -1}, type=Objective)
