"""Which application asks, by the system prompt that it works with. It keeps no word of one."""

from __future__ import annotations

from hashlib import blake2b
from typing import ClassVar

import msgspec

from .facts import Reading, RequestView
from .groups import Grouping, Groups
from .materials import Materials
from .outputs import SYSTEM
from .signal import Tier, ValueType
from .spec import Spec, short

NONE = Reading("", 0.0)

DIGEST = 8
"""Bytes of a digest: enough to tell some million system prompts apart."""


class InstructionsSpec(Spec, frozen=True, tag="instructions"):
    """The group to which the system prompt belongs, by how it begins ("You are Acme's support*") or as a whole; without
    `groups`, a digest of it, which the same `secret` makes the same again. Empty where there is none, or in no group.
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    groups: Groups = msgspec.field(default_factory=dict)

    def build(self, materials: Materials | None = None) -> Instructions:
        """Raises BadPattern where a star stands before the end of a beginning."""
        return Instructions(self, materials.secret if materials is not None else b"")


class Instructions:
    """Value: the group, or 16 hexadecimal digits; score: 1 where there is one; evidence: the member that matched."""

    value_type: ValueType = InstructionsSpec.value_type
    tier: Tier = "none"
    expected_cost = 2e-6

    def __init__(self, spec: InstructionsSpec, secret: bytes) -> None:
        self._grouping = Grouping(spec.groups) if spec.groups else None
        self._secret = secret[:64]

    def read(self, view: RequestView, vector: object = None) -> Reading:
        said = "\n".join([message.text for message in view.messages if message.role in SYSTEM and message.text])
        if not said:
            return NONE
        if self._grouping is not None:
            found = self._grouping.group_of(said)
            return NONE if found is None else Reading(found[0], 1.0, (short(found[1]),))
        text = said.encode("utf-8", "surrogatepass")
        return Reading(blake2b(text, digest_size=DIGEST, key=self._secret, person=b"instructions").hexdigest())
