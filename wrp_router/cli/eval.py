"""`wrp eval`: how good one signal is on labelled prompts, and what it costs; other parts have files of their own."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wrp_signals import SignalError
from wrp_signals.pii.types import GROUPS
from wrp_signals.training.judging import Report, judge_classes, judge_numbers, judge_spans, judge_yes_no
from wrp_signals.training.labels import OUT_OF_SCOPE, class_of, number_of, plain, yes_or_no

from . import eval_cache, eval_routing
from .asking import Answer, Finds, ask
from .candidate import Candidate, Unusable, candidate
from .examples import BadLine, Example, read_examples
from .progress import Bar
from .telling import failed, found, table, tell

OTHER = "other"
TYPES = {"pii": frozenset(plain(name) for types in GROUPS.values() for name in types)}
"""What labels may also say where the answer is yes, by kind."""

ELSEWHERE: dict[str, Callable[[argparse.Namespace], int]] = {"cache": eval_cache.run, "routing": eval_routing.run}
"""Parts with a file of their own."""


def run(options: argparse.Namespace) -> int:
    """0 where at least one line was judged, 1 where none was."""
    if options.part in ELSEWHERE:
        return ELSEWHERE[options.part](options)
    try:
        asked = candidate(options)
        examples, bad = labelled(options, asked)
        tell(bad)
        if not examples:
            raise Unusable(f"{options.data} has no line to judge by")
        report = evaluate(asked, spread(examples, options.limit), options)
    except (Unusable, SignalError, BadLine, OSError) as error:
        return failed(error)
    if bad:
        report["bad_lines"] = len(bad)
    return found(report, options.json, table)


def labelled(options: argparse.Namespace, asked: Candidate) -> tuple[list[Example], list[BadLine]]:
    """The examples of both files with labels of the signal's own type, and what is wrong with other lines. Raises
    OSError, Unusable."""
    examples, bad = read_examples(options.data)
    if options.negatives is not None:
        if asked.signal.value_type == "string":
            raise Unusable(f"--negatives are for signals that say yes or no, or a number; {asked.name} names a class")
        more, worse = read_examples(options.negatives)
        examples += [one._replace(label=False) for one in more]
        bad += worse
    understand = _understanding(asked, options.positive)
    understood = []
    for one in examples:
        try:
            understood.append(one._replace(label=understand(one)))
        except ValueError as error:
            bad.append(BadLine(f"{one.place}: {error}"))
    if options.positive and understood and not any(one.label is not False for one in understood):
        known = sorted({str(one.label) for one in examples if one.label is not None and one.label is not False})
        raise Unusable(f"--positive {options.positive}: no line is labelled so; labels are {', '.join(known[:20])}")
    return understood, bad


def _understanding(asked: Candidate, positive: str) -> Callable[[Example], Any]:
    """What turns an example into the label that the signal's values are compared with. Raises ValueError."""
    name = class_of(asked.kind)
    own = {plain(asked.name), plain(asked.kind)} | TYPES.get(asked.kind, frozenset())

    def understood(one: Example) -> Any:
        label = one.label
        if label is None and one.spans is not None and asked.signal.value_type == "bool":
            sought = _sought(asked)
            return any(sought is None or span.type in sought for span in one.spans)
        if label is None:
            raise ValueError("no `label`")
        if asked.signal.value_type == "bool":
            return (not positive and plain(label) in own) or yes_or_no(label, positive)
        return number_of(label) if asked.signal.value_type == "number" else name(label)

    return understood


def spread(examples: Sequence[Example], limit: int | None) -> Sequence[Example]:
    """At most `limit` of the examples, evenly over the whole: files are often sorted by label."""
    if limit is None or limit >= len(examples):
        return examples
    return [examples[int(place * len(examples) / limit)] for place in range(limit)]


def evaluate(asked: Candidate, examples: Sequence[Example], options: argparse.Namespace) -> Report:
    """The whole report. Raises Unusable where the signal had no answer at all."""
    bar = Bar()
    answers, failures = ask(asked, examples, bar)
    bar.end()
    tell([BadLine(f"{one.example.place}: the signal raised {one.error!r}") for one in failures])
    if not answers:
        raise Unusable(f"the signal {asked.name} had no answer to any line")
    report: Report = {"signal": asked.name, "kind": asked.kind, "tier": asked.tier}
    if asked.embedder is not None:
        report["embedder"] = asked.embedder.id
    report["n"] = len(answers)
    if failures:
        report["unknown"] = len(failures)
    report |= _judged(asked, answers, options.threshold)
    if options.negatives is not None and asked.signal.value_type == "bool":
        report["fpr_negatives"] = _passed(answers, f"{options.negatives}:", options.threshold)
    if any(answer.example.spans is not None for answer in answers) and isinstance(asked.signal, Finds):
        report |= _spans(asked, answers)
    return report | {"latency_us": latency(answers)}


def _judged(asked: Candidate, answers: list[Answer], threshold: float | None) -> Report:
    labels = [answer.example.label for answer in answers]
    values = [answer.reading.value for answer in answers]
    scores = np.array([answer.reading.score for answer in answers], np.float64)
    if asked.signal.value_type == "number":
        return judge_numbers(np.array(values, np.float64), np.array(labels, np.float64), threshold)
    if asked.signal.value_type == "bool":
        said = np.array(values, np.bool_) if threshold is None else scores >= threshold
        return judge_yes_no(said, scores, np.array(labels, np.bool_), asked.probable)
    name = class_of(asked.kind)
    low = scores < (threshold or 0.0)
    guesses = [OTHER if below else name(value) for value, below in zip(values, low, strict=True)]
    truth, strange = _in_scope(asked, labels)
    return judge_classes(guesses, scores, truth, strange, asked.probable)


def _passed(answers: list[Answer], file: str, threshold: float | None) -> float | None:
    """The share of one file's lines to which the signal said yes."""
    readings = [answer.reading for answer in answers if answer.example.place.startswith(file)]
    said = [bool(one.value) if threshold is None else one.score >= threshold for one in readings]
    return round(sum(said) / len(said), 4) if said else None


def _in_scope(asked: Candidate, labels: list[str]) -> tuple[list[str], Any]:
    """Labels with "other" for what is out of scope, and which those are: `oos` anywhere, and "other" where it is no
    category that was declared."""
    declared = {plain(name) for name in asked.categories or (OTHER,)}
    out = OUT_OF_SCOPE if OTHER in declared else OUT_OF_SCOPE | {OTHER}
    strange = np.array([label in out and label not in declared for label in labels], np.bool_)
    return [OTHER if away else label for label, away in zip(labels, strange, strict=True)], strange


def _spans(asked: Candidate, answers: list[Answer]) -> Report:
    marked = [(answer.spans, answer.example.spans) for answer in answers if answer.example.spans is not None]
    return judge_spans([found for found, _ in marked], [true for _, true in marked], _sought(asked))


def _sought(asked: Candidate) -> frozenset[str] | None:
    """The types of spans that it looks for; None: any."""
    found: frozenset[str] | None = getattr(asked.signal, "types", None)
    return found


def latency(answers: Sequence[Answer]) -> dict[str, float]:
    """Microseconds of one reading with the vector's cost: median, 99th percentile."""
    seconds = np.array([answer.seconds for answer in answers])
    return {f"p{point}": round(float(np.percentile(seconds, point)) * 1e6, 1) for point in (50, 99)}
