"""What an engine with a few slots for adapters should do, one iteration after the other."""

from __future__ import annotations

from collections.abc import Mapping

from tests.sim.batching.plain import SLACK, Plain, Request
from wrp_router.sim.batching import Hardware


class PlainAdapters(Plain):
    """`adapter_of` says which one each request wants, by its key ("": none)."""

    def __init__(self, hardware: Hardware, size: int, adapter_of: Mapping[int, str]) -> None:
        super().__init__(hardware, size)
        self.adapter_of = adapter_of
        self.loaded: list[str] = []  # the least recently used one first
        self.ready: dict[str, float] = {}
        self.loader_free = 0.0
        self.loads = 0
        self.opens: float | None = None

    def ready_at(self, adapter: str) -> float:
        if adapter in self.loaded:
            self.loaded.remove(adapter)
        else:
            if len(self.loaded) >= self.hardware.adapter_slots:
                used = {self.adapter_of[request.key] for request in self.running}
                unused = [name for name in self.loaded if name not in used]
                if not unused:
                    return float("inf")
                self.loaded.remove(unused[0])
            self.loader_free = self.ready[adapter] = max(self.loader_free, self.clock) + self.hardware.adapter_load
            self.loads += 1
        self.loaded.append(adapter)
        return self.ready[adapter]

    def iterate(self, seen: list[tuple[float, int, bool]]) -> None:
        if self.opens is not None and self.clock >= self.opens - SLACK:
            self.opens = None
            self.retry = self.iteration if self.retry is None else min(self.retry, self.iteration)
        adapter = self.adapter_of[self.waiting[0].key] if self.waiting else ""
        if not self.running and adapter and (at := self.ready_at(adapter)) > self.clock:
            self.clock = at
        else:
            super().iterate(seen)

    def admit(self, decoding: int) -> bool:
        request: Request = self.waiting[0]
        adapter = self.adapter_of[request.key]
        late = self.retry is None or self.retry > self.iteration
        if self.running and (request.ready > self.iteration or late):
            return False
        if self.running and decoding >= self.hardware.batch_tokens:  # no token to spare: nobody is looked at
            self.retry = None
            return False
        if adapter and (at := self.ready_at(adapter)) > self.clock + SLACK:
            self.retry = None
            self.opens = at if at < float("inf") else None
            return False
        return super().admit(decoding)
