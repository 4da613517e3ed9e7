"""`wrp train cascade`: thresholds with a guarantee, and a learned head, from judged answers of two models."""

from __future__ import annotations

import argparse
import json
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from wrp_policies.cascading.cards import WHOLE, Card
from wrp_policies.cascading.types import Answer
from wrp_policies.training.cascade import Judged, TooFew, train

from .candidate import Unusable
from .examples import BadLine
from .examples import lines as lines_of
from .progress import Bar
from .telling import table, tell

Line = dict[str, Any]


def lines(told: dict[str, Any], out: str) -> list[str]:
    """What is said of a card that was written: `told` is it."""
    shown = [f"{told['id']} written to {out}", ""]
    promise = f"at most {told['alpha']:.3g} of accepted answers of {told['small']} are worse than {told['large']}'s"
    shown += [f"{promise}, with confidence {1 - told['delta']:.3g}", *table(told.get("report", {})), ""]
    shown.append(f"{'category':26s} {'from':>8s} {'answers':>8s} {'accepted':>9s} {'worse':>6s} {'at most':>8s}")
    for name, one in sorted(told["thresholds"].items()):
        at, n = one.get("at"), one.get("n", 0)
        share = one.get("accepted", 0) / n if n and not one.get("shared") else 0.0
        bound = f"{one.get('bound', 1.0):8.4f}" if at is not None else f"{'':8s}"
        kept = "as all" if one.get("shared") else f"{share:.1%}" if at is not None else "none"
        from_ = "never" if at is None else f"{at:.4f}"
        shown.append(f"{name or '(all)':26s} {from_:>8s} {n:8d} {kept:>9s} {one.get('worse', 0):6d} {bound}")
    return shown


def trained(options: argparse.Namespace, bar: Bar) -> Card:
    """The card, which is written by then. Raises Unusable, OSError."""
    read, bad = _read(options.data)
    tell(bad)
    names = _names(options, read)
    samples: list[Judged] = []
    bad = []
    for place, line in read:
        try:
            samples.append(_judged(line, *names))
        except ValueError as error:
            bad.append(BadLine(f"{place}: {error}"))
    tell(bad)
    if not samples:
        raise Unusable(f"{options.data} has no line to learn from")
    bar("calibrating", 0.5)
    try:
        card = train(samples, names, options.verifier, options.alpha, options.delta, options.seed)
    except (TooFew, ValueError) as error:
        raise Unusable(str(error)) from None
    if card.thresholds[WHOLE].n == 0:
        raise Unusable("there is nothing to calibrate with")
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")
    return card


def _read(path: str) -> tuple[list[tuple[str, Line]], list[BadLine]]:
    """Lines that are objects with `scores`, and what is wrong with the others. Raises OSError."""
    found: list[tuple[str, Line]] = []
    bad: list[BadLine] = []
    for place, text in lines_of(path):
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            line = None
        if isinstance(line, dict) and isinstance(line.get("scores"), dict):
            found.append((str(place), line))
        else:
            bad.append(BadLine(f"{place}: not a JSON object with `scores` by model"))
    return found, bad


def _names(options: argparse.Namespace, read: list[tuple[str, Line]]) -> tuple[str, str]:
    """Of the small and the large model: as told, or of two models the one with the lower scores is the small one."""
    if options.small and options.large:
        return options.small, options.large
    totals: dict[str, float] = {}
    for _, line in read:
        for name, score in line["scores"].items():
            totals[name] = totals.get(name, 0.0) + (score if _is_number(score) else 0.0)
    if not totals:
        raise Unusable(f"{options.data} has no line to learn from")
    if options.small or options.large or len(totals) != 2:
        raise Unusable(f"say which is which, by --small and --large; there are: {', '.join(sorted(totals))}")
    small, large = sorted(totals, key=lambda name: totals[name])
    return small, large


def _judged(line: Line, small: str, large: str) -> Judged:
    """Raises ValueError that says what is missing."""
    asked, category = line.get("prompt"), line.get("category", WHOLE)
    if not isinstance(asked, str) or not isinstance(category, str):
        raise ValueError("`prompt` and `category` are texts")
    scores = [_share(line["scores"].get(name), f"scores.{name}") for name in (small, large)]
    told = line.get("confidence")
    confidence = None if told is None else _share(told.get(small) if isinstance(told, dict) else told, "confidence")
    answers = line.get("answers", {})
    if not isinstance(answers, dict):
        raise ValueError('`answers` are by model, such as {"NAME": {"text": "…"}}')
    said = answers.get(small)
    answer = None if said is None else _answer({"text": said} if isinstance(said, str) else said)
    whole = not isinstance(said, dict) or "logprob" not in said
    return Judged(asked, category, scores[0], scores[1], confidence, answer, whole)


def _answer(said: Line) -> Answer:
    """`logprobs` and `margins` by token, or `logprob` and `margin`, their means. Raises ValueError."""
    if not isinstance(said, dict):
        raise ValueError('an answer is a text, or {"text": …, "logprobs": […], "margins": […]}')
    text, reason = said.get("text", ""), said.get("finish_reason", "stop")
    sure = said.get("logprobs", [said["logprob"]] if "logprob" in said else [])
    ahead = said.get("margins", [said["margin"]] if "margin" in said else [])
    if not isinstance(text, str) or not isinstance(reason, str):
        raise ValueError("`text` and `finish_reason` of an answer are texts")
    if not all(isinstance(one, list) and all(map(_is_number, one)) for one in (sure, ahead)):
        raise ValueError("`logprobs` and `margins` of an answer are numbers")
    if any(one > 0.0 for one in sure):
        raise ValueError("a log-probability is not above 0")
    return Answer(text, (), tuple(map(float, sure)), tuple(map(float, ahead)), reason)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _share(value: Any, name: str) -> float:
    if not _is_number(value) or not 0.0 <= value <= 1.0:
        raise ValueError(f"`{name}` is no number in [0, 1]")
    return float(value)
