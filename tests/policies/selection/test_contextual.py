"""What the configurations of contextual bandits have in common."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from tests.policies.makers import facts, outcome
from tests.policies.selection.learning import PLAN
from wrp_policies import SelectionSpec
from wrp_policies.learning.warm import warm_start
from wrp_policies.selection import LinUcb
from wrp_signals.errors import TierMissing, WeightsDamaged, WrongEmbedder
from wrp_signals.materials import Materials
from wrp_signals.vectors import Rows

POOLS = ("small", "large")


class Eight:
    """An embedder of eight numbers."""

    id, dim = "eight", 8

    def embed(self, texts: Sequence[str]) -> Rows:
        return np.tile(np.eye(8, dtype=np.float32)[0], (len(texts), 1))


def test_looks_at_its_tier() -> None:
    """By default the static one; where that is missing, the other; where there is none, at the request's shape alone.
    Who insists on the model is told what to install."""
    assert LinUcb(pools=POOLS).build(Materials(static=Eight(), model=Eight())).tiers == {"static"}
    assert LinUcb(pools=POOLS, tier="model").build(Materials(static=Eight(), model=Eight())).tiers == {"model"}
    assert LinUcb(pools=POOLS).build(Materials.none()).tiers == frozenset()
    assert LinUcb(pools=POOLS, dim=16).build(Materials(static=Eight())).tiers == frozenset()
    with pytest.raises(TierMissing):
        LinUcb(pools=POOLS, tier="model").build(Materials(static=Eight()))


def test_a_prior_is_read_from_its_file() -> None:
    """Made along the axes that the spec says; so before anything is learned it has a favourite."""
    spec = LinUcb(pools=POOLS, prior="prior.json")
    context, _ = spec.context(Materials.none())
    file = warm_start(context, [facts()] * 40, np.tile([0.2, 0.9], (40, 1)), POOLS)
    policy = spec.build(Materials(read_file=lambda path: {"prior.json": file}[path]))
    found = policy._learner.ridge.means(context(facts()))
    assert found[0] < 0.3
    assert found[1] > 0.8


def test_a_prior_that_is_none() -> None:
    """A file that is missing or something else ends the start, not a request."""
    spec = LinUcb(pools=POOLS, prior="prior.json")
    with pytest.raises(FileNotFoundError):
        spec.build(Materials.none())
    sums = b'{"context": "%s", "sums": {"small": {"count": 1.0, "targets": "AA==", "gram": "AA=="}}}'
    damaged = sums % spec.context(Materials.none())[0].id.encode()
    for data in (b"{}", b"", b"\xff", damaged):
        with pytest.raises(WeightsDamaged, match=r"prior\.json is (no prior|damaged) "):
            spec.build(Materials(read_file=lambda path, data=data: data))  # type: ignore[misc]


@pytest.mark.parametrize("kind", ["linucb", "lints", "epsilon_greedy"])
def test_a_prior_of_another_context(kind: str) -> None:
    """Other vectors, or more of them, than those that it was made of: the start ends, and says what to do."""
    keys = {"kind": kind, "pools": POOLS, "prior": "prior.json"}
    spec = msgspec.convert(keys, type=SelectionSpec)
    file = warm_start(spec.context(Materials(static=Eight()))[0], [facts()] * 40, np.full((40, 2), 0.5), POOLS)
    spec.build(Materials(static=Eight(), read_file=lambda path: file))
    for other, here in ((spec, None), (msgspec.convert(keys | {"dim": 20}, type=SelectionSpec), Eight())):
        with pytest.raises(WrongEmbedder, match=r"prior\.json .*: run `wrp train prior` again"):
            other.build(Materials(static=here, read_file=lambda path: file))


@pytest.mark.parametrize(
    "keys", [{"floor": 0.6}, {"dim": 65}, {"dim": 3}, {"discount": 1.1}, {"budget": 0}, {"objective": {"speed": 1}}]
)
def test_bounds(keys: dict[str, object]) -> None:
    """What cannot be meant is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "linucb", "pools": POOLS, **keys}, type=SelectionSpec)


def test_state_of_nonsense_is_refused() -> None:
    """And what was learned stays as it was."""
    policy = LinUcb(pools=POOLS).build(Materials.none())
    policy.judged(facts(), PLAN, outcome("small", "s"), 1.0)
    before = policy.state()
    with pytest.raises(msgspec.DecodeError):
        policy.restore(b"[]")
    assert policy.state() == before
