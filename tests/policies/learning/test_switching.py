"""What it takes for a conversation to move."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import Warm, facts, pool, prompt
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.sight import Arms
from wrp_policies.learning.switching import FREE, Switch
from wrp_policies.types import Pools, Server

NAMES = ("here", "there")
TIME = Objective(latency=1.0, latency_scale=1.0)
WITHIN = st.floats(0, 10)


def both(tokens: int = 0) -> Pools:
    """Equals, but that the one holds so many tokens."""
    servers = [(Server(name, prefill=0.001, base=0.1),) for name in NAMES]
    return (pool("here", of=servers[0], warm=Warm({"here": tokens})), pool("there", of=servers[1]))


def ahead(switch: Switch, objective: Objective, pools: Pools, **changes: object) -> float:
    """By how much `here` is worth more, their answers being as good."""
    asked = facts(**{"prompt_tokens": 1000, "prefix": prompt(1, 10), "served": "here", **changes})
    taken = Arms(NAMES, objective, switch).look(asked, pools).taken
    return float(taken[1] - taken[0])


@given(st.floats(0, 10), st.floats(0, 10), st.integers(0, 900), st.floats(0.001, 0.01))
def test_gain_must_exceed_margin_and_loss(weight: float, margin: float, tokens: int, speed: float) -> None:
    """gain >= margin + weight * switch cost, the cost being the seconds of prefill that are lost."""
    tokens -= tokens % 100
    servers = [msgspec.structs.replace(one.servers[0], prefill=speed) for one in both()]
    here, there = [msgspec.structs.replace(one, servers=(of,)) for one, of in zip(both(tokens), servers, strict=True)]
    assert ahead(Switch(weight, margin), TIME, (here, there)) == pytest.approx(margin + weight * tokens * speed)


def test_money_that_is_lost() -> None:
    """Cached tokens that are cheaper; or a server of ours that would have to compute anew, at what it costs an hour."""
    money = Objective(cost=1.0, cost_scale=1.0)
    here, there = both(500)
    hosted = tuple([msgspec.structs.replace(one, price_in=2.0, price_cached=0.2) for one in (here, there)])
    assert ahead(Switch(), money, hosted) == pytest.approx(500 * 1.8 / 1e6)
    mine = tuple([msgspec.structs.replace(one, price_hour=36.0) for one in (here, there)])
    assert ahead(Switch(), money, mine) == pytest.approx(500 * 0.001 * 36.0 / 3600)


def test_nothing_is_lost() -> None:
    """Where nobody minds money or time, nothing is warm, the prompt's beginning is not known, or it shall not count."""
    assert ahead(Switch(), Objective(), both(500)) == 0.0
    assert ahead(Switch(), TIME, both()) == 0.0
    assert ahead(Switch(), TIME, both(500), prefix=()) == 0.0
    assert ahead(FREE, TIME, both(500)) == 0.0


def test_a_margin_is_for_who_is_here() -> None:
    """A conversation that begins, or whose pool is gone, pays none."""
    switch = Switch(margin=0.3)
    assert ahead(switch, Objective(), both()) == pytest.approx(0.3)
    assert ahead(switch, Objective(), both(), served="there") == pytest.approx(-0.3)
    assert ahead(switch, Objective(), both(), served="") == ahead(switch, Objective(), both(), served="gone") == 0.0


def test_a_budget_minds_money() -> None:
    """Though the objective does not: what is cached is paid less for."""
    asked = facts(prompt_tokens=1000, prefix=prompt(1, 10))
    pools = tuple([msgspec.structs.replace(one, price_in=2.0, price_cached=0.2) for one in both(500)])
    taken = Arms(NAMES, Objective(), Switch()).look(asked, pools, price=10.0).taken
    assert taken[1] - taken[0] == pytest.approx(10.0 * 500 * 1.8 / 1e6)
