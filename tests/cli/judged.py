"""Signals and lines that the tests of `wrp eval` and `wrp train` share. None of them needs the embedding model."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from wrp_router.cli import parser
from wrp_router.cli.candidate import Candidate
from wrp_signals import HashingEmbedder, KeywordSpec, Reading, RequestView
from wrp_signals.pii.types import Span
from wrp_signals.signal import Tier, ValueType

DECLARED = """\
signals:
  proof: {kind: keyword, words: [prove, theorem]}
"""


class Says:
    """A signal that says what a function makes of what was asked; spans of every "@" if it is told to."""

    expected_cost = 1e-6

    def __init__(self, say: Callable[[str], Reading], value_type: ValueType = "bool", tier: Tier = "none") -> None:
        self.value_type = value_type
        self.tier = tier
        self._say = say

    def read(self, view: RequestView, vector: object = None) -> Reading:
        assert (vector is None) is (self.tier == "none")
        return self._say(view.asked())


class Finds(Says):
    types = frozenset({"EMAIL_ADDRESS"})

    def spans(self, text: str) -> Iterable[Span]:
        return [Span("EMAIL_ADDRESS", place - 1, place + 2) for place, char in enumerate(text) if char == "@"]


def candidate_of(signal: Any, kind: str = "keyword", spec: Any = None) -> Candidate:
    """As if it had been built for a command."""
    embedder = None if signal.tier == "none" else HashingEmbedder()
    return Candidate("proof", kind, spec or KeywordSpec(words=("prove",)), signal, embedder)


def options(*arguments: str) -> argparse.Namespace:
    """As `wrp` would parse them."""
    return parser().parse_args(arguments)


def written(path: Path, lines: Iterable[object]) -> str:
    """A file of lines, objects as JSON; its path."""
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(path)
