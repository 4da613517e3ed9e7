"""Engine timing: slots, prefill lane, decode, KV blocks, prefix cache, cancellation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.model import EngineModel, Profile, blocks_of, tokens_in

PLAIN = Profile(prefill_tokens_per_s=1000, decode_tokens_per_s=10, base_ttft=0.5, slots=2, kv_blocks=1000)


def hashes(count: int, start: int = 0) -> list[int]:
    return list(range(start, start + count))


def test_alone_it_takes_prefill_base_and_decode():
    """160 tokens at 1000/s, 0.5 s base, then 10 more tokens at 10/s."""
    timing = EngineModel(PLAIN).admit(hashes(10), 11, now=5.0)
    assert (timing.start, timing.prompt_tokens, timing.cached_tokens) == (5.0, 160, 0)
    assert timing.first_token == pytest.approx(5.66)
    assert timing.last_token == pytest.approx(6.66)
    assert timing.tpot == pytest.approx(0.1)


def test_the_third_waits_for_one_of_two_slots():
    """First come, first served: it starts when the first of the two running ones ends."""
    model = EngineModel(PLAIN)
    first, second, third = (model.admit(hashes(10, 100 * i), 11, now=0.0) for i in range(3))
    assert second.start == 0.0
    assert third.start == first.last_token
    assert (model.running(0.0), model.waiting(0.0)) == (2, 1)
    assert model.waiting(third.start) == 0


def test_prompts_are_prefilled_one_after_the_other():
    """Two that start together share the prefill lane."""
    model = EngineModel(PLAIN)
    first, second = (model.admit(hashes(10, 100 * i), 1, now=0.0) for i in range(2))
    assert second.first_token - first.first_token == pytest.approx(0.16)


def test_a_repeated_prefix_is_cached_up_to_the_last_token():
    """The whole prompt is known, yet one token is computed again, for its logits."""
    model = EngineModel(PLAIN)
    model.admit(hashes(10), 1, now=0.0)
    again = model.admit(hashes(10), 1, now=100.0)
    longer = model.admit([*hashes(10), 77], 1, now=200.0)
    other = model.admit([999, *hashes(10)], 1, now=300.0)
    assert (again.cached_tokens, longer.cached_tokens, other.cached_tokens) == (159, 160, 0)
    assert again.first_token == pytest.approx(100.501)


def test_the_least_recently_used_blocks_are_evicted_tails_first():
    """With room for 12 blocks, a second prompt of 8 pushes out the tail of the first, not its head."""
    model = EngineModel(Profile(kv_blocks=12))
    model.admit(hashes(8), 0, now=0.0)
    model.admit(hashes(8, 100), 0, now=1.0)
    assert model.cached_tokens(hashes(8)) == 4 * 16
    assert model.cached_tokens(hashes(8, 100)) == 8 * 16
    model.flush()
    assert model.cached_tokens(hashes(8, 100)) == 0


def test_output_blocks_take_room_from_the_cache():
    """A running request's output is not evictable: the cache shrinks by it, and grows again later."""
    model = EngineModel(Profile(kv_blocks=10, decode_tokens_per_s=1))
    model.admit(hashes(8), 16 * 6, now=0.0)
    assert model.cached_tokens(hashes(8)) == 4 * 16


def test_kv_blocks_admit_like_slots():
    """Free slots do not help when the blocks are taken; a request too large for the engine runs alone."""
    model = EngineModel(Profile(slots=8, kv_blocks=20, decode_tokens_per_s=1))
    first = model.admit(hashes(10), 16, now=0.0)
    second = model.admit(hashes(10, 100), 16, now=0.0)
    huge = model.admit(hashes(50, 200), 16, now=0.0)
    assert second.start == first.last_token
    assert huge.start == second.last_token
    assert model.kv_usage(0.0) == pytest.approx(11 / 20)
    assert model.kv_usage(huge.start) == 1.0


def test_a_batch_slows_new_sequences_down():
    """Every other running sequence costs the fraction that the profile says."""
    model = EngineModel(Profile(decode_tokens_per_s=10, batch_slowdown=0.5))
    tpots = [model.admit([], 100, now=0.0, prompt_tokens=0).tpot for _ in range(3)]
    assert tpots == pytest.approx([0.1, 0.15, 0.2])


