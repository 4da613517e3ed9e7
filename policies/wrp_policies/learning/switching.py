"""What it takes for a conversation to move to another pool. It remembers no conversation."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A conversation moves to another pool where it gains at least `margin` + `weight` * what is lost by it: the part
    of the prompt that the one pool's servers still hold and the other's would compute anew.

    Lost is money (what the pool's `price` says of `cached` tokens, or the prefill's seconds at what its `hardware`
    costs an hour) and time, each as far as the objective minds it.
    """

    weight: Annotated[
        float, Meta(ge=0, le=10, description="How much a prefix that would be lost counts; 0: nobody looks.")
    ] = 1.0
    margin: Annotated[
        float, Meta(ge=0, le=1000, description="What another pool's answers have to be worth beyond that.")
    ] = 0.0


FREE = Switch(weight=0.0)
"""Moving costs nothing."""
