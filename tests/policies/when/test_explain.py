"""Why an answer is what it is."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.policies.when.phrases import SCHEMA, SOURCES, env, envs
from wrp_policies.when import UNKNOWN, Env, Term, compile, explain
from wrp_policies.when.explain import shown
from wrp_signals.facts import Reading

YES, NO = Reading(True, 0.9), Reading(False, 0.2)


def test_every_piece_with_its_value() -> None:
    """Outermost first, no literals, each source once, unknowns with their reason."""
    where = env({"a": NO, "word": YES}, ["level"])
    found = explain(compile('(!a && b) || level > 0.5 || word == "x" || a', SCHEMA), where)
    assert found == [
        Term(
            '(!a && b) || level > 0.5 || word == "x" || a',
            UNKNOWN,
            '!a && b is unknown and level > 0.5 is unknown and word == "x" is unknown',
        ),
        Term("!a && b", UNKNOWN, "b is unknown"),
        Term("!a", True),
        Term("a", False),
        Term("b", UNKNOWN, "not read yet"),
        Term("level > 0.5", UNKNOWN, "level is unknown"),
        Term("level", UNKNOWN, "gave no reading"),
        Term('word == "x"', UNKNOWN, "word is unknown"),
        Term("word", UNKNOWN, "its reading is a bool, not a string"),
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0 == 1", "division by zero, or overflow"),
        ("request.turns % request.images == 1", "division by zero, or overflow"),
        ("9223372036854775807 + request.turns == 1", "overflow"),
        ("int(1e99) == 1", "outside the range of int"),
        ("tenant.matches('a')", "the text is not valid Unicode"),
        ("-(request.turns - 9223372036854775807 - 4) == 1", "overflow"),
    ],
)
def test_why_an_operation_has_no_value(source: str, reason: str) -> None:
    """The innermost piece without a value says what went wrong."""
    where = env()
    where = Env(type(where.facts)(id="r", operation="chat", asked_model="", tenant="\ud800"), {}, 0.0)
    unknown = [term for term in explain(compile(source, SCHEMA), where) if term.value is UNKNOWN]
    assert unknown[-1].reason == reason


def test_null_is_named() -> None:
    """A number that is missing says so, also where an int is compared with a double."""
    for source in ("request.max_tokens > 5", "request.max_tokens > level"):
        outer, inner, *_ = explain(compile(source, SCHEMA), env({"level": Reading(0.5)}))
        assert outer == Term(source, UNKNOWN, "request.max_tokens is null")
        assert inner == Term("request.max_tokens", None)


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("!a && word == 'x' && level > 0.5", ("a = false", 'word = "x"', "level = 0.75")),
        ("a || word == 'x' || level > 0.5", ('word = "x"',)),
        ("b && a && word == 'x'", ("a = false",)),
        ("level > 0.5 ? word == 'x' : a", ("level = 0.75", 'word = "x"')),
        ("level > 1.0 ? word == 'x' : a", ("level = 0.75", "a = false")),
        ("b ? word == 'x' : a", ("b = unknown",)),
        ("level > 0.5 && level < 1.0", ("level = 0.75",)),
        ("(a && b) == (a || word == 'x')", ("a = false", 'word = "x"')),
        ("request.max_tokens == null && request.turns > 2", ("request.max_tokens = null", "request.turns = 3")),
        ("a.evidence.size() == 2 && a.score < level", ("a.evidence = [2]", "a.score = 0.25", "level = 0.75")),
        ("true || a", ()),
    ],
)
def test_only_what_decided_is_told(source: str, because: tuple[str, ...]) -> None:
    """Of an `||` the first true term, of a false `&&` the first false one, of `? :` the branch taken."""
    readings = {"a": Reading(False, 0.25, ("x", "y")), "word": Reading("x"), "level": Reading(0.75)}
    assert compile(source, SCHEMA).because(env(readings)) == because


def test_values_are_short() -> None:
    """A long string is cut; a list shows only its length, for evidence may quote a prompt."""
    assert shown("x" * 100) == '"' + "x" * 39 + '…"'
    assert shown('say "x"\n') == r'"say \"x\"\n"'
    assert [shown(value) for value in (0.123456, 12, True, None, UNKNOWN, ("secret",))] == [
        "0.1235", "12", "true", "null", "unknown", "[1]",
    ]  # fmt: skip


@given(SOURCES, envs())
def test_the_first_term_is_the_answer(source: str, where: Env) -> None:
    """The explanation agrees with the evaluation; what is unknown has a reason, what is known has none."""
    condition = compile(source, SCHEMA)
    found = explain(condition, where)
    if found:
        assert found[0].source in source
        assert found[0].value is condition.evaluate(where)
    assert all((term.value is UNKNOWN) == bool(term.reason) for term in found)