def test_who_leaves_early_lets_the_others_move_up():
    """A cancelled running request gives its slot to the first in the queue, whose timing changes."""
    model = EngineModel(Profile(decode_tokens_per_s=1, slots=1))
    running, queued, last = (model.admit([], 101, now=0.0, prompt_tokens=0) for _ in range(3))
    assert (queued.start, last.start) == (running.last_token, queued.last_token)
    moved = model.release(running.ticket, now=10.0)
    assert [(timing.ticket, timing.start) for timing in moved] == [(queued.ticket, 10.0), (last.ticket, 110.0)]
    assert [timing.ticket for timing in model.release(queued.ticket, now=20.0)] == [last.ticket]
    assert model.running(20.0) == 1


def test_who_leaves_the_queue_is_not_waited_for():
    """A cancelled queued request leaves no hole."""
    model = EngineModel(Profile(decode_tokens_per_s=1, slots=1))
    running, queued = (model.admit([], 101, now=0.0, prompt_tokens=0) for _ in range(2))
    assert model.release(queued.ticket, now=1.0) == ()
    assert model.admit([], 1, now=2.0, prompt_tokens=0).start == running.last_token


def test_releasing_at_the_end_or_twice_changes_nothing():
    """A normal end moves nobody; an unknown ticket is ignored; a finished one is forgotten by itself."""
    model = EngineModel(Profile(decode_tokens_per_s=1, slots=1))
    first, second = (model.admit([], 11, now=0.0, prompt_tokens=0) for _ in range(2))
    assert model.release(first.ticket, now=first.last_token) == ()
    assert model.release(first.ticket, now=first.last_token) == ()
    model.admit([], 1, now=100.0, prompt_tokens=0)
    assert model.release(second.ticket, now=100.0) == ()


def test_texts_share_blocks_as_far_as_they_are_equal():
    """Blocks are chained: what follows a difference is different, even if the text is the same again."""
    model = EngineModel(Profile())
    model.admit("a" * 640, 1, now=0.0)
    assert model.cached_tokens("a" * 640) == 160
    assert model.cached_tokens("a" * 320 + "b" * 320) == 80
    assert model.cached_tokens("b" + "a" * 639) == 0
    assert blocks_of("short", 16) == []
    assert (tokens_in(""), tokens_in("12345")) == (1, 2)


requests = st.lists(
    st.tuples(
        st.integers(0, 3),  # which prompt family
        st.integers(0, 6),  # blocks
        st.integers(0, 40),  # output tokens
        st.floats(0, 2),  # time since the last
        st.booleans(),  # leaves early
    ),
    max_size=40,
)


@given(requests, st.integers(1, 4), st.integers(1, 16))
def test_never_more_at_once_than_slots_and_in_order(asked, slots, blocks):
    """Whatever comes and goes: starts are in order of arrival, times are ordered, slots are never exceeded."""
    model = EngineModel(Profile(100, 10, 0.01, slots, blocks))
    now, timings, ends = 0.0, {}, {}
    for family, size, output, pause, leaves in asked:
        now += pause
        timing = model.admit([family * 100 + i for i in range(size)], output, now)
        timings[timing.ticket] = timing
        if leaves:
            early = now + pause / 2
            timings |= {moved.ticket: moved for moved in model.release(timing.ticket, early)}
            ends[timing.ticket] = min(early, timing.last_token)
            now = early
    kept = [timing for ticket, timing in timings.items() if ticket not in ends]
    assert all(t.start <= t.first_token <= t.last_token and 0 <= t.cached_tokens <= t.prompt_tokens for t in kept)
    assert [t.start for t in kept] == sorted(t.start for t in kept)
    for timing in kept:
        assert sum(t.start <= timing.start < t.last_token for t in kept) <= slots


@given(requests)
def test_the_same_requests_give_the_same_times(asked):
    """Two models with the same history agree."""
    runs = []
    for _ in range(2):
        model, now, seen = EngineModel(PLAIN), 0.0, []
        for family, size, output, pause, _ in asked:
            now += pause
            seen.append(model.admit([family * 100 + i for i in range(size)], output, now))
        runs.append(seen)
    assert runs[0] == runs[1]
