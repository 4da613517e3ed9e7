"""Embeddings off the event loop, in micro-batches: whatever waits when the model is free goes in together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from wrp_router.telemetry.log import Seldom
from wrp_signals.errors import BadVector
from wrp_signals.facts import Vector
from wrp_signals.signal import Embedder

QUEUE_LIMIT = 256
BATCH_LIMIT = 32

BATCH_CHARACTERS = 2_048
"""About the tokens that one run of the model takes at most. More in a batch would only keep the first ones waiting."""

log = logging.getLogger(__name__)

Coming = asyncio.Future[Vector | None]
"""A vector that is being made; None where the model failed."""

Waiting = tuple[str, Coming]

Made = tuple[list[Vector | None], Exception | None]
"""The vectors of a batch, None for those that could not be made, and why."""


class Batcher:
    """One thread, one batch at a time, a bounded queue. A full queue, lost patience and a failing model all answer
    None, never an error: the caller treats it as unknown. `texts` took `seconds` so far.

    A text on which the model fails has no vector; what came in its batch has: it may be another tenant's."""

    def __init__(self, embedder: Embedder, complain: Seldom | None = None) -> None:
        self.embedder = embedder
        self.texts = 0
        self.seconds = 0.0
        self._complain = complain or Seldom(log)
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wrp-embed")
        self._waiting: list[Waiting] = []
        self._busy = self._closed = False

    def submit(self, text: str) -> Coming | None:
        """The vector to come, float32[d]; None where the queue is full. Cancelling it takes it out of the queue."""
        if len(self._waiting) >= QUEUE_LIMIT:
            self._waiting = [pair for pair in self._waiting if not pair[1].done()]
        if self._closed or len(self._waiting) >= QUEUE_LIMIT:
            return None
        coming: Coming = self._loop.create_future()
        self._waiting.append((text, coming))
        self._start()
        return coming

    async def wait(self, coming: Coming, patience: float) -> bool:
        """Whether it is there within `patience` seconds. It goes on coming if not."""
        if not coming.done() and patience > 0:
            await asyncio.wait((coming,), timeout=patience)
        return coming.done() and coming.result() is not None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        """Nothing more is embedded; who waits hears None."""
        self._closed = True
        for _, coming in self._waiting:
            if not coming.done():
                coming.set_result(None)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        if self._busy:
            return
        batch, self._waiting = _split([pair for pair in self._waiting if not pair[1].done()])
        if batch:
            self._busy = True
            running = self._loop.run_in_executor(self._thread, self._embed, [text for text, _ in batch])
            running.add_done_callback(lambda result: self._landed(batch, result))

    def _embed(self, texts: list[str]) -> Made:
        """On the thread, which alone keeps these books."""
        started = perf_counter()
        try:
            return made(self.embedder, texts)
        finally:
            self.seconds += perf_counter() - started
            self.texts += len(texts)

    def _landed(self, batch: list[Waiting], result: asyncio.Future[Made]) -> None:
        self._busy = False
        vectors, error = ([None] * len(batch), None) if result.cancelled() else result.result()
        if error is not None:
            without = sum(vector is None for vector in vectors)
            self._complain.warn("embed", "embedding failed, %d go on without: %s", without, place_of(error))
        for vector, (_, coming) in zip(vectors, batch, strict=True):
            if not coming.done():
                coming.set_result(vector)
        self._start()


def made(embedder: Embedder, texts: Sequence[str]) -> Made:
    """The vectors, and the last error if there was one. What fails together is tried in halves, so that one text costs
    no other its vector: ten calls more for one of 32."""
    try:
        rows = embedder.embed(texts)
        if rows.shape != (len(texts), embedder.dim):
            raise BadVector(f"{embedder.id} gave {rows.shape} for {len(texts)} texts of {embedder.dim} numbers")
    except Exception as error:
        if len(texts) == 1:
            return [None], error
        half = len(texts) // 2
        (first, one), (second, other) = made(embedder, texts[:half]), made(embedder, texts[half:])
        return [*first, *second], other or one
    return list(rows), None


def _split(waiting: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """The next batch, at least one text, and the rest."""
    characters = 0
    for size, (text, _) in enumerate(waiting):
        characters += min(len(text), BATCH_CHARACTERS)
        if size == BATCH_LIMIT or (size and characters > BATCH_CHARACTERS):
            return waiting[:size], waiting[size:]
    return waiting, []


def place_of(error: BaseException) -> str:
    """What went wrong and where, without the error's own words: they may quote a prompt."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    return f"{name} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else name
