"""What can be seen of an answer without understanding it: length, doubt, refusal, form, and how sure the model was."""

from __future__ import annotations

from math import exp, log1p

import re2

from wrp_signals.facts import Facts

from .types import Answer, Wanted

LOOKED_AT = 16_384
"""Characters of an answer, and of a question."""

_HEDGES = re2.compile(
    r"(?i)\b(?:not (?:entirely |completely |quite )?sure|unsure|uncertain|i think|i believe|i guess|maybe|perhaps|"
    r"possibly|probably|might be|could be|it seems|appears to be|hard to say|difficult to say|roughly|"
    r"as far as i know)\b"
)
_REFUSALS = re2.compile(
    r"(?i)\b(?:i(?:'m| am)? (?:sorry|unable)|i can(?:no|')t|cannot (?:help|assist|answer|provide)|as an ai|"
    r"i do(?:n't| not) (?:know|have)|not able to|no information)\b"
)
_DIGITS = re2.compile(r"[0-9]")
_QUESTIONS = re2.compile(r"\?")

NAMES = (
    "asked_length",
    "answer_length",
    "ratio",
    "hedges",
    "refusals",
    "asked_digits",
    "digits",
    "questions",
    "cut_off",
    "calls",
    "repeated",
    "has_logprobs",
    "mean_likely",
    "least_likely",
    "unlikely",
)
"""In the order of the numbers. A new one is a new name at the end; a card names those that it knows."""


def features(facts: Facts, wanted: Wanted, answer: Answer) -> tuple[float, ...]:
    """One number for each of NAMES, all finite. Linear in question and answer."""
    asked, text = wanted.asked[:LOOKED_AT], answer.text[:LOOKED_AT]
    words = text.split()
    sure = answer.logprobs
    return (
        log1p(len(asked)),
        log1p(len(text)),
        log1p(len(text)) - log1p(len(asked)),
        min(5.0, len(_HEDGES.findall(text))),
        float(_REFUSALS.search(text) is not None),
        log1p(len(_DIGITS.findall(asked))),
        log1p(len(_DIGITS.findall(text))),
        float(_QUESTIONS.search(text[-200:]) is not None),
        float(answer.finish_reason == "length"),
        float(len(answer.calls) > 0),
        1.0 - len(set(words)) / len(words) if words else 0.0,
        float(bool(sure)),
        _likely(sum(sure) / len(sure)) if sure else 0.0,
        _likely(min(sure)) if sure else 0.0,
        sum([one < -1.0 for one in sure]) / len(sure) if sure else 0.0,
    )


def _likely(logprob: float) -> float:
    return exp(min(0.0, logprob))
