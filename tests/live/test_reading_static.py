"""Vectors of the static tier, for those who choose a model by them."""

from __future__ import annotations

import numpy as np

from wrp_router.flow import Embed
from wrp_router.live.reading import ReadingRoom
from wrp_signals.facts import Message, RequestView
from wrp_signals.vectors import Rows

VIEW = RequestView("chat", "auto", (Message("user", "abc"),))


class Lengths:
    """An embedder of one dimension: the text's length. It refuses the empty one."""

    id, dim = "lengths", 1

    def embed(self, texts: list[str]) -> Rows:
        """float32[n, 1]."""
        if not all(texts):
            raise ValueError("nothing to embed")
        return np.array([[len(text)] for text in texts], np.float32)


async def test_made_at_once() -> None:
    """Without a coroutine, once for a request; none where no time is left, the tier is not there, or it raises."""
    room = ReadingRoom({}, Lengths())  # type: ignore[arg-type]
    reader = room.reader()
    assert reader.embed(Embed(VIEW, 0.0, "static")) is None
    assert reader.embed(Embed(VIEW, 1.0, "static")) == np.array([3.0])
    assert reader.embed(Embed(VIEW, 1.0, "static")) == np.array([3.0])
    assert room.texts()["static",] == 1
    assert room.reader().embed(Embed(RequestView("chat", "auto", ()), 1.0, "static")) is None
    assert ReadingRoom({}).reader().embed(Embed(VIEW, 1.0, "static")) is None
    room.close()
