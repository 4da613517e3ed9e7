"""What the configuration of a balancing policy shares whose policy is another object."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """Give it a `build`. `wants_prefix`: the policy goes by how a prompt begins, and who holds that."""

    wants_prefix: ClassVar[bool] = False
