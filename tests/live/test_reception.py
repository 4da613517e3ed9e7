"""Whole bodies, within a bound."""

from __future__ import annotations

import pytest

from tests.live.climbing import Stairs
from tests.live.scene import Scene
from wrp_router.live.reception import read_all
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken

REQUEST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
)
BODY = b'{"model":"fake","messages":[{"role":"user","content":"hello"}],"x_fake":"chunks=400"}'


@pytest.mark.parametrize(("limit", "whole"), [(1 << 20, True), (500, False)])
async def test_an_answer_is_read_within_its_bound(scene: Scene, limit: int, whole: bool):
    """Beyond it, the engine is not believed."""
    stairs = Stairs(scene)
    await stairs.open()
    origin = Origin(stairs.small.url)
    connection, head = await origin.send(REQUEST % (len(BODY), BODY), 2.0)
    if whole:
        assert (await read_all(connection, head, limit)).endswith(b"}")
    else:
        with pytest.raises(Broken, match="malformed"):
            await read_all(connection, head, limit)
    connection.abort()
    origin.close()
