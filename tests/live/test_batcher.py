"""Embeddings in batches, on a thread that the test holds up at will."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from tests.live.scene import until
from wrp_router.live.batcher import BATCH_LIMIT, QUEUE_LIMIT, Batcher, place_of


class Lengths:
    """Embeds a text as its length, when `open` is set; fails where told to."""

    id = "lengths"
    dim = 1

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.batches: list[list[str]] = []
        self.fails = False
        self.poison: tuple[str, ...] = ()
        self.strange: np.ndarray | None = None

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.batches.append(list(texts))
        assert self.open.wait(10)
        if self.strange is not None:
            return self.strange
        if self.fails or any(text in self.poison for text in texts):
            raise RuntimeError("no")
        return np.array([[len(text)] for text in texts], np.float32)


@pytest.fixture
async def batcher():
    """A batcher, closed at the end."""
    batcher = Batcher(Lengths())
    yield batcher
    batcher.embedder.open.set()
    batcher.close()


async def embedded(batcher: Batcher, text: str, patience: float) -> np.ndarray | None:
    """Its vector within `patience` seconds; afterwards nobody wants it any more."""
    coming = batcher.submit(text)
    if coming is None:
        return None
    try:
        return coming.result() if await batcher.wait(coming, patience) else None
    finally:
        coming.cancel()


async def test_one(batcher: Batcher):
    """Alone in its batch."""
    assert await embedded(batcher, "abc", 5.0) == np.array([3.0])
    assert (batcher.embedder.batches, batcher.waiting) == ([["abc"]], 0)


async def test_what_waits_goes_in_together(batcher: Batcher):
    """Everybody gets the vector of the own text; a batch has its limit."""
    batcher.embedder.open.clear()
    texts = ["a" * size for size in range(1, BATCH_LIMIT + 4)]
    asked = [asyncio.create_task(embedded(batcher, text, 5.0)) for text in texts]
    await until(lambda: batcher.waiting == len(texts) - 1)
    batcher.embedder.open.set()
    assert [vector[0] for vector in await asyncio.gather(*asked)] == [len(text) for text in texts]
    assert [len(batch) for batch in batcher.embedder.batches] == [1, BATCH_LIMIT, 2]


@pytest.mark.fault("C8")
async def test_lost_patience(batcher: Batcher):
    """None; a text that nobody waits for is not embedded, and a vector that comes late is nobody's."""
    batcher.embedder.open.clear()
    running = asyncio.create_task(embedded(batcher, "running", 0.01))
    late = asyncio.create_task(embedded(batcher, "late", 0.01))
    assert await asyncio.gather(running, late) == [None, None]
    batcher.embedder.open.set()
    assert await embedded(batcher, "next", 5.0) == np.array([4.0])
    assert batcher.embedder.batches == [["running"], ["next"]]


async def test_a_full_queue(batcher: Batcher):
    """None at once."""
    batcher.embedder.open.clear()
    asked = [asyncio.create_task(embedded(batcher, f"{at}", 9.0)) for at in range(QUEUE_LIMIT + 1)]
    await until(lambda: batcher.waiting == QUEUE_LIMIT)
    assert await embedded(batcher, "one too many", 5.0) is None
    batcher.embedder.open.set()
    assert None not in await asyncio.gather(*asked)


@pytest.mark.fault("C8")
async def test_a_model_that_fails(batcher: Batcher, caplog: pytest.LogCaptureFixture):
    """None and a warning; the next batch is tried again."""
    batcher.embedder.fails = True
    with caplog.at_level(logging.WARNING):
        assert await embedded(batcher, "a", 5.0) is None
    assert "1 go on without: RuntimeError at " in caplog.text
    batcher.embedder.fails = False
    assert await embedded(batcher, "ab", 5.0) == np.array([2.0])


