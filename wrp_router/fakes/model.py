"""How long an engine takes: slots, prefill, decode, KV blocks and a prefix cache, as arithmetic on given times.

No clock and no I/O: the fake engine sleeps what this says, the simulator schedules it. What was generated is not
put into the prefix cache (traces name those blocks again in the next prompt).
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

Rate = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]

CHARS_PER_TOKEN = 4
_SLACK = 1e-3  # a release this close to the modelled end is the end itself, not a cancellation


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one engine can do.

    `prefill_tokens_per_s` is for the whole engine (prompts are prefilled one after the other), `decode_tokens_per_s`
    for one sequence running alone; each further sequence makes all tokens of a newly started one slower by the
    fraction `batch_slowdown`. `base_ttft` (seconds) is paid by every request, `slots` is how many run at once,
    `kv_blocks` blocks of `block_tokens` tokens are shared by running requests and the prefix cache.
    """

    prefill_tokens_per_s: Rate = 1e9
    decode_tokens_per_s: Rate = 1e9
    base_ttft: Seconds = 0.0
    slots: Count = 256
    kv_blocks: Count = 65_536
    block_tokens: Count = 16
    batch_slowdown: Seconds = 0.0


INSTANT = Profile()
"""An engine that takes no time worth measuring."""


class Timing(msgspec.Struct, frozen=True, gc=False):
    """When one request starts, shows its first token and its last (seconds, on the caller's clock), and how many of
    its prompt tokens came out of the prefix cache. `tpot` is the time between two tokens."""

    ticket: int
    start: float
    first_token: float
    last_token: float
    tpot: float
    prompt_tokens: int
    cached_tokens: int


class _Job:
    """One admitted request: what it needs, and when it runs by the present schedule."""

    __slots__ = ("cached", "growth", "output", "prefilled", "private", "ticket", "timing", "tokens")

    def __init__(self, ticket: int, tokens: int, cached: int, output: int, private: int, growth: int) -> None:
        self.ticket = ticket
        self.tokens = tokens
        self.cached = cached
        self.output = output
        self.private = private
        self.growth = growth
        self.prefilled = 0.0
        self.timing: Timing


