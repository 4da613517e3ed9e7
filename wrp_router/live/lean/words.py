"""What a request's head comes to. It reads nothing."""

from __future__ import annotations

import msgspec

from wrp_router.live.downstream import Headers


class Lines(msgspec.Struct, frozen=True, gc=False):
    """A head taken apart: header names in lower case, each one once."""

    target: str
    pairs: Headers
    headers: dict[str, str]
    length: int
