"""What an entry weighs, what a hit on it saves, and what a category promises."""

from __future__ import annotations

import pytest

from tests.cache.makers import entry
from wrp_cache.shelf import Home, Shelf, saving, weigh


def test_weight_counts_the_texts() -> None:
    """A longer body or question weighs more, by what it is longer; one in another alphabet by what memory takes."""
    assert weigh(entry(), 1000) - weigh(entry(), 10) == 990
    assert weigh(entry(asked="ab" * 100), 2) - weigh(entry(asked=""), 2) == 200
    assert weigh(entry(asked="ä€" * 100), 2) >= weigh(entry(asked="ab" * 100), 2) + 200


@pytest.mark.parametrize("name", ["tenant", "category", "content_type", "embedder", "model", "served_by"])
def test_weight_counts_the_names(name: str) -> None:
    """Whatever a client may choose is charged."""
    assert weigh(entry(**{name: "€" * 1000}), 2) - weigh(entry(**{name: ""}), 2) == 4000


def test_what_a_hit_saves() -> None:
    """The cost if there is one, else the tokens at a nominal price, else the length of the body."""
    assert saving(entry(cost=0.5, tokens_out=10), 2) == 0.5
    assert saving(entry(tokens_in=1000, tokens_out=1000), 2) == pytest.approx(0.75e-3)
    assert saving(entry(), 4000) == pytest.approx(0.6e-3)


@pytest.mark.parametrize("cost", [float("inf"), 1e300])
def test_no_answer_is_worth_everything(cost: float) -> None:
    """A cost beyond reason is cut; one that is no number is none."""
    assert saving(entry(cost=cost), 2) == 1e6
    assert saving(entry(cost=float("nan"), tokens_out=1), 2) == pytest.approx(0.6e-6)


def test_a_category_that_is_hit_promises_more() -> None:
    """At first every category is given the benefit of the doubt; then hits per admission decide, within bounds."""
    shelf = Shelf("x")
    assert shelf.promise == 1.0
    shelf.admitted += 320
    shelf.review(0.0, 3600.0)
    assert shelf.promise == pytest.approx(0.1, abs=0.01)
    shelf.hits_exact += 320
    shelf.review(0.0, 3600.0)
    assert shelf.promise == 1.0
    for _ in range(9999):
        shelf.found(0, probe=False)
    shelf.review(0.0, 3600.0)
    assert shelf.promise == 4.0
    shelf.admitted += 10**6
    shelf.review(0.0, 3600.0)
    assert shelf.promise == 0.1


def test_a_promise_fades() -> None:
    """After many half-lives the doubt is back."""
    shelf = Shelf("x")
    shelf.admitted += 3200
    shelf.review(0.0, 10.0)
    shelf.review(1000.0, 10.0)
    assert shelf.promise == pytest.approx(1.0)


def test_a_find_is_a_hit_or_a_probe() -> None:
    """Never both; vetoes on the way are counted with either."""
    shelf = Shelf("x")
    shelf.found(2, probe=False)
    shelf.found(1, probe=True)
    stats = shelf.stats()
    assert (stats.hits_semantic, stats.probes, stats.vetoes, stats.entries) == (1, 1, 3, 0)


def test_a_home_weighs_its_digest() -> None:
    """A long partition costs more."""
    short, long = (Home(("a", b"p" * length, "x"), Shelf("x")).nbytes for length in (1, 101))
    assert long - short == 100
