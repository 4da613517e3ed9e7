"""What the configuration of a verifier has in common."""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec

from wrp_signals.materials import Materials


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Give it a `build`, and say what it needs to see."""

    tops: ClassVar[int | None] = None
    partial: ClassVar[bool] = False

    @property
    def asks(self) -> tuple[str, ...]:
        """Pools that it asks, beside the one that answered."""
        return ()


class Simple(Spec, frozen=True):
    """One that is made of nothing but its declaration: the spec is the verifier. Give it a `bar` and `judge`."""

    def build(self, materials: Materials) -> Self:
        """The verifier: this object itself."""
        return self
