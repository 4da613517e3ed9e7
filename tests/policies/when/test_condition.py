"""What a compiled condition offers."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.policies.when.phrases import SCHEMA, SOURCES, envs
from wrp_policies.when import Env, compile, format, parse


def test_a_condition_shows_what_it_is() -> None:
    """Its source, its tree and the signals it may depend on; not its closures."""
    condition = compile("a && level.score > 0.5", SCHEMA)
    assert condition.source == "a && level.score > 0.5"
    assert condition.tree == parse(condition.source)
    assert condition.signals == {"a", "level"}
    assert repr(compile("a", SCHEMA)) == "Condition(source='a', signals=frozenset({'a'}), constant=None)"


@pytest.mark.parametrize(
    ("source", "varies"),
    [
        ("a", False),
        ("request.tools > 0 && tenant == 'x'", False),
        ("time.hour < 8", True),
        ("a || session == 's'", True),
        ("request.priority == 'critical'", True),
        ("request.tokens > 100", True),
    ],
)
def test_what_may_be_another_answer_to_the_same_request(source: str, varies: bool) -> None:
    """The clock, the session, the class and estimates; of signals their declarations speak."""
    assert compile(source, SCHEMA).varies is varies


@given(SOURCES, envs())
def test_the_canonical_text_means_the_same(source: str, where: Env) -> None:
    """A condition and its formatted source give the same answers and need the same."""
    first, second = compile(source, SCHEMA), compile(format(parse(source)), SCHEMA)
    assert first.evaluate(where) is second.evaluate(where)
    assert first.needs(where) == second.needs(where)
    assert first.because(where) == second.because(where)
