"""A signal, asked one example after the other."""

from __future__ import annotations

import json

from tests.cli.judged import Finds, Says, candidate_of
from wrp_router.cli.asking import ask
from wrp_router.cli.examples import Example, example
from wrp_signals import Reading
from wrp_signals.training.metrics import Span


def lines(*texts: str, **more: object) -> list[Example]:
    return [example(f"f:{n}", json.dumps({"text": text, **more})) for n, text in enumerate(texts, 1)]


def nothing(stage: str, share: float) -> None:
    pass


def test_every_example_has_an_answer():
    """In its order, with the time it took, however often it was warmed up; and how far it is, is told."""
    shares = []
    asked = candidate_of(Says(lambda text: Reading(text == "b", 0.5)))
    answers, failures = ask(asked, lines("a", "b", "c", "d"), lambda stage, share: shares.append((stage, share)))
    assert [answer.reading.value for answer in answers] == [False, True, False, False]
    assert all(answer.seconds > 0 and answer.spans == () for answer in answers)
    assert shares == [("proof", 0.25), ("proof", 0.5), ("proof", 0.75), ("proof", 1.0)]
    assert failures == []


def test_the_vector_is_given_where_it_is_wanted():
    """And is part of what is asked for."""
    answers, _ = ask(candidate_of(Says(lambda text: Reading(True), tier="static")), lines("a"), nothing)
    assert len(answers) == 1


def test_an_exception_is_one_failure():
    """The example it was raised on; the others are answered."""

    def say(text: str) -> Reading:
        if text == "b":
            raise RuntimeError("no b")
        return Reading(True)

    answers, failures = ask(candidate_of(Says(say)), lines("a", "b", "c"), nothing)
    assert [answer.example.place for answer in answers] == ["f:1", "f:3"]
    assert [(one.example.place, str(one.error)) for one in failures] == [("f:2", "no b")]


def test_spans_are_asked_for_where_lines_have_them():
    """And signals give any."""
    finds = candidate_of(Finds(lambda text: Reading(True)))
    assert ask(finds, lines("to a@b", spans=[]), nothing)[0][0].spans == (Span("EMAIL_ADDRESS", 3, 6),)
    assert ask(finds, lines("to a@b"), nothing)[0][0].spans == ()
    assert ask(candidate_of(Says(lambda text: Reading(True))), lines("a@b", spans=[]), nothing)[0][0].spans == ()
