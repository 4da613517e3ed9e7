"""Rows as arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.replaying.makers import row, said
from tests.replaying.test_choosing import examples
from wrp_policies.offpolicy import BadLog
from wrp_router.replaying.arrays import DIRECTIONS, MEASURES, arms_of, features_of, groups_of, logged_of, rewards_of
from wrp_router.replaying.rows import Gathering
from wrp_signals.facts import packed
from wrp_signals.hashing import HashingEmbedder

PLAIN = 22


def test_actions_chances_and_rewards():
    """As they stand in the rows; pools in the order of their names, the candidate's own after them."""
    some = examples(50)
    log = logged_of(some, [{"small": 0.5, "new": 0.5}] * 50)
    assert log.arms == ("large", "small", "new")
    assert [log.arms[action] for action in log.actions] == [example.pool for example in some]
    assert log.propensities.tolist() == [example.plan.propensity for example in some]
    assert log.logging is not None
    assert np.allclose(log.logging, [0.3, 0.7, 0.0])
    assert np.allclose(log.target, [0.0, 0.5, 0.5])
    assert np.array_equal(log.rewards, rewards_of(some, "quality"), equal_nan=True)
    assert arms_of(some) == ("large", "small")


def test_a_log_that_does_not_say_all_chances():
    """The propensity is enough; that the others are not known is not made up."""
    gathering = Gathering({"auto"})
    gathering.take([row(1, "small", propensity=0.7), row(2, "large", propensity=0.3)])
    log = logged_of(gathering.kept().examples, [{"small": 1.0}] * 2)
    assert log.logging is None
    assert log.weights.tolist() == pytest.approx([1 / 0.7, 0.0])


def test_whom_it_is_compared_with():
    """Where that is not the log."""
    log = logged_of(examples(3), [{"large": 1.0}] * 3, [{"small": 1.0}] * 3)
    assert log.against is not None
    assert log.against.tolist() == [[0.0, 1.0]] * 3


def test_never_possible():
    """What the log never could do is refused by whoever checks it."""
    with pytest.raises(BadLog, match="would only ever choose new"):
        logged_of(examples(3), [{"new": 1.0}] * 3)


def test_every_measure():
    """Quality, US$, seconds, and whether it failed."""
    gathering = Gathering({"auto"})
    gathering.take([row(1, "large"), said(1, 0.25), row(2, "large", status=502)])
    kept = gathering.kept().examples
    answered, failed = zip(*[rewards_of(kept, name) for name in MEASURES], strict=True)
    assert answered == pytest.approx([0.25, 0.001, 3.0, 0.0])
    assert failed == pytest.approx([float("nan"), 0.001, float("nan"), 1.0], nan_ok=True)


def test_rows_of_a_session_belong_together():
    """Others are each alone; without two of one session there are no groups."""
    one, two, three = examples(3)
    in_session = [replace(each, facts=row(1, "small", session="s").facts) for each in (one, two)]
    assert groups_of([*in_session, three]) == ["s", "s", "#2"]
    assert groups_of([in_session[0], two, three]) is None
    assert groups_of([]) is None


def test_features_of_shape():
    """Finite whatever a request says, and different for requests that differ."""
    gathering = Gathering({"auto"})
    gathering.take(
        [row(1, "small"), row(2, "small", prompt_tokens=10**9, max_tokens=0, tools=3, images=2, stream=True, turns=-4)]
    )
    table = features_of(gathering.kept().examples)
    assert table.shape == (2, PLAIN)
    assert np.isfinite(table).all()
    assert (table[0] != table[1]).sum() >= 5
    categories = features_of(examples(40))[:, 6:]
    assert categories.sum(axis=1).tolist() == [1.0] * 40
    assert (categories.sum(axis=0) > 0).sum() == 2


def test_features_of_vectors():
    """Their main directions, where most rows have them; the mean where one lacks it."""
    embedder = HashingEmbedder()
    some = [
        replace(one, facts=row(n, "small", vectors={"model": packed(embedder.embed([f"a {n % 7}"])[0])}).facts)
        for n, one in enumerate(examples(120))
    ]
    table = features_of([*some[:-1], examples(1)[0]])
    assert table.shape == (120, PLAIN + 3)
    assert not table[-1, PLAIN:].any()
    assert table[0, PLAIN:].any()
    assert features_of([*some[:40], *examples(80)]).shape == (120, PLAIN)
    assert features_of(some[:20]).shape == (20, PLAIN)
    assert DIRECTIONS > 3


def test_vectors_of_two_embedders():
    """A log from before and after a change: those of which there are more count, the others are as if missing."""
    sizes = [64] * 80 + [32] * 40
    rng = np.random.default_rng(0)
    some = [
        replace(one, facts=row(n, "small", vectors={"model": packed(rng.standard_normal(size, np.float32))}).facts)
        for n, (one, size) in enumerate(zip(examples(120), sizes, strict=True))
    ]
    table = features_of(some)
    assert table.shape == (120, PLAIN + 3)
    assert table[:80, PLAIN:].all()
    assert not table[80:, PLAIN:].any()
