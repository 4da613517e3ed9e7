"""Asking a configuration without running it: what would become of a request, and whether the tests in it hold."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.sim.makers import config, pool
from wrp_policies import CheapestCapable, Static, Weighted
from wrp_policies.cascading.verifiers import Judge, Logprob
from wrp_policies.selection import Cascade, Fusion
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.pools import Price
from wrp_router.config.structs import Config, Expect, RouteConfig, TenantConfig, TenantLimits
from wrp_router.config.structs import TestConfig as Question  # pytest would take it for a class of tests
from wrp_router.errors import BadRequest
from wrp_router.rehearsal import Rehearsal, chat, judge
from wrp_signals import DomainSpec, HashingEmbedder, KeywordSpec

BOTH = (pool("small", 1, limit=1, price=Price(0.1, 0.2)), pool("large", 1, price=Price(1.0, 2.0)))
STORY = "Tell me a story about the sea and its ships please"


def house(*routes: RouteConfig, **changes: Any) -> Config:
    """Two pools of one server each, and these routes before one to the small pool."""
    listed = (*routes, RouteConfig("rest", Static(("small", "large"))))
    return config(*BOTH, routes=listed, **changes)


CODE = house(
    RouteConfig("code", Static(("large",)), "code"),
    signals={"code": KeywordSpec(words=("python",))},
    routing_budget=1e-9,
)
ABOUT = {
    "signals": {"category": DomainSpec(categories={"sea": ("ships on the sea",), "sky": ("planes in the clouds",)})},
    "cache": CacheConfig(categories={"default": CategoryConfig(0.8)}),
}


def test_a_question_takes_its_route() -> None:
    """The row is that of a served request: route, plan, server, readings."""
    row = Rehearsal(CODE).ask(chat("Sort a list in python"))
    assert (row.route, row.status, row.why) == ("code", 200, "code matched: code = true")
    assert row.plan is not None
    assert [attempt.pool for attempt in row.plan.attempts] == ["large"]
    assert [outcome.server for outcome in row.outcomes] == ["large0"]
    assert row.facts.readings["code"].value is True


def test_what_a_tenant_may_ask_for_holds_and_its_limits_do_not() -> None:
    """Whoever tries a configuration uses nobody's budget up."""
    tenants = (
        TenantConfig("local", limits=TenantLimits(requests="1/day", concurrent=0)),
        TenantConfig("red", models=("small-model",)),
    )
    rehearsal = Rehearsal(house(tenants=tenants))
    assert [rehearsal.ask(chat("Hello")).status for _ in range(3)] == [200] * 3
    refused = rehearsal.ask(chat("Hello"), "red")
    assert (refused.status, refused.error) == (403, "model_not_allowed")


def test_no_signal_is_ever_late() -> None:
    """However short the routing budget: what a test says may not depend on the machine it runs on."""
    rehearsal = Rehearsal(CODE)
    assert {rehearsal.ask(chat("python")).route for _ in range(50)} == {"code"}


def test_every_question_finds_the_servers_idle() -> None:
    """A server with room for one serves one after the other, and nothing waits."""
    rehearsal = Rehearsal(house())
    rows = [rehearsal.ask(chat(f"Question {number}")) for number in range(5)]
    assert {row.outcomes[0].server for row in rows} == {"small0"}
    assert all(row.duration < 1e-3 for row in rows)
    assert len({row.facts.id for row in rows}) == 5


def test_time_begins_when_it_is_told_to() -> None:
    """Conditions that look at the clock see it; later questions are seconds later."""
    made = house(RouteConfig("second", Static(("large",)), "time.minute == 1"))
    rehearsal = Rehearsal(made, now=59.0)
    first, second = (rehearsal.ask(chat("What is up?")) for _ in range(2))
    assert [first.time, second.time] == pytest.approx([59.0, 60.0], abs=1e-3)
    assert [first.route, second.route] == ["rest", "second"]


