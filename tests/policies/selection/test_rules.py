"""What every selection policy promises, whichever it is."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.policies import makers
from wrp_policies import SelectionSpec, pools_of
from wrp_policies.types import Choice

KINDS = makers.kinds(SelectionSpec)


@pytest.mark.parametrize("kind", KINDS)
def test_same_inputs_and_seed_same_choice(kind: str) -> None:
    """A choice depends on its arguments alone."""
    policy, pools = makers.built(kind), makers.two_pools()
    for seed in range(50):
        one = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
        assert one == policy.select(makers.facts(), pools, 1.0, random.Random(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_choice_is_out_of_the_pools_given(kind: str) -> None:
    """Whatever subset of pools is there, the answer names some of them, each once, and says why."""
    policy = makers.built(kind)
    both = makers.two_pools()
    for pools in (both, both[:1], both[1:]):
        for seed in range(50):
            choice = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
            assert choice.pools
            assert set(choice.pools) <= {pool.name for pool in pools}
            assert len(set(choice.pools)) == len(choice.pools)
            assert choice.why


@pytest.mark.parametrize("kind", KINDS)
def test_chances_are_a_distribution(kind: str) -> None:
    """Over those who might have been first, all of them given; the first one's is the propensity. Where nothing was
    drawn, the first had 1."""
    policy, both = makers.built(kind), makers.two_pools()
    for pools in (both, both[:1], both[1:]):
        for seed in range(50):
            choice = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
            assert 0.0 < choice.propensity <= 1.0
            chances = choice.chances or {choice.pools[0]: 1.0}
            assert set(chances) <= {pool.name for pool in pools}
            assert min(chances.values()) > 0.0
            assert sum(chances.values()) == pytest.approx(1.0)
            assert choice.propensity == pytest.approx(chances[choice.pools[0]])


@pytest.mark.parametrize("kind", KINDS)
def test_choice_can_be_written_down(kind: str) -> None:
    """As it is: a row with a number of another library has no form in JSON, and never reaches the decision log."""
    policy, pools = makers.built(kind), makers.two_pools()
    for seed in range(50):
        choice = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
        assert msgspec.json.decode(msgspec.json.encode(choice), type=Choice) == choice


@pytest.mark.parametrize("kind", KINDS)
def test_propensity_is_the_frequency(kind: str) -> None:
    """Each first choice is drawn as often as it says (within five standard deviations of 20,000 draws)."""
    policy, pools, rng = makers.built(kind), makers.two_pools(), random.Random(11)
    draws = 20_000
    seen: dict[str, int] = {}
    says: dict[str, float] = {}
    for _ in range(draws):
        choice = policy.select(makers.facts(), pools, 1.0, rng)
        seen[choice.pools[0]] = seen.get(choice.pools[0], 0) + 1
        says[choice.pools[0]] = choice.propensity
    for name, count in seen.items():
        deviation = (draws * says[name] * (1 - says[name])) ** 0.5
        assert abs(count - draws * says[name]) <= 5 * deviation


@pytest.mark.parametrize("kind", KINDS)
def test_pools_of_names_every_pool(kind: str) -> None:
    """The configuration check learns of every pool a spec may use, nested or not."""
    assert set(pools_of(makers.selection(kind))) == {"small", "large"}
