"""Whether a request holds personal data or secrets, and which types of them; never the values."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from wrp_signals.facts import Reading, RequestView
from wrp_signals.keyword import chosen
from wrp_signals.materials import Materials
from wrp_signals.signal import Tier, ValueType
from wrp_signals.spec import EVIDENCE, Share, Spec

from .find import LIKELY, scanner
from .names import find_names
from .redact import counted
from .scan import resolved
from .types import GROUPS, Span, TypeName, canonical, expand

EFFORT, ENOUGH = 250, 24
"""Candidates, proven or refuted, and spans after which a reading stops. `find` and `spans` look at everything."""

USUAL: tuple[TypeName, ...] = ("contact", "financial", "national", "network", "secrets")

STOPPED = "and maybe more"


class PiiSpec(Spec, frozen=True, tag="pii"):
    """True where a request holds personal data or secrets of `types` (types, or groups of them) with `min_score`.

    `where`: the last user message, all user messages, or the whole conversation. `names: true` also guesses names of
    people and streets; see the documentation for how well.
    """

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    types: Annotated[tuple[TypeName, ...], msgspec.Meta(min_length=1, max_length=64)] = USUAL
    min_score: Share = LIKELY
    where: Literal["last", "user", "all"] = "user"
    names: bool = False

    def build(self, materials: Materials | None = None) -> Pii:
        """Compiles the patterns: 0.1 s."""
        return Pii(self)


class Pii:
    """Value: whether something was found; score: the surest of it, also below `min_score`; evidence: types and counts.

    `types` are the canonical names (`canonical`) that it looks for.
    """

    value_type: ValueType = PiiSpec.value_type
    tier: Tier = "none"
    expected_cost = 8e-6

    def __init__(self, spec: PiiSpec) -> None:
        wanted = expand(spec.types) | (frozenset(GROUPS["names"]) if spec.names else frozenset())
        self._names = bool(wanted & frozenset(GROUPS["names"]))
        self._wanted = wanted
        self._scanner = scanner(wanted)
        self._likely = spec.min_score
        self._where = spec.where
        self.types = frozenset([canonical(type) for type in wanted if type != "DATE_OF_BIRTH"])

    def read(self, view: RequestView, vector: object = None) -> Reading:
        text = chosen(view, self._where)
        found, complete = self._scanner.scan(text, EFFORT, ENOUGH)
        if self._names:
            found += self._named(text)
        if not found:
            return Reading(False, 0.0) if complete else Reading(False, 0.0, (STOPPED,))
        kept = resolved([span for span in found if span.score >= self._likely])
        evidence = counted(kept)[: EVIDENCE - 1 + complete]
        return Reading(bool(kept), max([span.score for span in found]), (*evidence, *(() if complete else (STOPPED,))))

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where in a text it found something with `min_score`: all of it, in the order of the text."""
        found, _ = self._scanner.scan(text)
        if self._names:
            found += self._named(text)
        return resolved([span for span in found if span.score >= self._likely])

    def _named(self, text: str) -> list[Span]:
        return [span for span in find_names(text) if span.type in self._wanted]
