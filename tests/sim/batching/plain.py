"""What the engine should do, one iteration after the other, by code that is slow and obvious."""

from __future__ import annotations

from dataclasses import dataclass, field

from wrp_router.sim.batching import Hardware

SLACK = 1e-9


@dataclass
class Request:
    """One request, and how far it is."""

    key: int
    prompt: int
    output: int
    blocks: tuple[int, ...]
    ready: int = 0
    written: int = 0
    left: int = 0  # prompt tokens (and generated ones, after a preemption) that are still to be computed
    own: int = 0  # tokens of memory beside its blocks
    cached: int | None = None
    preempted: int = 0


@dataclass
class Store:
    """Who holds which block, and a list of what is kept, oldest first: (block, tokens); no block: generated tokens."""

    tokens: int
    size: int
    held: dict[int, int] = field(default_factory=dict)
    own: int = 0
    kept: list[tuple[int | None, int]] = field(default_factory=list)

    def free(self) -> int:
        return self.tokens - len(self.held) * self.size - self.own

    def here(self, blocks: tuple[int, ...]) -> int:
        count = 0
        kept = {block for block, _ in self.kept}
        while count < len(blocks) and (blocks[count] in self.held or blocks[count] in kept):
            count += 1
        return count

    def need(self, blocks: tuple[int, ...]) -> int:
        return self.size * sum(block not in self.held for block in blocks)

    def take(self, blocks: tuple[int, ...], own: int) -> None:
        for block in blocks:
            self.held[block] = self.held.get(block, 0) + 1
            self.kept = [kept for kept in self.kept if kept[0] != block]
        self.own += own
        self.trim()

    def give(self, blocks: tuple[int, ...], own: int, computed: int | None = None) -> None:
        """Back, of a request of which so many tokens are computed (all, if not said)."""
        computed = 10**9 if computed is None else computed
        back: list[tuple[int | None, int]] = []
        for place, block in enumerate(blocks):
            self.held[block] -= 1
            if not self.held[block]:
                del self.held[block]
                if (place + 1) * self.size <= computed:
                    back.append((block, self.size))
        self.own -= own
        useful = max(0, min(own, computed - len(blocks) * self.size))
        self.kept += [*([(None, useful)] if useful else []), *reversed(back)]
        self.trim()

    def trim(self) -> None:
        """Forgets the oldest until all fits."""
        over = sum(tokens for _, tokens in self.kept) - self.free()
        while over > 0 and self.kept:
            block, tokens = self.kept[0]
            gone = tokens if block is not None else min(tokens, over)
            self.kept[:1] = [] if gone == tokens else [(block, tokens - gone)]
            over -= gone


class Plain:
    """The words of `Engine`, with requests for jobs and tuples (at, key, last) for moments."""

    def __init__(self, hardware: Hardware, size: int) -> None:
        self.hardware = hardware
        self.lag = 1 if hardware.ahead else 0
        self.clock = 0.0
        self.iteration = 0
        self.store = Store(hardware.kv_tokens, size)
        self.waiting: list[Request] = []
        self.running: list[Request] = []  # in the order of admission
        self.retry: int | None = 0  # None: not before somebody leaves

    def add(self, request: Request, now: float) -> None:
        request.left = request.prompt
        request.ready = self.iteration + (self.lag if self.running else 0)
        if not self.running:
            self.clock = max(self.clock, now)
        self.waiting.append(request)

    def remove(self, request: Request) -> None:
        if request in self.running:
            self.leave(request)
        elif request in self.waiting:
            self.waiting.remove(request)
        self.freed()

    def run(self, now: float) -> list[tuple[float, int, bool]]:
        seen: list[tuple[float, int, bool]] = []
        while self.clock <= now + SLACK and (self.running or self.waiting):
            self.iterate(seen)
        return seen

    def iterate(self, seen: list[tuple[float, int, bool]]) -> None:
        pushed_out = self.make_fit()
        decoding = [request for request in self.running if not request.left]
        room = self.hardware.batch_tokens - len(decoding)
        chunks: list[tuple[Request, int]] = []
        for request in self.running:
            if request.left:
                chunks.append((request, min(room, request.left)))
                room -= chunks[-1][1]
        while (room or not chunks) and self.waiting and not pushed_out and self.admit(len(decoding)):
            request = self.running[-1]
            chunks.append((request, min(room, request.left)))
            room -= chunks[-1][1]
        self.clock += self.seconds(decoding, chunks)
        self.iteration += 1
        self.store.own += len(decoding)
        for request in decoding:
            request.own += 1
        self.write(decoding, chunks, seen)
        self.store.trim()

    def write(
        self, decoding: list[Request], chunks: list[tuple[Request, int]], seen: list[tuple[float, int, bool]]
    ) -> None:
        for request, chunk in chunks:
            request.left -= chunk
        at = self.clock + self.hardware.latency
        for request in [*decoding, *(request for request, _ in chunks if not request.left)]:
            request.written += 1
            if request.written == 1:
                seen.append((at, request.key, False))
            if request.written == request.output:
                seen.append((at, request.key, True))
                self.leave(request)

    def make_fit(self) -> bool:
        """Whether somebody was preempted."""
        before = len(self.running)
        while len(self.running) > 1 and self.store.free() < sum(not request.left for request in self.running):
            request = self.running[-1]
            self.leave(request)
            request.left = request.prompt + request.written
            request.preempted += 1
            self.waiting.insert(0, request)
        if len(self.running) < before:
            self.retry = None
        return len(self.running) < before

    def admit(self, decoding: int) -> bool:
        request = self.waiting[0]
        own = max(0, request.prompt - len(request.blocks) * self.store.size) + request.written
        if self.running:
            late = self.lag and (self.retry is None or self.retry > self.iteration)  # else it is tried again and again
            full = len(self.running) >= min(self.hardware.slots, self.hardware.batch_tokens)
            if request.ready > self.iteration or late:
                return False
            if full or self.store.need(request.blocks) + own + decoding > self.store.free():
                self.retry = None
                return False
        self.waiting.pop(0)
        found = min(self.store.here(request.blocks) * self.store.size, request.prompt, request.left - 1)
        request.left -= found
        request.cached = found if request.cached is None else request.cached
        request.own = own
        self.store.take(request.blocks, own)
        self.running.append(request)
        return True

    def leave(self, request: Request) -> None:
        """It runs no more."""
        self.running.remove(request)
        computed = request.prompt + request.written - request.left if request.left else None
        self.store.give(request.blocks, request.own, computed)
        self.freed()

    def freed(self) -> None:
        later = self.iteration + self.lag
        self.retry = later if self.retry is None else min(self.retry, later)

    def seconds(self, decoding: list[Request], chunks: list[tuple[Request, int]]) -> float:
        pace = self.hardware.pace
        tokens = len(decoding) + sum(chunk for _, chunk in chunks)
        context = sum(request.prompt + request.written for request in decoding)
        crossed = 0.0
        for request, chunk in chunks:
            before = request.prompt + request.written - request.left
            crossed += chunk * before + 0.5 * chunk * chunk
        computing = max(pace.weights, pace.token * tokens)
        reading = pace.context * context + pace.attention * crossed
        return pace.overhead + computing + pace.sequence * len(decoding) + reading
