"""The workload with known truth: the same for a seed, its cosines as measured, and the real cache in its hands."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bench.cache_replay import replay
from bench.cache_truth import MIXED, NEAR_MISSES, PARAPHRASES, Asked, Change, Kind, World, measured
from wrp_cache import Bar
from wrp_cache.bars.acceptance import Fixed
from wrp_cache.bars.budget import Budget

BARS = {**{kind.name: Bar(threshold=0.9) for kind in MIXED}, "default": Bar()}


def asked(requests: int, seed: int = 1, *changes: Change) -> list[Asked]:
    return list(itertools.islice(World(MIXED, seed, changes=changes), requests))


def test_a_seed_is_a_workload():
    """Every time; and another seed is another."""
    one, two, other = asked(200), asked(200), asked(200, 2)
    assert [(a.question, a.wording, a.now) for a in one] == [(a.question, a.wording, a.now) for a in two]
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(one, two, strict=True))
    assert [a.question for a in one] != [a.question for a in other]


@pytest.mark.parametrize("kind", MIXED, ids=lambda kind: kind.name)
def test_cosines_are_those_measured(kind: Kind):
    """From the median up, where hits are: of paraphrases within 0.05, of near misses at most 0.1 farther apart."""
    made = measured(kind, 3, 400)
    for name, wanted in (("same", PARAPHRASES), ("apart", NEAR_MISSES)):
        gaps = np.subtract(made[name], wanted[kind.name])[6:]
        assert np.abs(gaps).max() <= (0.05 if name == "same" else 0.1)


def test_answers_change_with_time():
    """Of finance within hours, of code never; and faster after a change."""
    slow, fast = World(MIXED, 1), World(MIXED, 1, changes=(Change(0, "finance", speed=10.0),))
    next(iter(fast))
    assert {slow.version("code", question, 1e6) for question in range(20)} == {0}
    versions = [sum(world.version("finance", q, 36_000.0) for q in range(50)) for world in (slow, fast)]
    assert versions[0] > 200
    assert versions[1] > 5 * versions[0]


def test_the_cache_is_judged_by_the_truth():
    """Exact hits answer the same question, the nearer the neighbour the likelier it is right, and probes are learnt."""
    seen = replay(asked(3000), BARS, Fixed(), 8 << 20)
    exact = [one for one in seen if one.given == "exact"]
    semantic = [one for one in seen if one.given == "semantic"]
    assert all(one.right or one.stale for one in exact)
    assert len(semantic) > 100
    near, far = ([one.right for one in semantic if (one.similarity > 0.95) is high] for high in (True, False))
    assert np.mean(near) > np.mean(far)
    budget = Budget()
    probed = replay(asked(1000), BARS, budget, 8 << 20)
    assert sum(one.given == "probe" for one in probed) > 50
    assert sum(budget.standing(kind.name, "acme", 0.0).findings for kind in MIXED) > 0
