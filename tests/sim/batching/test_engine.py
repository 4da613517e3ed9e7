"""What an engine does with a few requests, by figures that can be checked by hand."""

from __future__ import annotations

import msgspec
import pytest

from wrp_router.sim.batching import Engine, Hardware, Job, Pace

SECOND = Pace(overhead=1.0)
"""One second for each iteration."""


def engine(**kwargs: object) -> Engine:
    """Iterations of a second, ten tokens in each, composed as it starts."""
    return Engine(Hardware(**{"pace": SECOND, "batch_tokens": 10, "ahead": False, **kwargs}), 4)  # type: ignore[arg-type]


def told(engine: Engine, until: float = 1e6) -> list[tuple[float, object, bool]]:
    return [(moment.at, moment.job.key, moment.last) for moment in engine.run(until)]


def test_one_request() -> None:
    """A prompt of two and a half iterations takes three, and gives the first token at the end of the third."""
    one, job = engine(), Job("a", 25, 4)
    one.add(job, 5.0)
    assert told(one) == [(8.0, "a", False), (11.0, "a", True)]
    assert (job.added, job.first, job.last, one.busy, one.iterations) == (5.0, 8.0, 11.0, 6.0, 6)


def test_other_hardware_from_the_next_iteration_on() -> None:
    """What runs is done by then; of a prompt in seven iterations the rest takes three times as long each."""
    one = engine()
    one.add(Job("a", 65, 3), 0.0)
    assert told(one, 1.5) == []
    one.become(msgspec.structs.replace(one.hardware, pace=SECOND.times(3.0)))
    assert told(one) == [(2.0 + 5 * 3.0, "a", False), (2.0 + 7 * 3.0, "a", True)]


def test_one_token() -> None:
    """Where the first token is the last, both are seen at once, and nothing decodes."""
    one = engine(latency=0.25)
    one.add(Job("a", 3, 1), 0.0)
    assert told(one) == [(1.25, "a", False), (1.25, "a", True)]
    assert (len(one), one.memory.held, one.due()) == (0, 0, float("inf"))


def test_nothing_asked_is_one_token() -> None:
    """A request without prompt or output has one token of each."""
    job = Job("a", 0, 0)
    assert (job.prompt, job.output) == (1, 1)


def test_decoding_leaves_less_room() -> None:
    """Each sequence that decodes takes one of an iteration's tokens; prompts share what is left, in order."""
    one = engine()
    for key, prompt in (("a", 6), ("b", 4), ("c", 9), ("d", 2)):
        one.add(Job(key, prompt, 100), 0.0)
    assert told(one, 0.0) == [(1.0, "a", False), (1.0, "b", False)]
    assert told(one, 1.0) == []  # 8 of c's 9
    assert (one.waiting, len(one), one.backlog) == (1, 4, 3)
    assert told(one, 2.0) == [(3.0, "c", False), (3.0, "d", False)]


def test_composed_ahead() -> None:
    """What comes while an iteration runs is seen by the one after the next; what comes to an idle engine, at once."""
    one = engine(ahead=True)
    one.add(Job("a", 5, 100), 0.5)
    assert told(one, 1.0) == [(1.5, "a", False)]
    one.add(Job("b", 5, 100), 1.0)
    assert told(one, 10.0) == [(3.5, "b", False)]


def test_slots() -> None:
    """No more sequences than slots; the next one starts when one has ended."""
    one = engine(slots=2)
    for key in "abc":
        one.add(Job(key, 2, 3), 0.0)
    seen = told(one)
    assert [at for at, key, last in seen if key == "c"] == [4.0, 6.0]


def test_slots_beyond_the_tokens_of_an_iteration() -> None:
    """There are no more sequences than tokens in an iteration: each that decodes needs one."""
    one = engine(slots=50, batch_tokens=3)
    for key in range(5):
        one.add(Job(key, 1, 10), 0.0)
    one.run(5.0)
    assert (one.waiting, len(one)) == (2, 5)
    one.run(1e6)
    assert len(one) == 0


def test_prefix_cache() -> None:
    """A prompt of known blocks is computed from the first unknown token on; of one known in full, the last token is."""
    one = engine(batch_tokens=100)
    jobs = [Job("a", 10, 2, (1, 2)), Job("b", 13, 2, (1, 2, 3)), Job("c", 8, 2, (1, 2))]
    for at, job in enumerate(jobs):
        one.run(10.0 * at)
        one.add(job, 10.0 * at)
    one.run(1e6)
    assert [job.cached for job in jobs] == [0, 8, 7]


