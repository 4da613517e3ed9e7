"""What pools cost, and how long they take."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.policies.makers import Warm, facts, outcome, pool, prompt
from wrp_policies import Ended, Pool, Server
from wrp_policies.learning.arms import (
    USUAL,
    Answers,
    Lengths,
    costs_of,
    first_token,
    seconds_of,
    uncharged,
    uncomputed,
    warm_in,
)
from wrp_signals.facts import Facts, Reading


def asked(category: str, **changes: object) -> Facts:
    return facts(readings={"category": Reading(category)}, **changes)


def test_nothing_known_is_the_usual() -> None:
    """And never more than a request allows."""
    answers = Answers(("a", "b"))
    assert answers.expected(facts()).tolist() == [USUAL, USUAL]
    assert answers.expected(facts(max_tokens=20)).tolist() == [20.0, 20.0]
    assert answers.expected(facts(max_tokens=-3)).tolist() == [0.0, 0.0]


def test_lengths_are_learned_by_pool_and_category() -> None:
    """A category that was never asked has the pool's average, another pool has its own."""
    answers = Answers(("a", "b"))
    for _ in range(400):
        for category, tokens in (("math", 1000), ("law", 10)):
            answers.learn(asked(category), outcome("a", "s", tokens_out=tokens))
    math, law, other = (answers.expected(asked(one)) for one in ("math", "law", "physics"))
    assert math[0] == pytest.approx(1000, rel=0.05)
    assert law[0] == pytest.approx(10, abs=20)
    assert other[0] == pytest.approx(505, rel=0.2)
    assert math[1] == law[1] == USUAL


@pytest.mark.parametrize("changes", [{"ended": Ended.FAILED, "tokens_out": 9}, {"tokens_out": 0}, {"pool_name": "c"}])
def test_what_teaches_nothing(changes: dict[str, object]) -> None:
    """What failed, what nobody counted, who is not here."""
    answers = Answers(("a",))
    answers.learn(facts(), outcome(str(changes.pop("pool_name", "a")), "s", **changes))
    assert answers.expected(facts()).tolist() == [USUAL]


def test_the_latest_answers_count() -> None:
    """A model that was replaced is known for what it is now after some hundred answers."""
    answers = Answers(("a",))
    for tokens in [1000] * 1000 + [100] * 800:
        answers.learn(facts(), outcome("a", "s", tokens_out=tokens))
    assert answers.expected(facts())[0] < 150


def test_state_goes_to_who_is_left() -> None:
    """A pool that is gone is let go, a new one starts afresh, damaged tables are not taken."""
    one, two = Answers(("a", "b")), Answers(("b", "c"))
    one.learn(facts(), outcome("b", "s", tokens_out=2000))
    two.restore(msgspec.json.decode(msgspec.json.encode(one.state()), type=dict[str, Lengths]))
    assert two.expected(facts()).tolist() == [one.expected(facts())[1], USUAL]
    two.restore({"c": Lengths((1.0,), (5.0,))})
    assert two.expected(facts())[1] == USUAL


def test_costs_are_prices_times_tokens() -> None:
    """US$ per million, for prompt and answer."""
    pools = (pool("a", price_in=1.0, price_out=2.0), pool("b"))
    assert costs_of(facts(prompt_tokens=100), pools, np.array([50.0, 50.0])).tolist() == pytest.approx([2e-4, 0.0])


def test_seconds_are_those_of_the_soonest_server() -> None:
    """Measured prefill with what stands before it, else what first tokens took; then each token; servers that are down
    do not count, and where nothing is known it is 0."""
    quick = Server("q", ttft=9.0, prefill=0.001, base=0.1, pending=400, tpot=0.02)
    slow, down = Server("s", ttft=0.7, tpot=0.05), Server("d", ttft=0.001, up=False)
    one = facts(prompt_tokens=100)
    assert first_token(one, quick) == pytest.approx(0.6)
    assert first_token(one, slow) == 0.7
    pools = (pool("a", of=(slow, quick, down)), pool("b", of=(slow,)), pool("c"), pool("d", of=(down,)))
    assert seconds_of(one, pools, np.full(4, 10.0)).tolist() == pytest.approx([0.8, 1.2, 0.0, 0.0])


def held(pool_name: str = "a", **servers: int) -> Pool:
    """A pool whose servers hold so much."""
    return pool(pool_name, of=tuple(map(Server, ("x", "y", "z"))), warm=Warm(servers))


def test_what_counts_as_warm() -> None:
    """At most the prompt, at its weight; of servers that may be asked; nothing where no one knows how it begins."""
    asked = facts(prompt_tokens=250, prefix=prompt(1, 9))
    assert warm_in(asked, held(x=100, y=900), 0.5) == {"x": 50.0, "y": 125.0}
    full = msgspec.structs.replace(held(x=100, y=900).servers[1], limit=1, in_flight=1)
    busy = msgspec.structs.replace(held(x=100, y=900), servers=(Server("x"), full))
    assert warm_in(asked, busy, 1.0) == {"x": 100.0}
    assert warm_in(facts(), held(x=100), 1.0) == warm_in(asked, pool("b"), 1.0) == {}


def test_what_a_warm_prompt_spares() -> None:
    """Money where cached tokens cost less or servers are ours, each by its warmest server; and time."""
    mine = msgspec.structs.replace(held(), servers=(Server("x", prefill=0.01, base=0.5), Server("y")), price_hour=7.2)
    hosted = pool("h", price_in=2.0, price_cached=0.5)
    warm = {"x": 100.0, "y": 200.0}
    assert uncharged(hosted, warm) == pytest.approx(200 * 1.5 / 1e6)
    assert uncharged(pool("p", price_in=2.0), warm) == uncharged(hosted, {}) == 0.0
    assert uncomputed(mine, warm) == pytest.approx(100 * 0.01 * 7.2 / 3600)
    assert uncomputed(held(), warm) == uncomputed(mine, {}) == 0.0
    asked = facts(prompt_tokens=300)
    assert first_token(asked, mine.servers[0], warm) == pytest.approx(0.5 + 2.0)
    only = msgspec.structs.replace(mine, servers=mine.servers[:1])
    seconds = [seconds_of(asked, (only,), np.zeros(1), one)[0] for one in ([warm], [{}], ())]
    assert seconds == pytest.approx([2.5, 3.5, 3.5])
