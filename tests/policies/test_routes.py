"""Which route a request takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.when.phrases import READINGS, SCHEMA, SOURCES, completions, env, envs
from wrp_policies.routes import Decision, Matched, Needs, NoMatch, Route, Routes
from wrp_policies.when import UNKNOWN, Env, compile
from wrp_signals.facts import Reading

YES, NO = Reading(True), Reading(False)


def routes(*sources: str | tuple[str, int]) -> Routes:
    """Routes called r0, r1, … with conditions and, where given, priorities."""
    pairs = [(source, 0) if isinstance(source, str) else source for source in sources]
    return Routes([Route(f"r{i}", compile(text, SCHEMA), priority) for i, (text, priority) in enumerate(pairs)])


def settled(table: Routes, start: Env) -> tuple[Decision, list[str]]:
    """Reads what is needed, first name first, until there is a decision; with what was read."""
    readings, read = dict(start.readings), list[str]()
    while isinstance(decision := table.decide(Env(start.facts, readings, start.now, start.absent)), Needs):
        name = min(decision.signals)
        readings[name] = READINGS[name][0]
        read.append(name)
    return decision, read


def test_the_first_true_route_wins() -> None:
    """In the order written, with the values that decided in its sentence."""
    table = routes("b", "!a && level > 0.5 || false", "true")
    where = env({"a": NO, "b": NO, "level": Reading(0.75)})
    assert table.decide(where) == Matched(1, "r1", "r1 matched: a = false, level = 0.75")


def test_priority_comes_before_position() -> None:
    """The higher priority is asked first; the index stays that of the configuration."""
    table = routes("true", ("a", 5), ("a", 5), ("true", -1))
    assert table.decide(env({"a": YES})) == Matched(1, "r1", "r1 matched: a = true")
    assert table.decide(env({"a": NO})) == Matched(0, "r0", "r0 always matches")


def test_a_later_route_waits_for_the_earlier_ones() -> None:
    """While the first open route can still become true, its signals are asked for and nothing else."""
    table = routes("a && level > 0.5", "b", "true")
    assert table.decide(env()) == Needs(frozenset({"a", "level"}), "r0")
    assert table.decide(env({"a": YES})) == Needs(frozenset({"level"}), "r0")
    assert table.decide(env({"level": Reading(0.0)})) == Needs(frozenset({"b"}), "r1")
    assert table.decide(env({"a": NO, "b": NO})) == Matched(2, "r2", "r2 always matches")


def test_a_route_unknown_for_good_is_passed_over_and_named() -> None:
    """Failed signals do not hold a request up, and the decision tells that they were missing."""
    table = routes("a", "request.max_tokens > 5", "b", "true")
    assert table.decide(env({"b": YES}, ["a"])) == Matched(
        2, "r2", "r2 matched: b = true (unknown, so passed over: r0, r1)", ("r0", "r1")
    )
    assert table.decide(env({"b": NO}, ["a"])) == Matched(
        3, "r3", "r3 always matches (unknown, so passed over: r0, r1)", ("r0", "r1")
    )


def test_no_route_may_match() -> None:
    """Without a default the answer is NoMatch, with the routes that could not be decided."""
    assert routes("false", "b").decide(env({"b": NO})) == NoMatch()
    assert routes("false", "a").decide(env({}, ["a"])) == NoMatch(("r1",))
    assert Routes([]).decide(env()) == NoMatch()


def test_an_error_for_good_is_a_route_passed_over() -> None:
    """A constant without a value never matches."""
    assert routes("1 / 0 == 1", "true").decide(env()) == Matched(
        1, "r1", "r1 always matches (unknown, so passed over: r0)", ("r0",)
    )


def test_long_reasons_are_cut() -> None:
    """Four values, and how many more there are."""
    table = routes("!a && !b && level < 5 && word != 'z' && tenant != 'z' && model != 'z'")
    where = env({"a": NO, "b": NO, "level": Reading(1.0), "word": Reading("x")})
    decision = table.decide(where)
    assert isinstance(decision, Matched)
    assert decision.why == 'r0 matched: a = false, b = false, level = 1, word = "x" and 2 more'


def test_names_are_unique() -> None:
    """Two routes of one name could not be told apart in the log."""
    with pytest.raises(ValueError, match="'x'"):
        Routes([Route("x", compile("true", {})), Route("x", compile("false", {}))])


def test_all_signals_of_all_routes() -> None:
    """What may have to be read at all."""
    assert routes("a", "level > 1 && a", "true").signals == {"a", "level"}
    assert Routes([]).signals == frozenset()


@given(st.lists(SOURCES, min_size=1, max_size=4), envs())
def test_lazy_reading_gives_the_eager_decision(sources: list[str], start: Env) -> None:
    """Reading only what is asked for ends at the route that reading everything would have taken."""
    table = routes(*sources)
    lazy, read = settled(table, start)
    firsts = {name: values[0] for name, values in READINGS.items() if name not in start.absent}
    everything = {**firsts, **start.readings}
    eager = table.decide(Env(start.facts, everything, start.now, start.absent))
    assert (type(lazy), getattr(lazy, "name", "")) == (type(eager), getattr(eager, "name", ""))
    assert len(read) == len(set(read))
    assert not set(read) & (set(start.readings) | set(start.absent))


@given(st.lists(SOURCES, min_size=1, max_size=4), envs())
def test_a_decision_holds_in_every_completion(sources: list[str], start: Env) -> None:
    """Once there is a match, no signal that was left unread could have changed it."""
    table = routes(*sources)
    decision = table.decide(start)
    if isinstance(decision, Needs):
        return
    for full in completions(start):
        same = table.decide(full)
        assert isinstance(same, type(decision))
        assert (same.undecided, getattr(same, "index", -1)) == (decision.undecided, getattr(decision, "index", -1))


@given(st.lists(SOURCES, min_size=1, max_size=4), envs())
def test_a_matched_route_is_true_and_none_before_it(sources: list[str], start: Env) -> None:
    """The routes before the match are false, or unknown for good and named."""
    table = routes(*sources)
    decision = table.decide(start)
    conditions = [compile(source, SCHEMA) for source in sources]
    if not isinstance(decision, Matched):
        return
    answers = [condition.evaluate(start) for condition in conditions[: decision.index + 1]]
    assert answers[-1] is True
    assert True not in answers[:-1]
    assert decision.undecided == tuple(f"r{i}" for i, answer in enumerate(answers) if answer is UNKNOWN)
