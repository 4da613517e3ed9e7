"""What answers say beyond where they come from: why, what was read, and the same in other names. Nothing is quoted."""

from __future__ import annotations

import json

import pytest

from tests.flow.makers import ask, entry
from wrp_cache.types import Hit, Veto
from wrp_policies.types import Attempt, Plan
from wrp_router.flow.story import Story
from wrp_router.flow.telling import LONGEST_SIGNALS, LONGEST_WHY, line, told
from wrp_signals.facts import Reading

PLAN = Plan((Attempt("small", "a"),), "linucb: small", "linucb", propensity=0.25)


def story(*tells: str, **view: object) -> Story:
    """A request that went to `small` by the route `r`."""
    made = Story(ask(tells=tells, view=view))
    made.route, made.why, made.plan, made.model = "r", "r matched: pii = true", PLAN, "m"
    made.readings = {"pii": Reading(True, 0.9, ("EMAIL_ADDRESS x1",)), "category": Reading("law", 0.81234)}
    return made


def test_who_does_not_ask_is_told_nothing():
    """The label is as it always was."""
    assert told(story()) == ()
    assert story().label().told == ()


def test_why_and_what_was_read():
    """The route, the choice and its chance, what was missing, and every reading without its evidence."""
    made = story("why")
    made.absent = {"slow", "late"}
    made.vetoes = (Veto("somebody's question", 0.9, "number: 3 != 5"), Veto("another", 0.9, "number: 3 != 7"))
    found = dict(made.label(PLAN.attempts[0], "m").told)
    assert found["x-wrp-why"] == (
        "r matched: pii = true; linucb: small (propensity 0.250); not from the cache: number; unknown: late, slow"
    )
    assert json.loads(found["x-wrp-signals"]) == {"pii": [True, 0.9], "category": ["law", 0.812]}


@pytest.mark.parametrize(
    ("kind", "similarity", "why"), [("exact", 1.0, "the same request"), ("semantic", 0.987, "similarity 0.987")]
)
def test_hits(kind: str, similarity: float, why: str):
    """Say how alike the questions were, and not what the other one was."""
    made = story("why", "vsr")
    made.hit = Hit(entry("another question"), kind, similarity, 1.0)
    found = dict(told(made))
    assert found["x-wrp-why"] == f"answered from the cache: {why}"
    assert found["x-vsr-cache-hit"] == "true"
    assert "x-vsr-selected-model" not in found
    assert "another" not in str(found)


def test_where_nothing_was_decided():
    """A request that was refused before any route was asked."""
    assert dict(told(Story(ask(tells=("why",))))) == {"x-wrp-why": "no route was asked", "x-wrp-signals": "{}"}


def test_in_the_words_of_another_router():
    """What vLLM Semantic Router's benches read."""
    assert dict(told(story("vsr"))) == {
        "x-vsr-replay-id": "dec_1",
        "x-vsr-context-token-count": "7",
        "x-vsr-selected-decision": "r",
        "x-vsr-selected-model": "m",
        "x-vsr-selected-algorithm": "linucb",
        "x-vsr-selected-category": "law",
        "x-vsr-selected-confidence": "0.8123",
        "x-vsr-session-phase": "new_session",
    }


@pytest.mark.parametrize(("bound", "phase"), [("tools", "tool_loop"), ("state", "provider_state"), ("", "new_session")])
def test_phases_of_a_session(bound: str, phase: str):
    """By why a turn belongs where its conversation was."""
    made = story("vsr")
    made.goes_on("small", bound)
    assert dict(told(made))["x-vsr-session-phase"] == phase


def test_nothing_breaks_a_header():
    """Whatever a value holds, it is printable ASCII in one line, and not too long."""
    made = story("why", "vsr")
    made.why, made.model = "x\r\nset-cookie: a\x00é🎉" + "y" * 5000, "ü\n"
    made.readings = {"category": Reading("é\r\n" * 300)} | {f"s{n}": Reading("v" * 90) for n in range(200)}
    found = dict(told(made))
    for value in found.values():
        assert value.isascii()
        assert value.isprintable()
    assert len(found["x-wrp-why"]) == LONGEST_WHY
    assert len(found["x-wrp-signals"]) <= LONGEST_SIGNALS + 2
    assert 5 < len(json.loads(found["x-wrp-signals"])) < 200
    assert line("a\r\nb", 9) == "a\\r\\nb"