def test_preempted() -> None:
    """Where memory is short the newest request goes, keeps its first token, and comes back when another has ended."""
    one = engine(kv_tokens=20)
    first, second = Job("a", 8, 6), Job("b", 8, 8)
    for job in (first, second):
        one.add(job, 0.0)
    seen = told(one)
    assert (one.preempted, second.preempted, first.preempted) == (1, 1, 0)
    assert [key for _, key, last in seen if not last] == ["a", "b"]
    assert (first.last, len(one), one.memory.held) == (6.0, 0, 0)
    assert second.last > first.last


def test_larger_than_the_memory() -> None:
    """A request too large for the memory is served alone; the others wait for it."""
    one = engine(kv_tokens=10)
    one.add(Job("small", 2, 3), 0.0)
    one.add(Job("large", 30, 5), 0.0)
    one.add(Job("after", 2, 3), 0.0)
    assert [key for _, key, last in told(one) if last] == ["small", "large", "after"]
    assert one.preempted == 0


@pytest.mark.parametrize("at", [0.0, 1.0, 2.5, 8.0])
def test_removed_in_any_phase(at: float) -> None:
    """Whoever waits, is being computed or decodes can leave at any time; nothing of it is left, the rest goes on."""
    one = engine()
    stays, leaves = Job("stays", 5, 6), Job("leaves", 25, 40)
    one.add(stays, 0.0)
    one.add(leaves, 0.0)
    one.run(at)
    one.remove(leaves)
    assert "leaves" not in [key for _, key, _ in told(one)]
    assert (stays.last, len(one), one.backlog, one.memory.held) == (6.0, 0, 0, 0)


def test_removed_while_it_waits() -> None:
    """Who waits behind one that has no room starts when that one is gone."""
    one = engine(kv_tokens=24)
    large, small = Job("large", 15, 2), Job("small", 2, 3)
    for job in (Job("a", 10, 12), large, small):
        one.add(job, 0.0)
    one.run(2.0)
    assert (one.waiting, one.backlog) == (2, 17)
    one.remove(large)
    one.run(1e6)
    assert (large.first, small.first, small.last, one.backlog) == (0.0, 4.0, 6.0, 0)


def test_removed_half_computed() -> None:
    """Only the blocks that were computed stay for others."""
    one, again = engine(), Job("again", 24, 2, (1, 2, 3, 4, 5, 6))
    leaves = Job("leaves", 24, 2, (1, 2, 3, 4, 5, 6))
    one.add(leaves, 0.0)
    one.run(0.0)
    one.remove(leaves)
    one.add(again, 2.0)
    one.run(1e6)
    assert again.cached == 8


def test_ended_or_unknown_is_not_removed() -> None:
    """To remove what is not there changes nothing."""
    one, job = engine(), Job("a", 2, 2)
    one.add(job, 0.0)
    one.run(1e6)
    one.remove(job)
    assert (len(one), one.backlog, one.due()) == (0, 0, float("inf"))


def test_killed() -> None:
    """All that had not ended is given back, the cache is cold, and the next request finds an idle engine."""
    one = engine(slots=2)
    jobs = [Job("decodes", 3, 50, ()), Job("fills", 24, 9, (1, 2)), Job("waits", 9, 9)]
    for job in jobs:
        one.add(job, 0.0)
    one.run(1.0)
    busy = one.busy
    assert one.kill() == jobs
    assert (len(one), one.backlog, one.memory.held, one.busy) == (0, 0, 0, busy)
    late = Job("late", 24, 2, (1, 2))
    one.add(late, 100.0)
    one.run(1e6)
    assert (late.cached, late.last) == (0, 104.0)


def test_due_when_blocked() -> None:
    """One that waits for memory is looked at again when another ends, not before."""
    one = engine(kv_tokens=24)
    one.add(Job("a", 10, 12), 0.0)
    one.run(0.0)
    one.add(Job("b", 15, 2), 0.5)
    one.run(1.0)
    assert (one.waiting, one.due()) == (1, 12.0)


def test_iterations_get_longer() -> None:
    """Times follow the pace: weights or tokens, whatever takes longer, and the context that grows by each token."""
    pace = Pace(overhead=0.5, weights=1.0, token=0.25, sequence=0.125, context=0.0625, attention=0.03125)
    one = engine(pace=pace, batch_tokens=100)
    one.add(Job("a", 8, 3), 0.0)
    prompt = 0.5 + 8 * 0.25 + 0.03125 * 32
    decode = [0.5 + 1.0 + 0.125 + 0.0625 * context for context in (9, 10)]
    assert told(one) == [(prompt, "a", False), (prompt + sum(decode), "a", True)]
