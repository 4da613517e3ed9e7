"""Requests on virtual time: queues, caches, pauses, busy and failing servers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.sim.makers import SLOW, Stage, config, pool, queueing, servers
from wrp_policies import PowerOfTwo, Weighted
from wrp_policies.types import Ended, Fault
from wrp_router.config.bounds import Limits, Retries
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.pools import Price
from wrp_router.config.structs import EmbedderConfig
from wrp_router.fakes.asking import Refused
from wrp_router.fakes.model import INSTANT, Profile
from wrp_router.fleet.queue import Ticket
from wrp_router.flow import CacheControl
from wrp_router.sim.engine import Said, SimEngine
from wrp_signals import (
    DomainSpec,
    HashingEmbedder,
    KeywordSpec,
    Reading,
    RequestView,
    Tier,
    ValueType,
    Vector,
)

ONE_AT_A_TIME = config(pool("small", servers=1, limit=1), timeouts=queueing(10.0))
REMEMBERS = CacheConfig(semantic=False)


class Failing(SimEngine):
    """Refuses so many requests with this status, and then is well."""

    __slots__ = ("left", "status")

    def __init__(self, status: int, times: int) -> None:
        super().__init__(INSTANT)
        self.status, self.left = status, times

    def answer(self, tree: dict[str, Any], model: str, now: float, handed: bool = False) -> Said:
        self.left -= 1
        if self.left >= 0:
            raise Refused(self.status, "the engine was told to fail", "told")
        return super().answer(tree, model, now, handed)


def test_one_request_takes_the_time_of_its_engine() -> None:
    """The first byte of a stream comes with the first token, that of any other answer with the last."""
    stage = Stage(config(), {"small": Profile(base_ttft=1.0, decode_tokens_per_s=10)})
    stage.arrive(5.0, max_tokens=11, stream=True)
    stage.arrive(50.0, max_tokens=11)
    streamed, whole = stage.rows()
    assert (streamed.ttft, streamed.duration) == pytest.approx((1.0, 2.0))
    assert (whole.ttft, whole.duration) == pytest.approx((2.0, 2.0))
    assert [streamed.time, streamed.outcomes[0].ttft] == pytest.approx([1e9 + 5.0, 1.0])
    assert (streamed.outcomes[0].ended, streamed.outcomes[0].finish_reason) == (Ended.DONE, "length")


def test_an_answer_is_priced() -> None:
    """By the tokens that the engine bills, at the pool's prices."""
    stage = Stage(config(pool("small", price=Price(1.0, 2.0))))
    stage.arrive(0.0)
    outcome = stage.rows()[0].outcomes[0]
    assert outcome.cost == pytest.approx((outcome.tokens_in + 2 * outcome.tokens_out) / 1e6)


def test_a_full_server_is_waited_for_in_line() -> None:
    """With room for one, requests are served one after the other, first come, first served."""
    stage = Stage(ONE_AT_A_TIME, {"small": SLOW})
    for number in range(4):
        stage.arrive(number / 10)
    assert [row.duration for row in stage.rows()] == pytest.approx([1.0, 1.9, 2.8, 3.7])


def test_patience_runs_out() -> None:
    """Who waited longer than the route allows is told to come back, and holds nothing."""
    stage = Stage(config(pool("small", servers=1, limit=1), timeouts=queueing(1.5)), {"small": SLOW})
    for _ in range(4):
        stage.arrive(0.0)
    rows = stage.rows()
    assert [row.status for row in rows] == [200, 200, 503, 503]
    assert [row.duration for row in rows[2:]] == [1.5, 1.5]
    assert rows[3].error == "queue_timeout"


def test_a_full_queue_is_503_at_once() -> None:
    """Nobody waits where nobody may."""
    made = config(pool("small", servers=1, limit=1), limits=Limits(queue=1))
    stage = Stage(made, {"small": SLOW})
    for _ in range(3):
        stage.arrive(0.0)
    rows = stage.rows()
    assert [row.status for row in rows] == [200, 200, 503]
    assert [row.duration for row in rows] == pytest.approx([1.0, 2.0, 0.0])


