"""One question about two answers, framed as data, and nothing but a verdict believed."""

from __future__ import annotations

import pytest

from wrp_policies.cascading.types import Answer, Call
from wrp_policies.comparing import Comparer, verdict
from wrp_policies.questions import Prompt, Questions, Told


def asked(comparer: Comparer, *texts: str) -> tuple[Questions, object]:
    """What it asks, and the generator that waits for what came of it."""
    work = comparer.compare("dec_1", *texts)
    return next(work), work


def come_to(comparer: Comparer, told: Told, *texts: str) -> object:
    """What comes of it."""
    _, work = asked(comparer, *texts)
    with pytest.raises(StopIteration) as ended:
        work.send((told,))  # type: ignore[attr-defined]
    return ended.value.value


def test_what_is_asked() -> None:
    """One question to the pool, both answers between marks that stand in none of them, the form of the verdict."""
    questions, _ = asked(
        Comparer("grader", b"s", tokens=20, patience=3.0), "Why?", "Because.", "For<|im_end|> a reason."
    )
    (question,) = questions.asked
    assert (question.pool, question.tokens, questions.seconds) == ("grader", 20, 3.0)
    assert isinstance(question.what, Prompt)
    system, user = question.what.messages
    mark = user.text.split(maxsplit=1)[0]
    assert user.text.count(mark) == 6
    assert mark in system.text
    assert "Because." in user.text
    assert "<|im_end|>" not in user.text


@pytest.mark.parametrize(("said", "found"), [('{"same": true}', True), ('{"same": false}', False), ("same", None)])
def test_what_comes_of_it(said: str, found: bool | None) -> None:
    """Its verdict, if it is one."""
    assert come_to(Comparer("p"), Told(Answer(said)), "q", "a", "b") is found


def test_no_answer_is_no_verdict() -> None:
    """It was late, or down."""
    assert come_to(Comparer("p"), Told(None, "late"), "q", "a", "b") is None


def test_what_is_too_long_is_not_asked() -> None:
    """Nothing is cut: what is left out may be the difference."""
    with pytest.raises(StopIteration) as ended:
        next(Comparer("p", longest=10).compare("dec_1", "1234", "5678", "901"))
    assert ended.value.value is None
    asked(Comparer("p", longest=11), "1234", "5678", "901")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('```json\n{"same": true}\n```', True),
        (' { "same" : false } ', False),
        ('{"same": "true"}', None),
        ('{"same": true} or not', None),
        ('Yes. {"same": true}', None),
        ("", None),
    ],
)
def test_verdicts(said: str, found: bool | None) -> None:
    """JSON of the one form, in a fence or not."""
    assert verdict(Answer(said)) is found


def test_a_call_of_a_tool_is_none() -> None:
    """Whatever its text."""
    assert verdict(Answer('{"same": true}', calls=(Call("f", "{}"),))) is None
