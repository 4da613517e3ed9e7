"""Names and types, decided when the configuration is loaded."""

from __future__ import annotations

import pytest

from tests.policies.when.phrases import FACTS
from wrp_policies.when import WhenError, compile
from wrp_policies.when.ast import Node
from wrp_policies.when.check import check
from wrp_policies.when.env import Env
from wrp_signals.facts import Reading
from wrp_signals.signal import ValueType

SCHEMA: dict[str, ValueType] = {
    "pii": "bool", "category": "string", "hard": "number", "my-signal": "bool", "tenant": "string", "time": "number",
    "for": "bool",
}  # fmt: skip


def refusal(source: str) -> WhenError:
    with pytest.raises(WhenError) as refused:
        compile(source, SCHEMA)
    return refused.value


@pytest.mark.parametrize(
    ("source", "offset", "says"),
    [
        ("pii && catgory == 'x'", 7, "did you mean `category`?"),
        ("pi", 0, "did you mean `pii`?"),
        ("zzzzzz", 0, "there is no signal or fact `zzzzzz`"),
        ("True", 0, "did you mean `true`?"),
        ("my-signal", 0, "rename the signal `my-signal`"),
        ("tenant == 'a'", 0, "the fact is also request.tenant"),
        ("time.hour > 3", 0, "`time` is both a signal and a fact"),
        ("request > 1", 0, "one of request.tokens"),
        ("request.tokns > 1", 0, "did you mean `request.tokens`?"),
        ("hard.scor > 1.0", 0, "did you mean `score`?"),
        ("model.value == 'x'", 0, "`model` has no field `value`"),
        ("hard.score.x > 1", 0, "double has no field `x`"),
        ("(1).x", 0, "int has no field `x`"),
        ("category.size > 1", 0, "write category.size()"),
        ("category.size(1) > 1", 0, "`size` takes no more arguments"),
        ("startsWith(category, 'x')", 0, "write value.startsWith(...)"),
        ("hard.int() == 1", 0, "write int(hard)"),
        ("has(category)", 0, "the macro `has`"),
        ("hard.evidence.exists(e, true)", 0, "the macro `exists`"),
        ("category.startWith('x')", 0, "did you mean `startsWith`?"),
        ("sise(category) > 1", 0, "did you mean `size`?"),
        ("size() > 1", 0, "takes one argument"),
        ("size(hard) > 1", 5, "`hard` is a double, and `size` is for string or list"),
        ("hard.contains('x')", 0, "`contains` is for string"),
        ("category.contains(1)", 0, "takes a string"),
        ("category.matches(model)", 17, "the pattern must be a literal"),
        ("category.matches('(')", 17, "bad pattern: missing )"),
        ("category.matches(r'(?=x)')", 17, "bad pattern"),
        ("category.matches(r'(a)\\1')", 17, "bad pattern"),
        ("category.matches('(((a{100}){100}){100})')", 17, "bad pattern"),
    ],
)
def test_names(source: str, offset: int, says: str) -> None:
    """An unknown name is refused where it stands, with what was probably meant."""
    error = refusal(source)
    assert (error.offset, says in str(error)) == (offset, True), str(error)


@pytest.mark.parametrize(
    ("source", "offset", "says"),
    [
        ("hard", 0, "compare it: hard > 0.5"),
        ("category", 0, 'compare it: category == "..."'),
        ("request.tokens", 0, "is an int - compare it: request.tokens > 0"),
        ("hard.evidence", 0, 'ask it: "..." in hard.evidence'),
        ("null", 0, "`null` is null"),
        ("1 + 1", 0, "`1 + 1` is an int"),
        ("'x' + 'a very long string that nobody wants to see again'", 0, "this is a string"),
        ("pii && hard", 7, "`&&` wants true or false"),
        ("hard ? true : false", 0, "`?` wants true or false"),
        ("pii ? 1 : 'a'", 0, "one branch is an int, the other a string"),
        ("(pii ? 1 : 2.0) > 1", 1, "one branch is an int, the other a double"),
        ("!category in ['a']", 0, "`!` binds tightly"),
        ("-pii", 0, "`-` wants a number"),
        ("hard * 2 > 1", 0, "write 2.0"),
        ("request.tokens * 0.5 > 1", 0, "write double(request.tokens)"),
        ("hard % 2.0 > 1", 0, "`%` does not work on a double and a double"),
        ("pii + pii", 0, "`+` does not work on a bool and a bool"),
        ("pii > 0.5", 0, "use `pii` by itself, or pii.score"),
        ("category > 0.5", 0, "did you mean `category.score`?"),
        ("null < 1", 0, "does not order null and an int"),
        ("category == 1", 0, "a string never equals an int"),
        ("pii == 'true'", 0, "without quotes"),
        ("hard == null", 0, "`hard` is never null"),
        ("null != category", 0, "`category` is never null"),
        ("hard.evidence == ['a']", 0, "lists are not compared"),
        ("category in 'abc'", 12, 'write "abc".contains(category)'),
        ("category in hard", 12, "`in` wants a list, and `hard` is a double"),
        ("category in [1, 2]", 0, "a string never equals an int"),
        ("[1] in [[1]]", 0, "never equals"),
        ("1 in [1, 'a']", 5, "of one type"),
        ("'a' in ['a', null]", 7, "of one type"),
    ],
)
def test_types(source: str, offset: int, says: str) -> None:
    """An operation that does not fit is refused where it begins."""
    error = refusal(source)
    assert (error.offset, says in str(error)) == (offset, True), str(error)


@pytest.mark.parametrize(
    "source",
    [
        "request.max_tokens in [null, 5, request.max_tokens] || null in [null] || null == null",
        "(pii ? request.max_tokens : 5) == null",
        "(pii ? null : 5) == null",
        "[[], ['a']].size() == 2",
        "'x' in [] || 1.0 in [1, 2.5]",
        "category.value in pii.evidence",
        "pii == (category < 'x')",
        "double(double(1)) == 1 && int(int(1.5)) == 1",
    ],
)
def test_accepted(source: str) -> None:
    """Null where it may be, numbers of both kinds in a list, and lists of nothing."""
    assert compile(source, SCHEMA).source == source


def test_the_signals_of_a_condition_are_all_it_names() -> None:
    """By whatever field, once each; facts are none."""
    source = "pii && hard.score > 0.5 || 'x' in hard.evidence || request.stream || category.value == 'y'"
    assert compile(source, SCHEMA).signals == {"pii", "hard", "category"}


def test_only_pieces_can_be_checked() -> None:
    """A piece of an unknown kind is a programming error."""
    with pytest.raises(TypeError):
        check(Node(), SCHEMA)


def test_ints_meet_doubles_as_doubles() -> None:
    """CEL compares across types with the precision of a double, and within ints exactly."""
    where = Env(FACTS, {"hard": Reading(9007199254740992.0)}, 0.0)

    def ask(source: str) -> object:
        return compile(source, SCHEMA).evaluate(where)

    assert ask("hard == 9007199254740993") is True
    assert ask("9007199254740993 in [hard]") is True
    assert ask("9007199254740992 == 9007199254740993") is False
    assert ask("9007199254740992 in [9007199254740993]") is False
    assert ask("9223372036854775807 < 9223372036854775808.0") is False
    assert ask("request.max_tokens == hard") is False
