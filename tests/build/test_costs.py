"""What signals and tiers cost, and which tier that leaves."""

from __future__ import annotations

import logging

import pytest

from wrp_router.build.costs import NOMINAL, Costs, jsonable, preferred, settled, signals_of, table, tiers_of
from wrp_signals import (
    HashingEmbedder,
    KeywordSpec,
    Materials,
    Reading,
    RequestView,
    Signal,
    Tier,
    TokensSpec,
    ValueType,
    Vector,
)
from wrp_signals.cost import Cost, guessed


class Broken:
    """A signal that raises."""

    value_type: ValueType = "bool"
    tier: Tier = "static"
    expected_cost = 2e-6

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        assert vector is not None
        raise ValueError("broken")


SIGNALS: dict[str, Signal] = {"word": KeywordSpec(words=("x",)).build(), "long": TokensSpec().build()}


def ticking(step: float = 2**-10):
    """A clock on which every look takes a step."""
    ticks = iter(range(10**6))
    return lambda: step * next(ticks)


@pytest.mark.parametrize(
    ("tiers", "prefer"),
    [
        ({"static": 2e-5, "model": 0.004}, "model"),
        ({"static": 2e-5, "model": 0.006}, "static"),
        ({"model": 0.006}, "model"),
        ({"static": 0.006}, "static"),
        ({}, "model"),
    ],
)
def test_the_best_tier_that_fits(tiers: dict[Tier, float], prefer: str) -> None:
    """The model within the budget, the table of words where there is no time for it."""
    assert preferred(tiers, 0.005) == prefer


@pytest.mark.parametrize(
    ("tier", "budget", "prefer"),
    [("auto", 1.0, "model"), ("auto", 1e-6, "static"), ("static", 1.0, "static"), ("model", 1e-6, "model")],
)
def test_only_auto_is_settled_by_measuring(tier: str, budget: float, prefer: str) -> None:
    """A tier that is named is taken however slow it is; without a timer the model is."""
    materials = Materials(HashingEmbedder(8), HashingEmbedder(16))
    chosen, tiers = settled(materials, tier, budget, ticking())
    assert (chosen.prefer, tiers) == (prefer, {"static": 2**-10, "model": 2**-10})
    chosen, tiers = settled(materials, tier, budget, None)
    assert (chosen.prefer, tiers) == ("static" if tier == "static" else "model", {})


def test_everything_is_measured() -> None:
    """Tiers by the typical message, signals by two requests; one that raises is guessed and logged."""
    assert tiers_of({"static": HashingEmbedder()}, ticking()) == {"static": 2**-10}
    assert signals_of(SIGNALS, {}, ticking())["word"] == Cost(2**-10, 2**-10)


def test_a_signal_that_raises_is_guessed(caplog: pytest.LogCaptureFixture) -> None:
    """Startup goes on, and the log says so."""
    with caplog.at_level(logging.WARNING):
        costs = signals_of({"bad": Broken()}, {"static": HashingEmbedder()}, ticking())
    assert costs == {"bad": guessed(Broken())}
    assert "signal bad cannot be measured" in caplog.text


def test_signals_are_ordered_with_their_embedding() -> None:
    """Measured where it was, nominal where not."""
    signals = {**SIGNALS, "bad": Broken()}
    order = Costs("model", 0.005, {"static": 0.01}, {"word": Cost(0.5, 0.5)}).order(signals)
    assert order == {"word": 0.5, "long": SIGNALS["long"].expected_cost, "bad": pytest.approx(0.010002)}
    assert Costs("model", 0.005).order(signals)["bad"] == pytest.approx(NOMINAL["static"] + 2e-6)


def test_the_table() -> None:
    """Tiers, then signals, cheapest first, in readable units."""
    costs = Costs(
        "static", 0.005, {"static": 25e-6, "model": 0.0081}, {"long": Cost(1e-3, 0.2), "word": Cost(3e-6, 9e-5)}
    )
    lines = table(costs, SIGNALS).splitlines()
    assert lines[0].endswith("the routing budget is 5.0 ms):")
    assert [line.split()[:3] for line in lines[1:3]] == [["model", "tier", "8.1"], ["static", "tier", "25"]]
    assert lines[1].endswith("(does not fit into the budget: often unknown)")
    assert lines[2].endswith("<- taken where a signal leaves it to us")
    assert [line.split() for line in lines[4:]] == [
        ["word", "none", "3", "us", "90", "us"],
        ["long", "none", "1.0", "ms", "200.0", "ms"],
    ]
    assert len(table(Costs("model", 1.0), {}).splitlines()) == 1


def test_for_programs() -> None:
    """The same in seconds."""
    told = jsonable(Costs("static", 0.005, {"static": 25e-6}, {"word": Cost(3e-6, 9e-5)}), SIGNALS)
    assert told == {
        "routing_budget": 0.005,
        "prefer": "static",
        "tiers": {"static": 25e-6},
        "signals": {"word": {"tier": "none", "typical": 3e-6, "long": 9e-5}},
    }