def tokens_in(text: str) -> int:
    """How many tokens a text is taken for: a quarter of its characters, at least one."""
    return max(1, (len(text) + CHARS_PER_TOKEN - 1) // CHARS_PER_TOKEN)


def blocks_of(prompt: str, block_tokens: int) -> list[int]:
    """Chained hashes of the prompt's full blocks: equal numbers mean equal text from the very beginning."""
    width = block_tokens * CHARS_PER_TOKEN
    chain, blocks = 0, []
    for at in range(0, len(prompt) - width + 1, width):
        chain = hash((chain, prompt[at : at + width]))
        blocks.append(chain)
    return blocks


class EngineModel:
    """Admits requests first come, first served, and says when their tokens come.

    Continuous batching: a request starts once a slot and its KV blocks are free, waits for the prefill lane, then
    decodes at the speed the batch allows at that moment. Memory is bounded by `kv_blocks` and unfinished requests.
    """

    def __init__(self, profile: Profile = INSTANT) -> None:
        self.profile = profile
        self._tickets = 0
        self._jobs: dict[int, _Job] = {}  # unfinished, in order of arrival
        self._finishes: list[tuple[float, int]] = []  # heap: when `_jobs` leave
        self._ends: list[tuple[float, int, int]] = []  # heap: who holds a slot at `_frontier`, and how many blocks
        self._held = 0  # blocks held by those in `_ends`
        self._growing = 0  # blocks for the output of `_jobs`
        self._frontier = 0.0  # start of the latest one admitted
        self._lane = 0.0  # when the prefill lane is free
        self._cache: OrderedDict[int, None] = OrderedDict()  # oldest first

    def admit(
        self,
        prompt: str | Sequence[int],
        output_tokens: int,
        now: float,
        prompt_tokens: int | None = None,
        handed: bool = False,
    ) -> Timing:
        """Queue one request of `prompt` (text, or the chained hashes of its blocks) with `output_tokens` to come.

        `prompt_tokens` says how long a prompt given as hashes is (default: all its blocks are full); `handed` that it
        comes computed, as if all of it were in the cache.
        """
        size = self.profile.block_tokens
        if isinstance(prompt, str):
            blocks: Sequence[int] = blocks_of(prompt, size)
            tokens = tokens_in(prompt)
        else:
            blocks = prompt
            tokens = len(prompt) * size if prompt_tokens is None else prompt_tokens
        self._forget_finished(now)
        hits = self._touch(blocks)
        growth = -(-output_tokens // size)
        private = max(0, -(-tokens // size) - hits) + growth
        # as in vLLM, the last prompt token is always computed: its logits are needed
        cached = tokens if handed else hits * size
        job = _Job(self._tickets, tokens, min(cached, max(0, tokens - 1)), output_tokens, private, growth)
        self._tickets += 1
        self._growing += growth
        self._schedule(job, now)
        self._evict()
        return job.timing

    def release(self, ticket: int, now: float) -> tuple[Timing, ...]:
        """The request is over. If that is before its time (the client left), the others move up: answers the timings
        that changed. Unknown tickets are ignored: those have run out by themselves."""
        job = self._jobs.pop(ticket, None)
        if job is None:
            return ()
        self._growing -= job.growth
        if job.timing.last_token - now <= _SLACK:
            return ()
        return self._reschedule(now)

    def running(self, now: float) -> int:
        """Requests that hold a slot at `now`."""
        return sum(job.timing.start <= now < job.timing.last_token for job in self._jobs.values())

    def waiting(self, now: float) -> int:
        """Requests that wait for one."""
        return sum(job.timing.start > now for job in self._jobs.values())

    def kv_usage(self, now: float) -> float:
        """Share of the KV blocks that running requests hold, in [0, 1]."""
        held = sum(job.private for job in self._jobs.values() if job.timing.start <= now < job.timing.last_token)
        return min(1.0, held / self.profile.kv_blocks)

    def cached_tokens(self, prompt: str | Sequence[int]) -> int:
        """Tokens of leading blocks that the prefix cache holds; looking does not count as use."""
        blocks = blocks_of(prompt, self.profile.block_tokens) if isinstance(prompt, str) else prompt
        return self._hits(blocks) * self.profile.block_tokens

    def flush(self) -> None:
        """Lose the prefix cache, as a restarted engine does."""
        self._cache.clear()

    def _schedule(self, job: _Job, now: float) -> None:
        profile = self.profile
        start = self._room_from(max(now, self._frontier), job.private)
        job.prefilled = max(start, self._lane) + (job.tokens - job.cached) / profile.prefill_tokens_per_s
        tpot = (1.0 + profile.batch_slowdown * len(self._ends)) / profile.decode_tokens_per_s
        first = job.prefilled + profile.base_ttft
        last = first + max(0, job.output - 1) * tpot
        self._frontier, self._lane = start, job.prefilled
        self._jobs[job.ticket] = job
        heapq.heappush(self._finishes, (last, job.ticket))
        self._hold(last, job)
        job.timing = Timing(job.ticket, start, first, last, tpot, job.tokens, job.cached)

    def _hold(self, end: float, job: _Job) -> None:
        heapq.heappush(self._ends, (end, job.ticket, job.private))
        self._held += job.private

    def _room_from(self, start: float, private: int) -> float:
        """The first time from `start` on at which a slot and the blocks are free. One too large for the engine
        starts when it is alone."""
        ends, slots, blocks = self._ends, self.profile.slots, self.profile.kv_blocks
        while ends and (ends[0][0] <= start or len(ends) >= slots or self._held + private > blocks):
            end, _, freed = heapq.heappop(ends)
            self._held -= freed
            start = max(start, end)
        return start

    def _reschedule(self, now: float) -> tuple[Timing, ...]:
        started = [job for job in self._jobs.values() if job.timing.start <= now]
        waiting = [job for job in self._jobs.values() if job.timing.start > now]
        self._ends.clear()
        self._held, self._frontier = 0, now
        for job in started:
            self._hold(job.timing.last_token, job)
        self._lane = max((job.prefilled for job in started), default=now)
        self._finishes = [(job.timing.last_token, job.ticket) for job in started]
        heapq.heapify(self._finishes)
        before = [job.timing for job in waiting]
        for job in waiting:
            self._schedule(job, now)
        return tuple(job.timing for job, old in zip(waiting, before, strict=True) if job.timing != old)

    def _forget_finished(self, now: float) -> None:
        finishes = self._finishes
        while finishes and finishes[0][0] <= now:
            job = self._jobs.pop(heapq.heappop(finishes)[1], None)
            if job is not None:
                self._growing -= job.growth

    def _hits(self, blocks: Sequence[int]) -> int:
        cache, hits = self._cache, 0
        for block in blocks:
            if block not in cache:
                break
            hits += 1
        return hits

    def _touch(self, blocks: Sequence[int]) -> int:
        cache, hits = self._cache, self._hits(blocks)
        for block in reversed(blocks):  # heads last, thus evicted last: a tail is worth nothing without its head
            cache[block] = None
            cache.move_to_end(block)
        return hits

    def _evict(self) -> None:
        room = max(0, self.profile.kv_blocks - self._growing)
        while len(self._cache) > room:
            self._cache.popitem(last=False)
