"""How long an answer will be, learned from how long answers were. It knows nothing of what is asked but its shape."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from math import log2
from typing import Annotated, Literal

import msgspec

from .facts import Facts, RequestView
from .family import family_of
from .learning import Used, packed, unpacked
from .lengths import BINS, MEMORY, Lengths
from .once import once

KEYS = 2_000
"""Kinds of request whose lengths are kept (about 1 KB each); the least recently answered goes first."""

TRUST = 8.0
"""Answers of one kind that weigh as much as what all broader kinds say."""

UPPER = 0.75
LONGEST = 1 << 20
CHOICES = 128

HEAD, TOOLS = 256, 8
"""Characters of the system prompt, and names of tools, by which applications of one tenant are told apart."""

SYSTEM = frozenset(("system", "developer"))
FORMATS = frozenset(("text", "json_object", "json_schema"))

PRIORS: dict[str, tuple[float, float]] = {"chat": (7.6, 1.2), "tools": (6.5, 1.5), "bare": (6.0, 1.8)}
"""Before anything was learned, in binary logarithms: the median answer, and how far above it the upper quartile is.
Chat lies between LMSYS-Chat (medians of 140 tokens) and ShareGPT (280); steps of agents are shorter, completions in
editors (13) shorter still. Set by hand."""

_Key = Annotated[str, msgspec.Meta(max_length=160)]
_Place = Annotated[int, msgspec.Meta(ge=0, lt=BINS)]
_Weight = Annotated[float, msgspec.Meta(ge=0.0, le=1e6)]
_Middle = Annotated[float, msgspec.Meta(ge=0.0, le=64.0)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 60)]
_Due = Annotated[int, msgspec.Meta(ge=-1, le=MEMORY)]


class Predicted(msgspec.Struct, frozen=True, gc=False):
    """Tokens of the answer: the quantile that was asked for, and the upper quartile. `sure` in [0, 1) grows with the
    answers of this very kind of request; 0 where none was heard."""

    tokens: float
    upper: float
    sure: float


class KeptLengths(msgspec.Struct, frozen=True, array_like=True):
    key: _Key
    heard: _Count
    due: _Due
    shares: dict[_Place, _Weight]
    middles: Annotated[tuple[_Middle, ...], msgspec.Meta(min_length=2, max_length=2)]


class Kept(msgspec.Struct, frozen=True):
    """What was learned, as it is stored: the least recently answered first."""

    kind: Literal["outputs-1"]
    mark: float
    lengths: Annotated[tuple[KeptLengths, ...], msgspec.Meta(max_length=KEYS)]


class OutputLengths:
    """Lengths by kind of request, from broad to narrow: operation, tools and the limit on tokens; the same with the
    format and the family of the model asked for; the same with the application (tenant, tools, system prompt) instead.
    What is said of a narrow kind leans on the broader ones until it has answers enough of its own.
    """

    def __init__(self, mark: float = 0.5) -> None:
        self._marks = (mark, UPPER)
        self._priors = {
            kind: (middle + (mark - 0.5) * 4.0 * spread, middle + spread) for kind, (middle, spread) in PRIORS.items()
        }
        self._lengths: OrderedDict[str, Lengths] = OrderedDict()

    def predict(self, view: RequestView) -> Predicted:
        """Never more than the request allows; 0 for embeddings, which answer without tokens."""
        if view.operation == "embedding":
            return Predicted(0.0, 0.0, 1.0)
        (low, high), sure, known = self._priors[_kind(view)], 0.0, self._lengths
        for key in _keys(view):
            lengths = known.get(key)
            if lengths is None:
                sure = 0.0
                continue
            sure = lengths.heard / (lengths.heard + TRUST)
            here = lengths.middles
            low += sure * (here[0] - low)
            high += sure * (here[1] - high)
        if view.max_tokens is not None and 0 < view.max_tokens < LONGEST:
            most = log2(view.max_tokens)
            low, high = most if low > most else low, most if high > most else high
        choices = 1 if view.n == 1 else min(max(view.n, 1), CHOICES)
        return Predicted(2.0**low * choices, 2.0**high * choices, sure)

    def learn(self, view: RequestView, facts: Facts, used: Used) -> None:
        """Takes in how long the answer was. An answer to several choices counts as so many of equal length."""
        if used.tokens_out <= 0 or view.operation == "embedding":
            return
        tokens = min(max(1, used.tokens_out // min(max(view.n, 1), CHOICES)), LONGEST)
        for key in _keys(view):
            lengths = self._lengths.get(key)
            if lengths is None:
                lengths = self._lengths[key] = Lengths(self._marks)
                if len(self._lengths) > KEYS:
                    self._lengths.popitem(last=False)
            else:
                self._lengths.move_to_end(key)
            lengths.add(tokens)

    def state(self) -> bytes:
        """All lengths."""
        kept = [KeptLengths(key, *lengths.kept()) for key, lengths in self._lengths.items()]
        return packed(Kept("outputs-1", self._marks[0], tuple(kept)))

    def restore(self, state: bytes) -> None:
        """Raises StateDamaged. What was learned for another mark serves this one too."""
        kept = unpacked(state, Kept) if state else Kept("outputs-1", self._marks[0], ())
        found: OrderedDict[str, Lengths] = OrderedDict()
        for one in kept.lengths:
            lengths = found[one.key] = Lengths.again(self._marks, one.heard, one.due, one.shares, one.middles)
            if kept.mark != self._marks[0]:
                lengths.middles = lengths.quantiles()
        self._lengths = found


def _kind(view: RequestView) -> str:
    if view.operation == "completion":
        return "bare"
    return "tools" if view.tools else "chat"


@once
def _keys(view: RequestView) -> tuple[str, str, str]:
    """Three kinds of request that it is one of, the broadest first."""
    limit = view.max_tokens
    broad = f"{view.operation} {_kind(view)}"
    if limit is not None and limit > 0:
        broad += f" {min(limit.bit_length(), 21)}"
    form = view.response_format if view.response_format in FORMATS else "other"
    return broad, f"{broad} {form} {family_of(view.model)}", f"{broad} {_application(view):x}"


def _application(view: RequestView) -> int:
    """A number by which applications are told apart. No tenant can write a prompt that has the number of another's: its
    name is told with its length, and the digest is a cryptographic one."""
    tools = "\0".join(view.tools[:TOOLS])
    told = f"{len(view.tenant)} {len(tools)} {view.tenant}{tools}"
    if view.messages:
        first = view.messages[0]
        if first.role in SYSTEM:
            told += first.text[:HEAD]  # what is filled in later differs from request to request
    return int.from_bytes(blake2b(told.encode("utf-8", "replace"), digest_size=8).digest(), "big")
