"""Made-up requests for adapters."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise

import pytest

from wrp_router.sim.traces import catalogue


def test_few_are_asked_for_often() -> None:
    """The first of them about as often as the next two together, and most of a large catalogue hardly ever."""
    asked = Counter(arrival.adapter for arrival in catalogue(1, 8_000, 2_000))
    assert asked["lora-0"] == pytest.approx(8_000 / 8.18, rel=0.1)
    assert asked["lora-0"] == pytest.approx(asked["lora-1"] + asked["lora-2"], rel=0.3)
    assert len(asked) > 900


def test_one_may_be_hot() -> None:
    """With a share of its own beside the others."""
    asked = Counter(arrival.adapter for arrival in catalogue(1, 4_000, 50, hot=0.6, skew=0.0))
    assert asked["lora-hot"] == pytest.approx(2_400, rel=0.05)
    assert max(asked[name] for name in asked if name != "lora-hot") < 60


def test_prompts_begin_as_their_adapter_does() -> None:
    """With its system blocks, and go on with blocks that no other prompt has."""
    arrivals = list(catalogue(2, 300, 5, system=3))
    heads = {arrival.adapter: arrival.blocks[:3] for arrival in arrivals}
    assert all(arrival.blocks[:3] == heads[arrival.adapter] for arrival in arrivals)
    tails = [block for arrival in arrivals for block in arrival.blocks[3:]]
    assert len(set(tails)) == len(tails)
    assert set(tails).isdisjoint(block for head in heads.values() for block in head)
    assert all(len(arrival.blocks) == 3 + -(-(arrival.prompt - 384) // 128) for arrival in arrivals)


def test_the_same_again() -> None:
    """In order of time at the rate asked for; a longer one begins with the shorter."""
    trace = catalogue(3, 2_000, qps=8.0)
    arrivals = list(trace)
    assert arrivals == list(trace)
    assert arrivals[:50] == list(catalogue(3, 50, qps=8.0)) == list(islice(trace, 50))
    assert all(one.at < other.at for one, other in pairwise(arrivals))
    assert arrivals[-1].at == pytest.approx(250, rel=0.1)


@pytest.mark.parametrize("wrong", [{"requests": -1}, {"adapters": 0}, {"qps": 0.0}, {"hot": 1.1}, {"skew": -1.0}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    """Before anything is made."""
    with pytest.raises(ValueError, match="requests for"):
        catalogue(**{"seed": 1, "requests": 5, **wrong})  # type: ignore[arg-type]