async def test_a_text_that_fails_fails_alone(batcher: Batcher, caplog: pytest.LogCaptureFixture):
    """Whoever else was in its batch has a vector; so it is with two of them, and the warning counts both."""
    batcher.embedder.open.clear()
    texts = ["first", *("a" * size for size in range(1, 9)), "poison", "b" * 20, "poison too"]
    asked = [asyncio.create_task(embedded(batcher, text, 5.0)) for text in texts]
    await until(lambda: batcher.waiting == len(texts) - 1)
    batcher.embedder.poison = ("poison", "poison too")
    with caplog.at_level(logging.WARNING):
        batcher.embedder.open.set()
        found = await asyncio.gather(*asked)
    assert [None if text in batcher.embedder.poison else float(len(text)) for text in texts] == [
        None if vector is None else float(vector[0]) for vector in found
    ]
    assert "2 go on without: RuntimeError at " in caplog.text


@pytest.mark.parametrize("rows", [np.ones((0, 1)), np.ones((9, 1)), np.ones((2, 7)), np.ones(2)])
async def test_a_model_that_gives_other_rows_than_asked(batcher: Batcher, rows: np.ndarray):
    """Too few, too many, of another length: none of them is anybody's vector, and the next batch is tried again."""
    batcher.embedder.open.clear()
    asked = [asyncio.create_task(embedded(batcher, text, 5.0)) for text in ("first", "ab", "abc")]
    await until(lambda: batcher.waiting == 2)
    batcher.embedder.strange = rows
    batcher.embedder.open.set()
    assert await asyncio.gather(*asked) == [None] * 3
    batcher.embedder.strange = None
    assert await embedded(batcher, "ab", 5.0) == np.array([2.0])


async def test_who_went_leaves_the_queue(batcher: Batcher):
    """Also while a batch is under way: a queue full of requests that gave up turns nobody away."""
    batcher.embedder.open.clear()
    running = batcher.submit("running")
    gone = [batcher.submit(f"{at}") for at in range(QUEUE_LIMIT)]
    for coming in gone:
        assert coming is not None
        coming.cancel()
    stays = batcher.submit("stays")
    assert stays is not None
    batcher.embedder.open.set()
    assert running is not None
    assert await asyncio.gather(running, stays) == [np.array([7.0]), np.array([5.0])]
    assert batcher.embedder.batches == [["running"], ["stays"]]


async def test_a_batch_is_as_long_as_one_run_of_the_model(batcher: Batcher):
    """Long texts go in by few, a very long one alone."""
    batcher.embedder.open.clear()
    texts = ["first", "a" * 1500, "b" * 500, "c" * 100, "d" * 10_000, "e"]
    asked = [asyncio.create_task(embedded(batcher, text, 5.0)) for text in texts]
    await until(lambda: batcher.waiting == len(texts) - 1)
    batcher.embedder.open.set()
    await asyncio.gather(*asked)
    assert [len(batch) for batch in batcher.embedder.batches] == [1, 2, 1, 1, 1]


async def test_a_vector_may_be_waited_for_again(batcher: Batcher):
    """It goes on coming, though the first wait was in vain."""
    batcher.embedder.open.clear()
    coming = batcher.submit("abc")
    assert coming is not None
    assert not await batcher.wait(coming, 0.01)
    assert not await batcher.wait(coming, 0.0)
    batcher.embedder.open.set()
    assert await batcher.wait(coming, 5.0)
    assert coming.result() == np.array([3.0])


async def test_closed_while_texts_wait():
    """Whoever waits hears None, and so does whoever comes then."""
    batcher = Batcher(Lengths())
    batcher.embedder.open.clear()
    running = asyncio.create_task(embedded(batcher, "running", 5.0))
    await until(lambda: batcher.embedder.batches)
    waiting, gone = batcher.submit("waiting"), batcher.submit("gone")
    assert waiting is not None
    assert gone is not None
    gone.cancel()
    batcher.close()
    assert await waiting is None
    assert batcher.submit("late") is None
    batcher.embedder.open.set()
    assert await running == np.array([7.0])


def test_errors_are_told_without_their_words():
    """They may quote a prompt."""
    assert place_of(ValueError("my secret prompt")) == "ValueError"
