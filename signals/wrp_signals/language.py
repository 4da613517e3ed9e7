"""Which language the user writes in. Scripts that one language owns tell at once; the others go through a table of runs
of letters. It does not translate, and says "unknown" of code and of texts without letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from .card import weights
from .code_only import is_code
from .facts import Reading, RequestView
from .language_table import LANGUAGE_CARD, Table, tables_of
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Share, Spec, Text, within_unit
from .writing import FENCED, LANGUAGE_OF, SCRIPTS, prose, writing_of

UNKNOWN = "unknown"
Code = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]
"""A language by its ISO 639-1 code, as the table names it."""

FEW = 20
"""Letters below which what the user said before counts too: "ok" is in the language of the conversation."""

EARLIER = 3
"""Messages of the user before the last that are looked at."""


class LanguageSpec(Spec, frozen=True, tag="language"):
    """The language of the last user message (ISO 639-1), or "unknown": below `unknown_below`, code only, no letters.

    `among` names the languages that can occur: the fewer, the surer. `table` names a card of `wrp train language`.
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    unknown_below: Share = 0.0
    among: Annotated[tuple[Code, ...], msgspec.Meta(max_length=200)] = ()
    table: Text | None = None

    def build(self, materials: Materials) -> Language:
        """Raises WeightsDamaged where the table is not what its card says."""
        name, read = (LANGUAGE_CARD, weights) if self.table is None else (self.table, materials.read_file)
        return Language(tables_of(read, name, self.among), self.unknown_below, self.among)


class Language:
    """Value: the code; score: its probability among the languages of its script (the script's share of the text where
    one language owns it); evidence: the runner-up."""

    value_type: ValueType = LanguageSpec.value_type
    tier: Tier = "none"
    expected_cost = 90e-6

    def __init__(self, tables: Mapping[str, Table], unknown_below: float = 0.0, among: tuple[str, ...] = ()) -> None:
        self._tables = {number: tables.get(script.name) for number, script in enumerate(SCRIPTS)}
        owned = ((number, name) for number, name in enumerate(LANGUAGE_OF) if name)
        self._owned = {number: name for number, name in owned if not among or name in among}
        self._unknown_below = unknown_below

    def read(self, view: RequestView, vector: object = None) -> Reading:
        text = prose(view.asked()[:FENCED])
        if is_code(text):
            return Reading(UNKNOWN, 0.0, ("code",))
        written = writing_of(text)
        if written.letters < FEW and len(view.messages) > 1:
            written = writing_of(said_by_user(view, text))
        if written.script == 0:
            return Reading(UNKNOWN, 0.0, ("no letters",))
        table = self._tables[written.script]
        if table is not None:
            return self._told(table.ranked(written.codes))
        if written.script in self._owned:
            return self._told([(self._owned[written.script], written.share)])
        return Reading(UNKNOWN, 0.0, (f"{SCRIPTS[written.script].name} script",))

    def _told(self, ranked: list[tuple[str, float]]) -> Reading:
        language, score = ranked[0]
        evidence = tuple([f"then {name} at {other:.2f}" for name, other in ranked[1:2]])
        if score < self._unknown_below:
            return Reading(UNKNOWN, within_unit(score), (f"{language} at {score:.2f}", *evidence))
        return Reading(language, within_unit(score), evidence)


def said_by_user(view: RequestView, last: str) -> str:
    """The last message with a few of the user's before it."""
    said = [message.text for message in view.messages if message.role == "user"][-EARLIER - 1 : -1]
    return "\n".join([last, *(prose(text[:FENCED]) for text in said)])
