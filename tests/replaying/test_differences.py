"""What a log cannot judge."""

from __future__ import annotations

from tests.replaying.makers import config, world
from wrp_router.replaying.differences import differences, other_models, unread
from wrp_router.replaying.rows import Gathering


def said(**changes: str) -> list[str]:
    return differences(config(), config(**changes), "new.yaml", "my log.jsonl")


def test_the_same_is_not_told():
    """Nor a pool that only one of them has."""
    assert said() == []
    assert said(**{"name: large": "name: huge", "large: 30": "huge: 30"}) == []


def test_load_is_for_the_simulator():
    """With the command to type, for either way to choose a server."""
    (found,) = said(**{"8001]": "8001], balance: {kind: p2c}, limit: 4"})
    assert found == (
        "small differs in how a server is chosen, how many requests a server gets: that changes what other requests "
        "wait for, so no log can judge it; try wrp simulate new.yaml --trace 'my log.jsonl' --pool small "
        "--policy adaptive,p2c"
    )
    assert "its servers" in said(**{"8001]": "8001, http://127.0.0.1:8009]"})[0]


def test_prices():
    """Costs stay what they were."""
    assert said(**{"input: 0.1,": "input: 0.5,"}) == ["small has another price: costs are those that were logged"]


def test_signals_that_are_declared_otherwise():
    """Only those: new ones are not in the log anyway."""
    assert unread(config(), config(**{"[prove]": "[prove, theorem]"})) == {"category"}
    assert unread(config(), config(**{"category:": "fresh:"})) == set()


def test_another_model_behind_a_pool():
    """Is told by what the log says of who answered; `*` takes whatever came."""
    gathering = Gathering({"auto"})
    gathering.take(world(40))
    kept = gathering.kept()
    assert other_models(kept, config()) == set()
    assert other_models(kept, config(**{"large-70b": "large-80b"})) == {"large"}
    assert other_models(kept, config(**{"model: large-70b, ": ""})) == set()
    assert other_models((), config()) == set()
