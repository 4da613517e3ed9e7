"""Embeddings off the event loop, in micro-batches: whatever waits when the model is free goes in together."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector
from wrp_signals.signal import Embedder

QUEUE_LIMIT = 256
BATCH_LIMIT = 32

log = logging.getLogger(__name__)

Waiting = tuple[str, "asyncio.Future[Vector | None]"]


class Batcher:
    """One thread, one batch at a time, a bounded queue. A full queue, lost patience and a failing model all answer
    None, never an error: the caller treats it as unknown, and `dropped` counts it."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.dropped = 0
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wrp-embed")
        self._waiting: list[Waiting] = []
        self._busy = False

    async def embed(self, text: str, patience: float) -> Vector | None:
        """float32[d] of `text`, or None if it did not make it within `patience` seconds."""
        if len(self._waiting) >= QUEUE_LIMIT or patience <= 0:
            self.dropped += 1
            return None
        future: asyncio.Future[Vector | None] = self._loop.create_future()
        self._waiting.append((text, future))
        self._start()
        try:
            async with asyncio.timeout(patience):
                vector = await future
        except TimeoutError:
            vector = None
        self.dropped += vector is None
        return vector

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        if self._busy:
            return
        wanted = [pair for pair in self._waiting if not pair[1].done()]
        batch, self._waiting = wanted[:BATCH_LIMIT], wanted[BATCH_LIMIT:]
        if batch:
            self._busy = True
            running = self._loop.run_in_executor(self._thread, self.embedder.embed, [text for text, _ in batch])
            running.add_done_callback(lambda result: self._landed(batch, result))

    def _landed(self, batch: list[Waiting], result: asyncio.Future[npt.NDArray[np.float32]]) -> None:
        self._busy = False
        vectors: npt.NDArray[np.float32] | None = None
        if not result.cancelled():
            error = result.exception()
            if error is None:
                vectors = result.result()
            else:
                log.warning("embedding failed, %d requests go on without: %r", len(batch), error)
        for row, (_, future) in enumerate(batch):
            if not future.done():
                future.set_result(vectors[row] if vectors is not None else None)
        self._start()
