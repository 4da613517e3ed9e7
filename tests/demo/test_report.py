"""The demo's table and JSON."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.demo.conftest import Shown
from wrp_policies.types import Ended, Outcome
from wrp_router.config.pools import Price
from wrp_router.demo.prompts import PROMPTS, Prompt
from wrp_router.demo.report import as_json, as_text, summary
from wrp_router.demo.run import Asked
from wrp_router.record import CacheResult, Row
from wrp_signals.facts import Facts

LARGE = Price(1.0, 2.0)


def asked(
    text: str = "an answer", cache: CacheResult = "off", outcomes: tuple[Outcome, ...] = (), **row: object
) -> Asked:
    facts = Facts("id", "chat", "auto")
    made = Row(0.0, facts, cache=cache, outcomes=outcomes, cost=sum(one.cost for one in outcomes))
    return Asked(Prompt("ask"), msgspec.structs.replace(made, **row), 0.1, text)


def outcome(server: str = "a", ended: Ended = Ended.DONE, **more: object) -> Outcome:
    made = Outcome("small", server, "demo-8b", ended, tokens_in=1000, tokens_out=500, cost=0.0001)
    return msgspec.structs.replace(made, **more)


def test_the_table_has_every_prompt(shown: Shown):
    """In the order asked, each with its route, server and cache result."""
    lines = as_text(shown.asked, shown.large).splitlines()
    assert lines[0].split() == ["prompt", "route", "server", "cache", "ttft", "ms", "$", "x", "1e-6", "why"]
    for number, (line, one) in enumerate(zip(lines[2:], shown.asked, strict=False), 1):
        assert line.startswith(f"{number:2} {one.prompt.ask[:50]}")
        assert (one.row.route or "-") in line
        assert f" {one.row.cache.removeprefix('hit-')} " in line
    assert lines[2 + len(PROMPTS)] == ""


def test_the_sums_are_those_of_the_rows(shown: Shown):
    """Costs, hits, cuts."""
    told, rows = summary(shown.asked, shown.large), [one.row for one in shown.asked]
    assert told["requests"] == len(PROMPTS)
    assert told["cost_usd"] == pytest.approx(sum(row.cost for row in rows))
    assert told["cost_usd"] == pytest.approx(sum(o.cost for row in rows for o in row.outcomes))
    assert told["exact_hits"] == sum(row.cache == "hit-exact" for row in rows) >= 1
    assert told["semantic_hits"] == sum(row.cache == "hit-semantic" for row in rows)
    assert (told["failed_over"], told["cut"]) == (1, 1)
    assert sum(told["routes"].values()) == len(PROMPTS)
    assert sum(told["servers"].values()) == sum(len(row.outcomes) for row in rows)


def test_costs_by_the_prices_of_the_file(shown: Shown):
    """Tokens times price, for every attempt, whose prompt counts as estimated where the engine broke off before
    it said; on the large model alone it would have cost more."""
    prices = {"small": (0.05, 0.20), "large": (shown.large.input, shown.large.output)}
    for one in shown.asked:
        for o in one.row.outcomes:
            price_in, price_out = prices[o.pool]
            prompt = one.row.facts.prompt_tokens if o.estimated and not o.tokens_in else o.tokens_in
            assert o.cost == pytest.approx((prompt * price_in + o.tokens_out * price_out) / 1e6)
    told = summary(shown.asked, shown.large)
    assert told["saved"] == pytest.approx(1 - told["cost_usd"] / told["cost_all_large_usd"])
    assert 0 < told["saved"] < 1


def test_json_has_it_all(shown: Shown):
    """It survives a round trip, one object a request, with the text that the client read."""
    told = json.loads(json.dumps(as_json(shown.asked, shown.large)))
    assert [one["ask"] for one in told["requests"]] == [prompt.ask for prompt in PROMPTS]
    assert [one["text"] for one in told["requests"]] == [one.text for one in shown.asked]
    assert told["summary"]["requests"] == len(PROMPTS)
    assert all(one["took_s"] >= one["ttft_s"] * 0.5 for one in told["requests"])


def test_a_hit_would_have_cost_what_its_answer_did():
    """On the large model alone there would have been no cache."""
    told = summary([asked(outcomes=(outcome(),)), asked(cache="hit-exact")], LARGE)
    assert told["cost_usd"] == pytest.approx(0.0001)
    assert told["cost_all_large_usd"] == pytest.approx(2 * (1000 * 1.0 + 500 * 2.0) / 1e6)


def test_without_prices_nothing_is_saved():
    """And nothing is divided by zero."""
    assert summary([asked()], Price())["saved"] == 0.0


def test_without_semantic_hits_it_says_what_is_missing():
    """The extra, by its name."""
    assert "pip install 'wrp-router[model]'" in as_text([asked()], LARGE)
    assert "pip install" not in as_text([asked(cache="hit-semantic", similarity=0.91)], LARGE)


def test_reasons():
    """Each kind of row has its own."""
    failed = outcome("b", Ended.FAILED, reason="reset", cost=0.0)
    text = as_text(
        [
            asked(cache="hit-semantic", similarity=0.91),
            asked(cache="hit-exact"),
            asked(outcomes=(failed, outcome(tokens_cached=64)), why="money matched: refund = true"),
            asked(outcomes=(outcome(),), vetoes=("number: 1 != 2",), midstream=True, error="cut_short"),
        ],
        LARGE,
    )
    assert "similarity 0.910\n" in text
    assert "the same request was answered before\n" in text
    assert "money matched: refund = true; small/b failed (reset); 64 tokens warm\n" in text
    other = msgspec.structs.replace(
        asked(outcomes=(outcome(),)), prompt=Prompt("ask", "from another tenant", key="theirs")
    )
    assert "from another tenant\n" in as_text([other], LARGE)
    assert "not from the cache: number: 1 != 2; cut off (cut_short): the client got an error event\n" in text
