"""The end of a connection."""

from __future__ import annotations

import asyncio

from wrp_router.live.lingering import Lingering


class Former(asyncio.Protocol):
    """Hears of the end."""

    def __init__(self) -> None:
        self.heard: list[Exception | None] = []

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard.append(exc)


def test_what_still_comes():
    """Is dropped, and leads to nothing; the end is passed on."""
    lingering = Lingering(former := Former())
    lingering.data_received(b"POST /v1/chat/completions HTTP/1.1\r\n\r\n")
    assert lingering.eof_received() is None
    assert former.heard == []
    lingering.connection_lost(None)
    assert former.heard == [None]
