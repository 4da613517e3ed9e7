"""Three-valued logic: the answers agree with CEL, and with every way in which the unknown may turn out."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.policies.when.oracle import Error, Oracle
from tests.policies.when.phrases import FACTS, READINGS, SCHEMA, SOURCES, completions, env, envs
from wrp_policies.when import UNKNOWN, Env, Truth, compile
from wrp_signals.facts import Reading

TRUE, FALSE = Reading(True), Reading(False)


def ask(source: str, where: Env) -> Truth:
    return compile(source, SCHEMA).evaluate(where)


def expected(source: str, where: Env) -> Truth:
    try:
        return bool(Oracle(where).of(compile(source, SCHEMA).tree))
    except Error:
        return UNKNOWN


@given(SOURCES, envs())
def test_answers_are_those_of_cel_when_all_is_known(source: str, start: Env) -> None:
    """With every signal read or failed, the answer is CEL's, and UNKNOWN where CEL has an error."""
    for full in completions(start):
        assert ask(source, full) is expected(source, full)


@given(SOURCES, envs())
def test_a_known_answer_holds_in_every_completion(source: str, start: Env) -> None:
    """True and False are said only if no signal that is still open can change them."""
    condition = compile(source, SCHEMA)
    answer = condition.evaluate(start)
    if answer is not UNKNOWN:
        assert {condition.evaluate(full) for full in completions(start)} == {answer}


@given(SOURCES, envs())
def test_only_needed_signals_change_the_answer(source: str, start: Env) -> None:
    """Two completions that agree on what is needed have the same answer; nothing needed means nothing changes."""
    condition = compile(source, SCHEMA)
    needs = condition.needs(start)
    answers: dict[tuple[object, ...], set[Truth]] = {}
    for full in completions(start):
        key = tuple(full.readings[name] for name in sorted(needs))
        answers.setdefault(key, set()).add(condition.evaluate(full))
    assert all(len(found) == 1 for found in answers.values())
    if not needs:
        assert answers[()] == {condition.evaluate(start)}


@given(SOURCES, envs())
def test_needs_are_open_signals_of_the_condition(source: str, start: Env) -> None:
    """What is needed was not read, did not fail, and stands in the condition; a known answer needs nothing."""
    condition = compile(source, SCHEMA)
    needs = condition.needs(start)
    assert needs <= condition.signals - set(start.readings) - set(start.absent)
    if condition.evaluate(start) is not UNKNOWN:
        assert not needs


@given(SOURCES, envs())
def test_reading_what_is_needed_comes_to_an_end(source: str, start: Env) -> None:
    """One signal at a time, every condition is decided or unknown for good after all of them at the latest."""
    condition = compile(source, SCHEMA)
    readings = dict(start.readings)
    now = Env(start.facts, readings, start.now, start.absent)
    for _ in range(len(SCHEMA) + 1):
        wanted = min(condition.needs(now), default="")
        if not wanted:
            break
        readings[wanted] = READINGS[wanted][0]
    assert not condition.needs(now)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("a && b", UNKNOWN),
        ("a && false", False),
        ("false && a", False),
        ("a || true", True),
        ("true || a", True),
        ("!a", UNKNOWN),
        ("a == a", UNKNOWN),
        ("1 / 0 == 1 || true", True),
        ("1 / 0 == 1 && a", UNKNOWN),
        ("a ? true : true", UNKNOWN),
        ("[a, true, b].size() == 3", UNKNOWN),
    ],
)
def test_kleene(source: str, answer: Truth) -> None:
    """With no reading at all, only a decisive other side gives an answer."""
    assert ask(source, env()) is answer


@pytest.mark.parametrize(
    ("source", "readings", "absent", "needs"),
    [
        ("a && b", {}, "", {"a", "b"}),
        ("a && b", {"a": FALSE}, "", set()),
        ("a && b", {"a": TRUE}, "", {"b"}),
        ("a || b", {"b": TRUE}, "", set()),
        ("a && b", {}, "a", {"b"}),
        ("a && b", {"b": TRUE}, "a", set()),
        ("a == b", {}, "a", set()),
        ("a == (b && a)", {}, "", {"a", "b"}),
        ("(a && b) == b", {}, "a", {"b"}),
        ('a ? b : word == "x"', {}, "", {"a", "b", "word"}),
        ('a ? b : word == "x"', {"a": TRUE}, "", {"b"}),
        ('a ? b : word == "x"', {"a": FALSE}, "", {"word"}),
        ('a ? b : word == "x"', {}, "a", set()),
        ("request.max_tokens > int(level)", {}, "", set()),
        ("1 / 0 > int(level)", {}, "", set()),
        ("a.score > level", {}, "", {"a", "level"}),
        ("request.stream", {}, "", set()),
    ],
)
def test_needs(source: str, readings: dict[str, Reading], absent: str, needs: set[str]) -> None:
    """Just the signals that can still change the answer."""
    where = env(readings, [absent] if absent else [])
    assert compile(source, SCHEMA).needs(where) == needs


def test_a_reading_of_another_type_is_unknown() -> None:
    """A log may hold readings of a signal that was configured otherwise; they are not taken for what they are not."""
    assert ask("a", env({"a": Reading("yes")})) is UNKNOWN
    assert ask('word == "x"', env({"word": TRUE})) is UNKNOWN
    assert ask("level > 0.5", env({"level": TRUE})) is UNKNOWN
    assert ask("level > 0.5", env({"level": Reading(1)})) is True
    assert compile("a && b", SCHEMA).needs(env({"a": Reading("yes"), "b": TRUE})) == set()


def test_constants_are_worked_out_at_once() -> None:
    """What depends on nothing is known without a request, errors included."""
    assert compile("1 + 1 == 2", SCHEMA).constant is True
    assert compile('"a" in ["b"]', SCHEMA).constant is False
    assert compile("1 / 0 == 1", SCHEMA).constant is UNKNOWN
    assert compile("tenant == 'acme'", SCHEMA).constant is None


def test_facts_and_readings_are_looked_up_at_every_question() -> None:
    """Readings may grow between two questions to the same Env."""
    readings: dict[str, Reading] = {}
    where = Env(FACTS, readings, 0.0)
    condition = compile("a", SCHEMA)
    assert condition.evaluate(where) is UNKNOWN
    readings["a"] = TRUE
    assert condition.evaluate(where) is True
