"""A conversation's own server, as long as it is up. It looks at load only where there is no session."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from msgspec import Meta

from .consistent_hash import Hashed
from .spec import Spec


class Session(Spec, frozen=True, tag="session"):
    """By rendezvous hashing of the session, so that all routers agree without asking each other; while its server is
    down or full, the next one in the session's own order. Without a session: the idlest."""

    by: Annotated[
        Literal["session", "tenant"], Meta(description="What requests with the same server have in common.")
    ] = "session"

    def build(self) -> Hashed:
        return Hashed(self.by, 1, math.inf)
