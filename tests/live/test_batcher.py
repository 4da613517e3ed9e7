"""Embeddings off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from tests.live.scene import until
from wrp_router.live.batcher import BATCH_LIMIT, QUEUE_LIMIT, Batcher
from wrp_signals import HashingEmbedder


class Slow(HashingEmbedder):
    """Waits at every batch until it is let go on, and remembers their sizes."""

    def __init__(self) -> None:
        super().__init__(8)
        self.go = threading.Event()
        self.sizes: list[int] = []
        self.fails = False

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.sizes.append(len(texts))
        self.go.wait(5)
        if self.fails:
            raise RuntimeError("out of memory")
        return super().embed(texts)


@pytest.fixture
async def slow() -> AsyncIterator[tuple[Slow, Batcher]]:
    embedder = Slow()
    batcher = Batcher(embedder)
    yield embedder, batcher
    embedder.go.set()
    batcher.close()


async def test_each_gets_its_own(slow: tuple[Slow, Batcher]):
    """What waits while the model is busy goes in together, in batches that are bounded."""
    embedder, batcher = slow
    texts = [f"text {number}" for number in range(BATCH_LIMIT + 3)]
    tasks = [asyncio.ensure_future(batcher.embed(text, 5.0)) for text in texts]
    await until(lambda: embedder.sizes and batcher.waiting == len(texts) - 1)
    embedder.go.set()
    vectors = await asyncio.gather(*tasks)
    assert embedder.sizes == [1, BATCH_LIMIT, 2]
    for text, vector in zip(texts, vectors, strict=True):
        assert vector is not None
        assert np.array_equal(vector, HashingEmbedder(8).embed([text])[0])


async def test_patience_runs_out(slow: tuple[Slow, Batcher]):
    """None then, and at once where there is none; both are counted."""
    _, batcher = slow
    assert await batcher.embed("a", 0.01) is None
    assert await batcher.embed("b", 0.0) is None
    assert batcher.dropped == 2


async def test_the_queue_is_bounded(slow: tuple[Slow, Batcher]):
    """Whoever finds it full goes on without."""
    embedder, batcher = slow
    tasks = [asyncio.ensure_future(batcher.embed("a", 5.0)) for _ in range(QUEUE_LIMIT + 1)]
    await until(lambda: batcher.waiting == QUEUE_LIMIT)
    assert await batcher.embed("one more", 5.0) is None
    embedder.go.set()
    assert None not in [*map(type, await asyncio.gather(*tasks))]


async def test_a_model_that_fails(slow: tuple[Slow, Batcher], caplog: pytest.LogCaptureFixture):
    """Costs its batch the vectors, and nobody an answer; the log says why."""
    embedder, batcher = slow
    embedder.fails = True
    embedder.go.set()
    assert await batcher.embed("a", 5.0) is None
    assert "out of memory" in caplog.text
    embedder.fails = False
    assert await batcher.embed("a", 5.0) is not None