def test_lots_are_drawn_by_seed() -> None:
    """The same seed, the same pools."""
    made = house(RouteConfig("split", Weighted({"small": 1, "large": 1})))

    def drawn(seed: int) -> list[str]:
        rehearsal = Rehearsal(made, seed=seed)
        return [rehearsal.ask(chat("Hello")).outcomes[0].pool for _ in range(30)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_it_sees_what_the_cache_kept() -> None:
    """Of the questions before, for the same tenant only."""
    rehearsal = Rehearsal(house(cache=CacheConfig(semantic=False)))
    asked = [rehearsal.ask(chat("Hello"), tenant) for tenant in ("a", "a", "b")]
    assert [row.cache for row in asked] == ["miss", "hit-exact", "miss"]


def test_likeness_counts_where_there_is_an_embedder() -> None:
    """The one that is given takes the place of the configured one."""
    rehearsal = Rehearsal(house(**ABOUT), embedder=HashingEmbedder())
    rows = [rehearsal.ask(chat(text)) for text in (STORY, f"{STORY} now")]
    assert [row.cache for row in rows] == ["miss", "hit-semantic"]
    assert rows[1].facts.category() == "sea"


def test_what_the_gateway_would_refuse_is_refused() -> None:
    """A body that is none is no question; one that no pool can serve is a row."""
    rehearsal = Rehearsal(house(RouteConfig("able", CheapestCapable(("small", "large")))))
    with pytest.raises(BadRequest):
        rehearsal.ask(b'{"model": "auto"}')
    pictures = msgspec.json.decode(chat("What is this?"))
    pictures["messages"][0]["content"] = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    row = rehearsal.ask(msgspec.json.encode(pictures))
    assert (row.status, row.error) == (400, "no_capable_model")


def test_a_chat_may_name_a_model_and_a_system_prompt() -> None:
    """The system message comes first."""
    body = msgspec.json.decode(chat("Hello", "small-model", "Be brief."))
    assert body == {
        "model": "small-model",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
    }
    assert msgspec.json.decode(chat("Hello"))["model"] == "auto"


KEPT: tuple[Question, ...] = (
    Question("Sort a list in python", Expect(route="code", pool="large", signals={"code": True}, cache="off")),
    Question("Sort a list", Expect(route="rest", pool="small", category="unknown", signals={"code": False})),
    Question("Sort a list", Expect(route="model:large-model", signals={"code": "unknown"}), model="large-model"),
    Question("Sort a list", Expect(), system="You write python."),
)


@pytest.mark.parametrize("question", KEPT, ids=range(len(KEPT)))
def test_a_test_that_holds(question: Question) -> None:
    """Nothing differs; what is not expected may be anything."""
    verdict = judge(Rehearsal(CODE), question)
    assert (verdict.ask, verdict.differences) == (question.ask, ())


BROKEN: dict[str, Expect] = {
    "route: expected 'code', got 'rest'": Expect(route="code"),
    "pool: expected 'large', got 'small'": Expect(pool="large"),
    "category: expected 'law', got 'unknown'": Expect(category="law"),
    "cache: expected 'miss', got 'off'": Expect(cache="miss"),
    "signals.code: expected True, got False": Expect(signals={"code": True}),
    "signals.loud: expected 1.0, got 'unknown'": Expect(signals={"loud": 1.0}),
}


@pytest.mark.parametrize(("difference", "expect"), BROKEN.items(), ids=BROKEN)
def test_a_test_that_does_not(difference: str, expect: Expect) -> None:
    """What was expected and what came, in words."""
    verdict = judge(Rehearsal(CODE), Question("Hello", expect))
    assert verdict.differences == (difference,)
    assert verdict.row.route == "rest"


def test_every_difference_is_named() -> None:
    """Not only the first."""
    wrong = Expect(route="code", pool="large", cache="miss")
    assert len(judge(Rehearsal(CODE), Question("Hello", wrong)).differences) == 3


def test_an_answer_from_the_cache_tries_no_pool() -> None:
    """So a pool that is expected is missing."""
    rehearsal = Rehearsal(house(cache=CacheConfig(semantic=False)))
    hit = Question("Hello", Expect(pool="small", cache="hit-exact"), tenant="a")
    assert judge(rehearsal, Question("Hello", Expect(pool="small", cache="miss"), tenant="a")).differences == ()
    assert judge(rehearsal, hit).differences == ("pool: expected 'small', got ''",)


def test_a_request_that_fails_tries_none() -> None:
    """The row says why."""
    verdict = judge(Rehearsal(CODE), Question("Hello", Expect(pool="small"), model="gpt-0"))
    assert (verdict.differences, verdict.row.status) == (("pool: expected 'small', got ''",), 404)


def test_a_test_whose_request_is_refused() -> None:
    """It does not hold, whatever it expects, and says what the gateway said."""
    verdict = judge(Rehearsal(CODE), Question("Hello", Expect(), model="x" * 300))
    assert (verdict.row.status, verdict.row.error, verdict.row.facts.tenant) == (400, "invalid_value", "local")
    assert verdict.differences[0].startswith("refused: `model` must be")


def test_a_question_in_a_class() -> None:
    """Conditions see it."""
    made = house(RouteConfig("batch", Static(("large",)), 'request.priority == "sheddable"'))
    asked = Question("Sum up.", Expect(route="batch"), priority="sheddable")
    assert judge(Rehearsal(made), asked).differences == ()
    assert judge(Rehearsal(made), msgspec.structs.replace(asked, priority="critical")).differences != ()


@pytest.mark.parametrize("at", [-0.001, -5.0])
def test_a_cascade_is_not_judged_by_modelled_answers(at: float) -> None:
    """Whatever a model that knows nothing says of its own words: the plan has the bar, and there is no verdict."""
    row = Rehearsal(house(RouteConfig("up", Cascade(("small", "large"), Logprob(at)), "true"))).ask(chat("Hello"))
    assert row.plan is not None
    assert [one.pool for one in row.plan.attempts] == ["small", "large"]
    assert row.plan.attempts[0].accept_at > 0.0
    assert (row.cascade, [(one.pool, one.reason, one.evidence) for one in row.outcomes]) == ("", [("small", "", "")])


def test_a_judge_is_not_believed_either() -> None:
    """The plan says who will be asked; what a modelled one says is nothing."""
    route = RouteConfig("up", Cascade(("small", "large"), Judge("large")), "true")
    row = Rehearsal(house(route)).ask(chat("Hello"))
    assert row.plan is not None
    assert row.plan.why.endswith("as large will be asked")
    assert (row.cascade, row.inquiries, len(row.outcomes)) == ("", (), 1)


def test_others_are_asked_as_if() -> None:
    """Modelled ones say nothing of real ones: the plan says so, and they cost nothing."""
    row = Rehearsal(house(RouteConfig("up", Fusion(("small", "large"), "large"), "true"))).ask(chat("Hello"))
    assert row.plan is not None
    assert row.plan.why == "large writes: 2 of 2 answers came, of small, large (as modelled engines answer)"
    assert (row.plan.attempts[0].pool, row.inquiries) == ("large", ())
