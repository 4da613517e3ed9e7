"""Who can serve a request, and what the others lack."""

from __future__ import annotations

import pytest

from tests.policies.makers import facts, pool
from wrp_policies import Pool
from wrp_policies.capable import NoCapablePool, capable, takers
from wrp_signals.facts import Facts


def test_keeps_the_capable_in_order() -> None:
    """Both filters apply, and the order is the caller's."""
    able = frozenset({"tools"})
    pools = (
        pool("b", abilities=able),
        pool("short", abilities=able, context=10),
        pool("dumb"),
        pool("a", abilities=able),
    )
    assert [p.name for p in capable(facts(tools=1), pools)] == ["b", "a"]


def test_error_names_what_each_pool_lacks() -> None:
    """The caller can read off what to change."""
    pools = (pool("dumb"), pool("short", abilities=frozenset({"tools", "vision"}), context=99))
    with pytest.raises(NoCapablePool) as caught:
        capable(facts(tools=1, images=1), pools)
    assert caught.value.lacks == {"dumb": "has no tools, vision", "short": "holds 99 tokens, not 100"}
    assert str(caught.value) == (
        "no pool can serve this request: dumb has no tools, vision; short holds 99 tokens, not 100"
    )


class Upto:
    """Takes so many tokens; none of a tenant that it does not know."""

    def __init__(self, most: int) -> None:
        self.most = most

    def takes(self, facts: Facts, pool: Pool) -> bool:
        if facts.tenant != "local":
            raise NoCapablePool({pool.name: "knows no strangers"})
        return facts.prompt_tokens <= self.most


def test_takers_are_those_whose_balancing_says_so() -> None:
    """And those whose balancing says nothing. Whoever never could is named, all of them at once."""
    pools, taking = (pool("a"), pool("b"), pool("c")), {"a": Upto(10), "c": Upto(100)}
    assert [one.name for one in takers(facts(prompt_tokens=50), pools, taking)] == ["b", "c"]
    with pytest.raises(NoCapablePool) as caught:
        takers(facts(tenant="other"), pools, taking)
    assert list(caught.value.lacks) == ["a", "c"]