def test_who_came_late_waits_behind_the_line() -> None:
    """A newcomer never takes the room that somebody was woken for."""
    stage = Stage(ONE_AT_A_TIME, {"small": SLOW})
    for at in (0.0, 0.5, 1.0):
        stage.arrive(at)
    assert [row.duration for row in stage.rows()] == pytest.approx([1.0, 1.5, 2.0])


def test_a_cooling_pool_is_waited_for() -> None:
    """Time alone brings the server back: somebody looks at the clock then."""
    stage = Stage(ONE_AT_A_TIME)
    stage.parts.fleet.cool("small", "small0", until=3.0, now=0.0)
    stage.arrive(1.0)
    stage.arrive(1.5)
    assert [row.duration for row in stage.rows()] == pytest.approx([2.0, 1.5], abs=1e-3)


def test_a_pool_that_cools_too_long_is_not() -> None:
    """No server is up, and none will be in time."""
    stage = Stage(ONE_AT_A_TIME)
    stage.parts.fleet.cool("small", "small0", until=60.0, now=0.0)
    stage.arrive(1.0)
    row = stage.rows()[0]
    assert (row.status, row.error, row.duration) == (503, "no_server", 0.0)


def test_nobody_is_woken_twice() -> None:
    """A wake-up for somebody who does not sleep is nothing."""
    stage = Stage(config())
    stage.sim.sleepers.wake(Ticket(("small",)))
    assert stage.run() == []


def test_a_busy_server_is_passed_over() -> None:
    """The first pool is full, the second has room: nothing waits, and no retry is spent."""
    made = config(pool("small", servers=1, limit=1), pool("large", servers=1), retries=Retries(budget=0, budget_min=0))
    stage = Stage(made, {"small": SLOW, "large": SLOW})
    stage.arrive(0.0)
    stage.arrive(0.1)
    second = stage.rows()[1]
    assert [(outcome.server, outcome.reason) for outcome in second.outcomes] == [("small0", "busy"), ("large0", "")]
    assert second.duration == pytest.approx(1.0)


def test_a_failing_engine_is_failed_over_after_a_pause() -> None:
    """Up to 25 ms later another one answers."""
    stage = Stage(config(), engines={("small", "small0"): Failing(500, times=1)})
    stage.arrive(0.0)
    row = stage.rows()[0]
    failed, done = row.outcomes
    assert (failed.fault, failed.status, failed.reason) == (Fault.HOST, 500, "status 500")
    assert (done.server, done.ended) == ("small1", Ended.DONE)
    assert 0 < row.duration < 0.026


def test_an_engine_that_keeps_failing_is_let_alone() -> None:
    """Its breaker opens; from then on only the other one is asked."""
    stage = Stage(config(), engines={("small", "small0"): Failing(500, times=99)})
    for number in range(20):
        stage.arrive(number / 10)
    rows = stage.rows()
    assert {row.status for row in rows} == {200}
    assert [len(row.outcomes) for row in rows].count(2) == 5
    assert {len(row.outcomes) for row in rows[10:]} == {1}


def test_a_refused_request_comes_back_in_the_engines_words() -> None:
    """In the caller's dialect, and nobody else is asked."""
    stage = Stage(config(), engines={("small", "small0"): Failing(422, times=1)})
    stage.arrive(0.0)
    reply = stage.run()[0]
    assert msgspec.json.decode(reply.body)["error"]["message"] == "the engine was told to fail"
    assert reply.row is not None
    assert (reply.row.status, reply.row.error, len(reply.row.outcomes)) == (422, "upstream_error", 1)


def test_an_error_of_ours_has_no_body() -> None:
    """The row says what it was."""
    stage = Stage(config())
    stage.arrive(0.0, model="gpt-0")
    reply = stage.run()[0]
    assert reply.row is not None
    assert (reply.body, reply.row.status, reply.row.error) == (b"", 404, "model_not_found")


