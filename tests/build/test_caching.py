"""From the configuration of the cache to the cache and its bars."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.build.written import config_of
from tests.cache.makers import axis, entry
from tests.cache.weighings import arrays, card
from tests.flow.makers import way
from wrp_cache import Bar, Hit, MemoryStore, Refused
from wrp_cache.bars.acceptance import Fixed
from wrp_cache.bars.budget import Budget
from wrp_cache.bars.verified import Verified
from wrp_cache.learned import LearnedGuard
from wrp_cache.weighing import packed
from wrp_router.build.caching import (
    acceptance_of,
    bars_of,
    cache_of,
    easing_of,
    flights_of,
    guard_of,
    recorded,
    reviewer_of,
)
from wrp_router.config.load import loads
from wrp_signals import TierMissing
from wrp_signals.static import static_embedder

POOL = "version: 1\npools: [{name: small, model: m, servers: [{url: http://127.0.0.1:1}]}]\n"


def config(text: str) -> Any:
    """The cache of this configuration."""
    return config_of(POOL + f"cache: {text}\n").cache


def codes(text: str) -> list[str]:
    """What is wrong with it."""
    return [problem.code for problem in loads(POOL + f"cache: {text}\n").problems]


def test_bars_are_what_was_written() -> None:
    """Of a category that is not cached nothing is kept."""
    written = "{categories: {a: {threshold: 0.9, floor: 0.8, critical: true, ttl: 5s}, default: {enabled: false}}}"
    assert bars_of(config(written)) == {
        "a": Bar(threshold=0.9, ttl=5.0, floor=0.8, critical=True),
        "default": Bar(ttl=0.0),
    }


@pytest.mark.parametrize(
    ("adapt", "kind"),
    [("null", Fixed), ("{kind: budget, wrong: 2%}", Budget), ("{kind: verified, each: true}", Verified)],
)
def test_who_decides_on_neighbours(adapt: str, kind: type) -> None:
    """By default the bars as written; else who learns."""
    made = config(f"{{adapt: {adapt}}}")
    assert type(acceptance_of(made)) is kind
    assert len(cache_of(made, MemoryStore(), random.Random(0))) == 0


def test_without_likeness_nothing_near_is_served() -> None:
    """Whoever looked all the same would find a guard that lets nothing pass; what is the same is found."""
    made = config("{semantic: false, categories: {default: {threshold: 0.5}}}")
    cache = cache_of(made, MemoryStore(), random.Random(0), alike=False)
    assert cache.put(entry(), axis(0), 0.0)
    assert isinstance(cache.exact(b"k", "a", 0.0), Hit)
    assert isinstance(
        found := cache.nearest(b"p", "a", axis(0), "How do I reset my password?", "default", 0.0), Refused
    )
    assert [veto.evidence.partition(":")[0] for veto in found.vetoes] == ["closed"]


def test_single_flight_is_on_unless_it_is_off() -> None:
    """Identical requests wait for one another."""
    assert flights_of(config("{semantic: false}")) is not None
    assert flights_of(config("{single_flight: false}")) is None


def test_bars_fall_only_where_they_may() -> None:
    """Without `relief` nobody is asked for the load."""
    assert easing_of(config("{semantic: false}"), {}.__getitem__) is None
    written = "{relief: {enter: 0.8, leave: 0.5, full: 1, most: 0.2, ramp: 0s}, categories: {default: {floor: 0.7}}}"
    easing = easing_of(config(written), {"small": 1.0}.__getitem__)
    assert easing is not None
    assert easing(way("all", "small"), 1.0) == 0.2


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{categories: {default: {threshold: 0.8, floor: 0.9}}}", "E046"),
        ("{relief: {leave: 0.9, enter: 0.8}, categories: {default: {floor: 0.7}}}", "E046"),
        ("{relief: {enter: 2.0}, categories: {default: {floor: 0.7}}}", "E046"),
        ("{relief: {}}", "W010"),
        ("{adapt: {kind: budget, wrong: 50%}}", "E"),
        ("{adapt: {kind: guess}}", "E"),
    ],
)
def test_bars_that_make_no_sense(written: str, code: str) -> None:
    """Are reported before anything runs."""
    assert any(found.startswith(code) for found in codes(written))


@pytest.mark.parametrize("written", ["{relief: {}, categories: {default: {floor: 0.7}}}", "{adapt: {kind: budget}}"])
def test_bars_that_make_sense(written: str) -> None:
    """Nothing is said of them but what the embedder wants."""
    assert not set(codes(written)) - {"W003"}


class Named:
    """An embedder by name."""

    id, dim = "minilm-test", 2

    def embed(self, texts: Any) -> Any:
        raise AssertionError("nothing is embedded here")


def test_a_learned_guard_is_loaded(tmp_path: Path) -> None:
    """With the bar that is written; not without likeness, nor where none is declared."""
    path = tmp_path / "guard.npz"
    path.write_bytes(packed(card(table_of_words=static_embedder().id), arrays()))
    made = config(f"{{guard: {{learned: {path}, bar: 0.7}}}}")
    guard = guard_of(made, Named())
    assert isinstance(guard, LearnedGuard)
    assert guard.bar == 0.7
    assert guard_of(made, None) is guard_of(config("{}"), Named()) is guard_of(config("{guard: {}}"), Named()) is None
    assert reviewer_of(made, Named()) is None


def test_a_cross_encoder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """When the router is built."""
    made = config(f"{{guard: {{cross_encoder: {tmp_path}}}}}")
    assert reviewer_of(made, None) is None
    with pytest.raises(TierMissing):
        reviewer_of(made, Named())


def test_how_much_of_an_answer_is_kept() -> None:
    """As much as the cache takes of one; more where its form is looked at; nothing where nobody wants any."""
    looked = "feedback: {form: true}\n"
    assert recorded(config_of(POOL)) == 0
    assert recorded(config_of(POOL + "cache: {max_entry: 64KiB}\n")) == 65_536
    assert recorded(config_of(POOL + looked)) == recorded(config_of(POOL + looked + "cache: {max_entry: 64KiB}\n"))
    assert recorded(config_of(POOL + looked + "cache: {max_entry: 4MiB}\n")) == 4 << 20
