"""Whether a request carries characters that nobody sees or that pose as others. Counts; knows nothing of intentions."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from .facts import Reading, RequestView
from .materials import Materials
from .normalise import Finding, normalise
from .signal import Tier, ValueType
from .spec import EVIDENCE, Spec, short

CLEAN = Reading(False, 0.0)


class SmugglingSpec(Spec, frozen=True, tag="smuggling"):
    """True where at least `at_least` characters of the conversation are hidden or disguised: zero-width characters
    inside words or in runs, bidi controls outside of right-to-left text, tag characters, variation selectors that
    follow no symbol, invisible separators, stacked accents, and words that mix look-alike letters with Latin ones.

    What writing systems and emoji need does not count. Of each message the first 49,152 and last 16,384 characters are
    read where it is not ASCII.
    """

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    at_least: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1

    def build(self, materials: Materials) -> Smuggling:
        return Smuggling(self.at_least)


class Smuggling:
    """Value: whether there are enough; score: 1 or 0; evidence: each class with its count, and the text it hid."""

    value_type: ValueType = SmugglingSpec.value_type
    tier: Tier = "none"
    expected_cost = 2e-6

    def __init__(self, at_least: int = 1) -> None:
        self._at_least = at_least

    def read(self, view: RequestView, vector: object = None) -> Reading:
        texts = [message.text for message in view.messages if not message.text.isascii()]
        if not texts:
            return CLEAN
        found = merged([finding for text in texts[-MESSAGES:] for finding in normalise(text).findings])
        value = sum(finding.times for finding in found) >= self._at_least
        return Reading(value, float(value), tuple([said(finding) for finding in found[:EVIDENCE]]))


MESSAGES = 32
"""The latest messages beyond ASCII that are read."""


def merged(findings: list[Finding]) -> list[Finding]:
    """One finding per class, the most frequent first; what was hidden, joined."""
    found: dict[str, Finding] = {}
    for kind, times, hidden in findings:
        before = found.get(kind, Finding(kind, 0))
        found[kind] = Finding(kind, before.times + times, f"{before.hidden} {hidden}".strip())
    return sorted(found.values(), key=lambda finding: (-finding.times, finding.kind))


def said(finding: Finding) -> str:
    """A finding as evidence."""
    hidden = f": {finding.hidden!r}" if finding.hidden else ""
    return short(f"{finding.times} {finding.kind}{'s' * (finding.times != 1)}{hidden}")
