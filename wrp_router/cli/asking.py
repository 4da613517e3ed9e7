"""Asks a signal one example after the other, as a request would, and takes the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import NamedTuple, Protocol, runtime_checkable

from wrp_signals import Reading
from wrp_signals.pii.types import Span as FoundSpan
from wrp_signals.pii.types import canonical
from wrp_signals.training.metrics import Span

from .candidate import Candidate
from .examples import Example

WARM = 3
"""Readings before the clock counts."""

Progress = Callable[[str, float], None]


@runtime_checkable
class Finds(Protocol):
    """A signal that also says where in a text it saw something."""

    def spans(self, text: str) -> Iterable[FoundSpan]: ...


class Answer(NamedTuple):
    """What the signal said of one example, the seconds it took with the vector, and the spans if it gives any."""

    example: Example
    reading: Reading
    seconds: float
    spans: tuple[Span, ...]


class Failure(NamedTuple):
    """An example on which the signal raised: a request would have found it unknown."""

    example: Example
    error: Exception


def ask(asked: Candidate, examples: Sequence[Example], progress: Progress) -> tuple[list[Answer], list[Failure]]:
    """One answer for every example, or a failure."""
    answers: list[Answer] = []
    failures: list[Failure] = []
    for example in examples[:WARM]:
        _tried(asked, example)
    for number, example in enumerate(examples, 1):
        answer = _tried(asked, example)
        if isinstance(answer, Answer):
            answers.append(answer)
        else:
            failures.append(answer)
        progress(asked.name, number / len(examples))
    return answers, failures


def _tried(asked: Candidate, example: Example) -> Answer | Failure:
    signal, view = asked.signal, example.view
    try:
        started = perf_counter()
        vector = asked.embedder.embed([view.asked()])[0] if asked.embedder is not None else None
        reading = signal.read(view, vector)
        seconds = perf_counter() - started
        found = signal.spans(view.asked()) if example.spans is not None and isinstance(signal, Finds) else ()
    except Exception as error:  # whatever a signal raises makes it unknown for that request, here as in the router
        return Failure(example, error)
    return Answer(example, reading, seconds, tuple(Span(canonical(one.type), one.start, one.end) for one in found))
