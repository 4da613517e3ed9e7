"""What the configuration of a balancing policy says of itself."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import msgspec

from wrp_policies.unlearned import Unlearned

Wants = Literal["nothing", "beginnings", "caches"]
"""What must be known for a policy: how prompts begin, or also who holds what of them."""


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Give it a `build`. A kind that always wants the same says so in `always`."""

    always: ClassVar[Wants] = "nothing"

    def wants(self) -> Wants:
        """As it is configured."""
        return self.always


class Simple(Unlearned, Spec, frozen=True):
    """One that learns nothing: the spec is the policy, one object for every request. Give it an `order`."""

    def build(self) -> Self:
        """The policy: this object itself."""
        return self
