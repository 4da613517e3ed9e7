"""What operators and methods give, at the edges where CEL and Python differ."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.when.phrases import SCHEMA, env
from wrp_policies.when import UNKNOWN, compile
from wrp_policies.when.operations import among, searcher
from wrp_signals.facts import Reading

INTS = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    "source",
    [
        "7 / 2 == 3 && -7 / 2 == -3 && 7 / -2 == -3 && -7 / -2 == 3",
        "7 % 2 == 1 && -7 % 2 == -1 && 7 % -2 == 1 && -7 % -2 == -1",
        "2 * 3 - 1 == 5 && 0.1 + 0.2 > 0.3 && 1.0 / 4.0 == 0.25",
        "1.0 / 0.0 > 1e308 && -1.0 / 0.0 < -1e308 && 1.0 / -0.0 < 0.0 && 0.0 / 0.0 != 0.0 / 0.0",
        "'a' + 'b' == 'ab' && 'a' < 'b' && 'Z' < 'a' && 'a' <= 'a' && '\\uffff' < '\\U00010000'",
        "int(-1.9) == -1 && int(1.9) == 1 && double(3) == 3.0 && int(7) == 7",
        "-(-5) == 5 && -(2.5 - 0.5) == -2.0",
        "'😬'.size() == 1 && [1, 2].size() == 2 && size([]) == 0",
        "'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('b') && !'abc'.contains('B')",
        "'abc'.matches('b') && !'abc'.matches('^b') && 'Abc'.matches('(?i)^a(.)c$') && 'é'.matches(r'^\\pL$')",
        "1 in [1.0] && 2.5 in [1, 2.5] && !(3 in []) && null in [request.max_tokens]",
        "true != false && null == null && 1 == 1.0 && 1 != 1.5",
    ],
)
def test_true(source: str) -> None:
    """Each of these is true in CEL."""
    assert compile(source, SCHEMA).evaluate(env()) is True


@pytest.mark.parametrize(
    "value",
    [
        "1 / 0",
        "1 % 0",
        "9223372036854775807 + 1",
        "-9223372036854775808 - 1",
        "9223372036854775807 * 2",
        "-(-9223372036854775808)",
        "-9223372036854775808 / -1",
        "-9223372036854775808 % -1",
        "int(1e99)",
        "int(0.0 / 0.0)",
        "int(9223372036854775807.0)",
        "request.max_tokens + 1",
        "double(request.max_tokens)",
        "[1, 1 / 0].size()",
        "size([1, 2, 1 / 0])",
    ],
)
def test_errors_are_unknown(value: str) -> None:
    """Where CEL has an error there is no value, and nothing more to be read."""
    condition = compile(f"{value} == 1", SCHEMA)
    assert condition.evaluate(env()) is UNKNOWN
    assert condition.needs(env()) == set()


@given(INTS, INTS)
def test_int_arithmetic_is_exact_or_unknown(a: int, b: int) -> None:
    """Inside 64 bits as in mathematics, outside nothing."""
    for op, result in (("+", a + b), ("-", a - b), ("*", a * b)):
        answer = compile(f"({a}) {op} ({b}) == 0 || true", {}).constant
        assert answer is True
        inside = -(2**63) <= result < 2**63
        said = compile(f"({a}) {op} ({b}) == {result if inside else 0}", {}).constant
        assert said is (True if inside else UNKNOWN)
    if b and not (a == -(2**63) and b == -1):
        assert compile(f"({a}) / ({b}) * ({b}) + ({a}) % ({b}) == {a}", {}).constant is True


def test_nan_is_in_no_list() -> None:
    """Not even in one that holds it, unlike Python's `in`."""
    assert not among(math.nan, (math.nan,))
    assert compile("level in [level]", SCHEMA).evaluate(env({"level": Reading(math.nan)})) is False


def test_true_is_not_one() -> None:
    """Bools are no numbers."""
    assert not among("1", (1,))
    assert among(1, (1.0,))


def test_text_that_is_not_unicode_matches_nothing_for_sure() -> None:
    """Half a surrogate pair, as JSON may bring it, is an error and not an exception."""
    assert searcher("a")("a\ud800") is UNKNOWN
    assert searcher("a")("xay") is True


def test_patterns_take_linear_time() -> None:
    """A pattern that makes a backtracking engine explode is answered at once."""
    assert searcher("(a+)+$")("a" * 50_000 + "b") is False
