"""The queue between the event loop and a thread: bounded, and never in the way."""

from __future__ import annotations

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_router.telemetry.backlog import Backlog


@settings(max_examples=20)
@given(st.lists(st.integers(), max_size=400), st.integers(1, 50))
def test_everything_put_is_taken_in_order_in_small_batches(items, chunk):
    """What is put before closing is taken, all of it, in order, and never more than a chunk at once."""
    batches: list[list[int]] = []
    backlog = Backlog("test", batches.append, chunk=chunk, interval=60.0)
    for item in items:
        backlog.put(item)
    assert backlog.close()
    assert [item for batch in batches for item in batch] == items
    assert all(0 < len(batch) <= chunk for batch in batches)
    assert backlog.dropped == 0


def test_a_stalled_taker_costs_the_one_who_puts_nothing_but_what_is_dropped(complain, kept):
    """While `take` hangs, `put` returns; beyond the limit things are dropped, counted, and warned of."""
    entered, released = threading.Event(), threading.Event()
    taken: list[int] = []

    def take(batch: list[int]) -> None:
        entered.set()
        assert released.wait(10)
        taken.extend(batch)

    backlog = Backlog("the disk", take, limit=3, interval=0.001, complain=complain)
    backlog.put(0)
    assert entered.wait(10)
    for item in range(1, 9):
        backlog.put(item)
    assert backlog.dropped == 5
    released.set()
    assert backlog.close()
    assert taken == [0, 1, 2, 3]
    assert kept.lines == ["the disk cannot keep up: 5 dropped so far"]


def test_a_taker_that_raises_loses_its_batch_and_goes_on(complain, kept):
    """An error in `take` is counted and told; the next batch is taken."""
    taken: list[int] = []

    def take(batch: list[int]) -> None:
        if batch[0] == 0:
            raise OSError("no space left")
        taken.extend(batch)

    backlog = Backlog("the disk", take, chunk=2, interval=60.0, complain=complain)
    for item in range(5):
        backlog.put(item)
    assert backlog.close()
    assert taken == [2, 3, 4]
    assert backlog.dropped == 2
    assert kept.lines == ["the disk lost 2: OSError('no space left')"]


def test_many_waiting_things_wake_the_thread_before_its_time():
    """Beyond the brim, the thread does not sleep its interval out."""
    taken = threading.Event()
    backlog = Backlog("test", lambda batch: taken.set(), interval=600.0)
    for item in range(200):
        backlog.put(item)
    assert taken.wait(10)
    assert backlog.close()


def test_what_is_put_after_closing_is_dropped():
    """A closed backlog takes nothing and does not grow."""
    backlog = Backlog("test", lambda batch: None)
    assert backlog.close()
    backlog.put(1)
    assert backlog.dropped == 1


def test_closing_gives_up_on_a_taker_that_hangs():
    """Shutdown does not wait for a dead disk longer than it was told to."""
    entered, released = threading.Event(), threading.Event()

    def take(batch: list[int]) -> None:
        entered.set()
        assert released.wait(10)

    backlog = Backlog("test", take, interval=0.001)
    backlog.put(1)
    assert entered.wait(10)
    assert not backlog.close(timeout=0.0)
    released.set()
    assert backlog.close()
