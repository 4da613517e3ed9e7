"""What a policy that learns nothing shares: its spec is the policy. It holds no state and refuses to grow any."""

from __future__ import annotations

from typing import Self

import msgspec

from .unlearned import Unlearned


class Stateless(Unlearned, msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Config and policy in one: frozen, so one object serves every request and every thread."""

    def build(self) -> Self:
        """The policy: this object itself."""
        return self