def test_a_repeat_is_answered_from_the_cache() -> None:
    """At once, with the very same bytes; not where the caller forbids it."""
    stage = Stage(config(cache=REMEMBERS), {"small": SLOW})
    stage.arrive(0.0)
    stage.arrive(2.0)
    stage.arrive(3.0, control=CacheControl(no_cache=True))
    first, again, fresh = stage.run()
    assert [reply.row.cache for reply in (first, again, fresh) if reply.row] == ["miss", "hit-exact", "bypass"]
    assert first.body == again.body == fresh.body
    assert again.row is not None
    assert (again.row.duration, again.row.outcomes) == (0.0, ())


SAYS = "Tell me a story about the sea and its ships please"
CURIOUS: dict[str, Any] = {
    "signals": {
        "code": KeywordSpec(words=("python",)),
        "category": DomainSpec(categories={"sea": ("ships on the sea",), "sky": ("planes in the clouds",)}),
    },
    "cache": CacheConfig(categories={"default": CategoryConfig(0.8)}),
}


def test_a_paraphrase_is_answered_by_likeness() -> None:
    """Signals are read and embedded within the simulation, the same vector for all that want it."""
    stage = Stage(config(**CURIOUS), embedder=HashingEmbedder())
    stage.arrive(0.0, SAYS)
    stage.arrive(1.0, f"{SAYS} now")
    first, second = stage.rows()
    assert (first.cache, second.cache, second.outcomes) == ("miss", "hit-semantic", ())
    assert second.facts.category() == "sea"


@pytest.mark.parametrize("signals_too", [True, False], ids=["neither", "signals only"])
def test_without_an_embedder_what_needs_it_is_unknown(signals_too: bool) -> None:
    """Whether its signals could not be built or are not given a vector; only equal questions are answered then."""
    stage = Stage(config(embedder=EmbedderConfig("none"), **CURIOUS))
    if not signals_too:
        stage.sim.signals = Stage(config(**CURIOUS), embedder=HashingEmbedder()).parts.signals
    for at, asked in enumerate((SAYS, f"{SAYS} now", SAYS)):
        stage.arrive(float(at), asked)
    rows = stage.rows()
    assert [row.cache for row in rows] == ["miss", "miss", "hit-exact"]
    assert rows[0].facts.unknown == ("category",)


class Broken:
    """A signal that raises."""

    value_type: ValueType = "bool"
    tier: Tier = "none"
    expected_cost = 1e-6

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        raise ValueError("broken")


def test_a_signal_that_raises_is_unknown() -> None:
    """The request goes on without it, as it does live."""
    stage = Stage(config(**CURIOUS), embedder=HashingEmbedder())
    stage.sim.signals = {**stage.parts.signals, "category": Broken()}
    stage.arrive(0.0, SAYS)
    row = stage.rows()[0]
    assert (row.status, row.facts.unknown) == (200, ("category",))


def drawn(seed: int) -> list[str]:
    """Who served sixty requests under two policies that draw lots."""
    pools = (pool("small", 4, PowerOfTwo()), pool("large", 4, PowerOfTwo()))
    stage = Stage(config(*pools, use=Weighted({"small": 2, "large": 1})), {"small": SLOW, "large": SLOW}, seed)
    for number in range(60):
        stage.arrive(number / 7, f"Question {number}")
    return servers(stage.rows())


def test_the_same_seed_gives_the_same_world() -> None:
    """And another seed another one."""
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert len(set(drawn(1))) == 8


def test_rows_are_the_same_to_the_last_digit() -> None:
    """Not only who served, but when, at what cost and why."""

    def rows() -> list[bytes]:
        stage = Stage(config(**CURIOUS), {"small": SLOW}, embedder=HashingEmbedder())
        for number in range(30):
            stage.arrive(number / 3, f"{SAYS} {'x ' * (number % 4)}", stream=number % 2 == 0)
        return [msgspec.json.encode(row) for row in stage.rows()]

    assert rows() == rows()
