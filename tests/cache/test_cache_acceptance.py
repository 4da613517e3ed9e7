"""Look-ups by likeness whose fate somebody decides: relief, probes, and what was right."""

from __future__ import annotations

from random import Random

import pytest

from tests.cache.makers import axis, cache, entry, near
from wrp_cache import Bar, Hit, name_of
from wrp_cache.against import Recall
from wrp_cache.bars.acceptance import Fixed, Neighbour, Verdict
from wrp_signals.facts import Vector

ASKED = "How do I reset my password?"


class Says(Fixed):
    """Decides by name, and notes what it is asked and told."""

    __slots__ = ("asked", "forgotten", "learnt", "verdicts")

    def __init__(self, **verdicts: Verdict) -> None:
        self.verdicts = {name_of("a", key.encode()): verdict for key, verdict in verdicts.items()}
        self.asked: list[tuple[Neighbour, float, float]] = []
        self.learnt: list[tuple[Neighbour, bool, float]] = []
        self.forgotten: list[bytes] = []

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        self.asked.append((near, relief, now))
        return self.verdicts[near.name]

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        self.learnt.append((near, right, now))

    def forget(self, name: bytes) -> None:
        self.forgotten.append(name)


@pytest.mark.parametrize(
    ("bar", "found"),
    [
        (Bar(0.9, floor=0.7), True),
        (Bar(0.9, floor=0.85), False),
        (Bar(0.9), False),
        (Bar(0.9, floor=0.7, critical=True), False),
    ],
)
def test_relief(bar: Bar, found: bool) -> None:
    """An overloaded model's category is answered from further away, as far as its bar allows."""
    room = cache({"default": bar})
    room.put(entry(), axis(0), 0.0)
    assert room.nearest(b"p", "a", near(0, 0.82), ASKED, "default", 0.0) is None
    assert isinstance(room.nearest(b"p", "a", near(0, 0.82), ASKED, "default", 0.0, relief=0.1), Hit) is found


def test_a_probe_is_a_hit_that_is_not_served() -> None:
    """It is marked, and counted neither as hit nor as miss."""
    room = cache(acceptance=Says(k="probe"))
    room.put(entry(), axis(0), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert isinstance(hit, Hit)
    assert hit.probe
    stats = room.stats().categories["default"]
    assert (stats.probes, stats.hits_semantic, stats.misses) == (1, 0, 0)


def test_after_a_miss_the_next_is_asked_about() -> None:
    """With what is needed to decide; if none is accepted it is a miss without vetoes."""
    acceptance = Says(near="miss", far="serve")
    room = cache(acceptance=acceptance)
    room.put(entry(b"far", body=b"far"), near(0, 0.9), 0.0)
    room.put(entry(b"near"), axis(0), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 3.0, relief=0.05)
    assert isinstance(hit, Hit)
    assert hit.entry.body == b"far"
    first = Neighbour("default", "a", name_of("a", b"near"), pytest.approx(1.0))  # type: ignore[arg-type]
    assert acceptance.asked[0] == (first, 0.05, 3.0)
    acceptance.verdicts[name_of("a", b"far")] = "miss"
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 3.0) is None
    assert room.stats().categories["default"].misses == 1


def test_the_guard_comes_first() -> None:
    """What it vetoed is not asked about."""
    acceptance = Says()
    room = cache(acceptance=acceptance)
    room.put(entry(asked="How do I reset 2 passwords?"), axis(0), 0.0)
    room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert acceptance.asked == []


def test_the_guard_is_told_the_similarity_and_both_vectors() -> None:
    """For those guards that mind them."""
    told: list[tuple[str, str, float]] = []
    vectors: list[list[float]] = []

    class Minds:
        def judge(self, asked: str, vector: Vector) -> object:
            def against(stored: str, similarity: float, recall: Recall) -> None:
                told.append((asked, stored, similarity))
                vectors.extend((vector.tolist(), recall().tolist()))

            return against

    room = cache(guard=Minds())
    room.put(entry(), axis(0), 0.0)
    assert isinstance(room.nearest(b"p", "a", near(0, 0.9), "x", "default", 0.0), Hit)
    assert told == [("x", ASKED, pytest.approx(0.9, abs=1e-5))]
    assert vectors == [near(0, 0.9).tolist(), axis(0).tolist()]


def test_what_was_right_is_learnt() -> None:
    """Under the bar that holds, with the similarity that was found; what was wrong is counted."""
    acceptance = Says(k="probe")
    room = cache(acceptance=acceptance)
    room.put(entry(category="poetry"), axis(0), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "poetry", 0.0)
    assert isinstance(hit, Hit)
    room.judged(hit, True, 5.0)
    room.judged(hit, False, 6.0)
    whose = Neighbour("default", "a", name_of("a", b"k"), hit.similarity)
    assert acceptance.learnt == [(whose, True, 5.0), (whose, False, 6.0)]
    assert room.stats().categories["default"].wrong == 1
    assert acceptance.forgotten == []


def test_nothing_is_remembered_of_what_is_gone() -> None:
    """An entry judged after it went is learnt from, and forgotten at once."""
    acceptance = Says(k="serve")
    room = cache(acceptance=acceptance)
    room.put(entry(), axis(0), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert isinstance(hit, Hit)
    room.purge(now=0.0)
    room.judged(hit, True, 1.0)
    assert len(acceptance.learnt) == 1
    assert acceptance.forgotten == [name_of("a", b"k")] * 2
