"""The form that was asked for."""

from __future__ import annotations

import pytest

from tests.policies.makers import facts
from wrp_policies.cascading.types import Answer, Call, Verdict, Wanted
from wrp_policies.cascading.verifiers import Schema

NUMBER = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
ANY, OBJECT, FORM, TOOL = Wanted(), Wanted(json=True), Wanted(json=True, schema=NUMBER), Wanted(tools={"f": NUMBER})


def call(name: str, arguments: str) -> Answer:
    return Answer(calls=(Call(name, arguments),), finish_reason="tool_calls")


@pytest.mark.parametrize(
    ("wanted", "answer", "score", "evidence"),
    [
        (ANY, Answer("whatever"), 1.0, "the form is right"),
        (ANY, Answer("what", finish_reason="length"), 0.0, "cut off"),
        (OBJECT, Answer('{"a": 1e400}'), 1.0, "the form is right"),
        (OBJECT, Answer("[1]"), 0.0, "type"),
        (OBJECT, Answer("Sure! {}"), 0.0, "no JSON"),
        (OBJECT, Answer('{"a": NaN}'), 0.0, "no JSON"),
        (OBJECT, Answer("[" * 100_000), 0.0, "no JSON"),
        (OBJECT, Answer(" " * (1 << 21)), None, "too long to look at"),
        (FORM, Answer('{"n": 3}'), 1.0, "the form is right"),
        (FORM, Answer('{"n": "3"}'), 0.0, "type"),
        (FORM, Answer("{}"), 0.0, "required"),
        (TOOL, call("f", '{"n": 3}'), 1.0, "the form is right"),
        (TOOL, call("f", ""), 0.0, "required"),
        (TOOL, call("g", "{}"), 0.0, "a tool that there is not"),
        (Wanted(tools={"f": {}}), call("f", ""), 1.0, "the form is right"),
        (Wanted(json=True, schema={"contains": 1}), Answer("{}"), None, "a keyword unknown here"),
    ],
)
def test_forms(wanted: Wanted, answer: Answer, score: float | None, evidence: str) -> None:
    """Evidence names the rule, and quotes nothing."""
    assert Schema().judge(facts(), wanted, answer) == Verdict(score, evidence)
    assert Schema().bar == 1.0
