"""Fusion: all of them at once, bounded in money and length, and one who answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import makers
from tests.policies.selection.asked import (
    ABLE,
    SECRET,
    VIEW,
    Says,
    names,
    play,
    pools,
    said,
    silent,
    with_pool,
    without,
)
from wrp_policies.consulting.bounds import at_most, bytes_for
from wrp_policies.consulting.types import Material
from wrp_policies.questions import Again, Question, Questions, Told
from wrp_policies.selection import Fusion
from wrp_policies.types import Pools, Server
from wrp_signals.facts import RequestView
from wrp_signals.materials import Materials

ALL = ("small", "math", "large")
SPEC = Fusion(ALL, "large")
SHORT = with_pool(pools(), makers.pool("large", context=700, abilities=ABLE))


def fuse(says: Says = lambda one: said(f"So says {one.pool}."), *, there: Pools | None = None,
         view: RequestView = VIEW, facts: dict[str, Any] | None = None,
         **changes: Any) -> tuple[Material, list[Questions]]:  # fmt: skip
    """What the policy comes to."""
    policy = msgspec.structs.replace(SPEC, **changes).build(Materials(secret=SECRET))
    return play(policy, says, there, makers.facts(**(facts or {})), view)


def test_all_at_once() -> None:
    """The request once more, drawn anew by each; what all say is shown to the writer."""
    found, asked = fuse()
    assert names(asked) == [list(ALL)]
    assert found.pool == "large"
    assert found.why == "large writes: 3 of 3 answers came, of small, math, large"
    assert all(f"So says {name}." in found.text for name in ALL)
    questions = asked[0].asked
    assert {(one.tokens, one.bytes) for one in questions} == {(1024, bytes_for(1024))}
    drawn = [one.what for one in questions if isinstance(one.what, Again)]
    assert [one.temperature for one in drawn] == [0.7] * 3
    assert len({one.seed for one in drawn}) == 3
    assert asked[0].seconds == 30.0


def test_several_of_one() -> None:
    """First ones come before second ones."""
    _, asked = fuse(ask=("small", "math"), samples=3)
    assert names(asked) == [["small", "math"] * 3]
    assert names(fuse(ask=("large",), samples=2)[1]) == [["large", "large"]]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"ask": ("small",)}, "1 answers: fusion takes 2 to 8"),
        ({"samples": 3}, "9 answers"),
        ({"ask": ("small", "small")}, "asks each pool once"),
    ],
)
def test_how_many(fields: dict[str, Any], wrong: str) -> None:
    """Two to eight answers, by different pools or drawn anew."""
    with pytest.raises(ValueError, match=wrong):
        Fusion(**{"ask": ALL, "write": "large", **fields})


def test_who_says_nothing_is_left_out() -> None:
    """Who failed, only thought, or called a tool."""
    says = {"small": silent(), "math": said("<think>Hm"), "large": said("<think>Hm</think>42", finish="length")}
    found, _ = fuse(lambda one: says[one.pool])
    assert found.why == "large writes: 1 of 3 answers came, of small (status 500), math, large"
    assert "\n42\n" in found.text
    assert "it breaks off here" in found.text
    assert "Hm" not in found.text


def test_nobody_says_anything() -> None:
    """Then it goes as it came."""
    found, _ = fuse(lambda one: silent("deadline"))
    assert (found.pool, found.text) == ("large", "")
    assert found.why.startswith("large answers alone: 0 of 3 answers came")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"view": msgspec.structs.replace(VIEW, tools=("f",))}, "tools are offered"),
        ({"facts": {"response_format": "json_schema"}}, "large has no json_schema"),
        ({"there": SHORT, "facts": {"max_tokens": 300}}, "it is too long to be shown more"),
        ({"tokens": 64, "budget": 1e-9}, "0 of 0 answers came, of small (budget), math (budget), large (budget)"),
    ],
)  # fmt: skip
def test_nobody_is_asked(given: dict[str, Any], why: str) -> None:
    """Where nothing can be made of it; the request goes as it came, and the plan says why."""
    found, asked = fuse(**given)
    assert (found.text, asked) == ("", [])
    assert found.why == f"large answers alone: {why}"


def test_who_is_passed_over() -> None:
    """Who is down, speaks otherwise, or cannot hold the request."""
    there = without(pools(), "small")
    assert names(fuse(there=there)[1]) == [["math", "large"]]
    there = with_pool(pools(), makers.pool("small", of=(Server("s0", up=False),), abilities=ABLE))
    found, asked = fuse(there=there)
    assert names(asked) == [["math", "large"]]
    assert found.why.endswith("small (down, or of another dialect)")
    there = with_pool(pools(), makers.pool("small", abilities=frozenset({"messages"})))
    assert names(fuse(there=there)[1]) == [["math", "large"]]
    there = with_pool(pools(), makers.pool("math", context=1_100, abilities=ABLE))
    found, asked = fuse(there=there)
    assert names(asked) == [["small", "large"]]
    assert found.why.endswith("math (too long)")


def test_a_writer_that_is_down() -> None:
    """The first of the others writes, if there is one."""
    found, asked = fuse(there=without(pools(), "large"))
    assert (found.pool, names(asked)) == ("small", [["small", "math"]])
    assert fuse(there=()) == (Material("nobody is asked: nobody could answer"), [])


@given(
    st.floats(1e-5, 0.02), st.integers(1, 4), st.lists(st.floats(0, 50), min_size=3, max_size=3), st.integers(0, 9_000)
)
def test_the_budget_holds(budget: float, samples: int, prices: list[float], prompt: int) -> None:
    """Whatever is asked could not cost more in all, at its dearest."""
    there = tuple(
        [
            makers.pool(name, abilities=ABLE, price_in=one, price_out=2 * one)
            for name, one in zip(ALL, prices, strict=True)
        ]
    )
    _, asked = fuse(there=there, ask=("small", "math"), samples=samples, budget=budget, facts={"prompt_tokens": prompt})
    by_name = {pool.name: pool for pool in there}
    cost = sum([at_most(by_name[one.pool], prompt, one.tokens) for round in asked for one in round.asked])
    assert cost <= budget + 1e-12


@given(st.lists(st.none() | st.text(max_size=20), min_size=3, max_size=3))
def test_whatever_they_say(texts: list[str | None]) -> None:
    """There is always somebody who answers, and it is one round."""
    answers = dict(zip(ALL, texts, strict=True))

    def says(one: Question) -> Told:
        text = answers[one.pool]
        return silent() if text is None else said(text)

    found, asked = fuse(says)
    assert (found.pool, len(asked)) == ("large", 1)
    assert bool(found.text) == any([text and text.strip() for text in texts])
