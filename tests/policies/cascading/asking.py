"""Cases for those who examine answers by asking, and engines that answer by a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.policies.makers import facts
from wrp_policies.cascading.cases import Case
from wrp_policies.cascading.types import Answer, Verdict, Wanted
from wrp_policies.questions import Asking, Question, Questions, Told
from wrp_signals.facts import Message, RequestView

ASKED = (Message("system", "Be brief."), Message("user", "What is 6 * 7?"))


def case(answer: Answer | str = "The answer is 42.", bar: float = 0.6, **changes: Any) -> Case:
    """An answer of the pool `small`."""
    said = Answer(answer, finish_reason="stop") if isinstance(answer, str) else answer
    view = RequestView("chat", "auto", changes.pop("messages", ASKED))
    wanted = changes.pop("wanted", Wanted("What is 6 * 7?"))
    return Case(changes.pop("facts", facts()), view, wanted, said, "small", bar)


class Played:
    """Work, driven to its end: `tell` answers each question; `rounds` is what was asked at once."""

    def __init__(self, work: Asking[Verdict], tell: Callable[[Question], Told]) -> None:
        self.rounds: list[Questions] = []
        self.verdict = self._run(work, tell)

    def _run(self, work: Asking[Verdict], tell: Callable[[Question], Told]) -> Verdict:
        try:
            questions = next(work)
            while True:
                self.rounds.append(questions)
                questions = work.send(tuple([tell(one) for one in questions.asked]))
        except StopIteration as over:
            verdict: Verdict = over.value
            return verdict

    @property
    def asked(self) -> list[int]:
        """How many at once."""
        return [len(one.asked) for one in self.rounds]


def told(text: str | None, seconds: float = 1.0) -> Told:
    """An answer; None where there is none."""
    return Told(None, "late", seconds) if text is None else Told(Answer(text, finish_reason="stop"), "", seconds)


def telling(*texts: str | None) -> Callable[[Question], Told]:
    """One after the other."""
    waiting = list(texts)
    return lambda question: told(waiting.pop(0))


def always(text: str | None) -> Callable[[Question], Told]:
    return lambda question: told(text)


def score_of(verdicts: Sequence[Verdict]) -> list[float | None]:
    return [one.score for one in verdicts]
